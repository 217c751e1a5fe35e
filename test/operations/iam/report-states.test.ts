import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AccessReportBody, CredentialReportBody } from '../../../src/domain/directory/index.ts'
import { epochMillis } from '../../../src/model/index.ts'
import { isExpired, isGenerated, isUnderWay } from '../../../src/operations/iam/credential-report/report-states.ts'
import { answeredJob } from '../../../src/operations/iam/last-accessed/jobs.ts'
import { SOURCE } from '../../domain/directory/samples.ts'

const MINUTE = 60_000
const at = (minutes: number) => epochMillis(minutes * MINUTE)

describe('a credential report', () => {
  const begun: CredentialReportBody = { account: SOURCE, startedAt: at(0) }
  const written: CredentialReportBody = { ...begun, generatedAt: at(1), content: '' }

  test('that no node finished is given up after ten minutes, and begun anew', () => {
    assert.equal(isUnderWay(begun, epochMillis(10 * MINUTE - 1)), true)
    assert.equal(isUnderWay(begun, at(10)), false)
    assert.equal(isGenerated(begun), false)
  })

  test('expires four hours after it was written, to the millisecond', () => {
    assert.equal(isExpired(written, epochMillis(241 * MINUTE - 1)), false)
    assert.equal(isExpired(written, at(241)), true)
    assert.equal(isUnderWay(written, at(2)), false)
  })
})

describe('a report on last access', () => {
  const job: AccessReportBody = {
    jobId: '',
    account: SOURCE,
    requester: '',
    arn: '',
    granularity: 'SERVICE_LEVEL',
    createdAt: at(0),
  }

  test('that no node finished has failed after ten minutes', () => {
    assert.equal(answeredJob(job, at(9)).JobStatus, 'IN_PROGRESS')
    const { JobStatus, ...failed } = answeredJob(job, at(10))
    assert.equal(JobStatus, 'FAILED')
    assert.match(JSON.stringify(failed), /ServiceFailure/)
  })

  test('that could not be written says so, with the code', () => {
    const failed = { ...job, completedAt: at(1), failure: { code: 'ServiceFailure', message: 'not today' } }
    assert.deepEqual(answeredJob(failed, at(2)), {
      JobStatus: 'FAILED',
      JobCreationDate: new Date(0),
      JobCompletionDate: new Date(MINUTE),
      Error: { Code: 'ServiceFailure', Message: 'not today' },
    })
  })
})
