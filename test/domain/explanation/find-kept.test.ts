import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findReferred, findRequest, type KeptExplanation } from '../../../src/domain/explanation/index.ts'
import { epochMillis } from '../../../src/model/index.ts'
import type { AuditEntry } from '../../../src/platform/storage/index.ts'

const [SOURCE, TARGET, OUTSIDE] = ['111111111111', '222222222222', '333333333333']
const REQUEST = '01234567-89ab-4cde-8f01-23456789abcd'
const OTHER = '76543210-89ab-4cde-8f01-23456789abcd'
const NOW = epochMillis(Date.UTC(2026, 0, 1))
const REFERENCE = { requestId: REQUEST, time: NOW, account: SOURCE, resourceAccount: TARGET }

function entry(body: object, explanation?: Pick<KeptExplanation, 'resourceAccount'> & object): AuditEntry {
  return {
    eventId: JSON.stringify(body),
    eventTime: NOW,
    account: SOURCE,
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    username: 'alice',
    accessKeyId: 'AKIAALICE',
    principalArn: undefined,
    readOnly: true,
    errorCode: 'AccessDenied',
    resources: [],
    body: JSON.stringify(body),
    explanation: explanation && JSON.stringify(explanation),
  }
}

const auditOf = (...entries: readonly AuditEntry[]) => ({
  find: async () => ({ entries, next: undefined }),
  flush: async () => undefined,
})
const about = (account: string, resourceAccount: string) => ({ caller: { account }, resourceAccount })

test('a tag that is called like the member of a record is not taken for it, in whatever place it stands', async () => {
  const forged = entry({ requestParameters: { principalTags: { requestID: REQUEST } }, requestID: OTHER })
  const alsoForged = entry({ requestID: OTHER, requestParameters: { requestID: REQUEST } })
  assert.equal(await findRequest(REQUEST, auditOf(forged, alsoForged)), undefined)
  assert.equal(await findReferred(REFERENCE, auditOf(forged, alsoForged)), undefined)
  const real = entry({ requestID: REQUEST })
  assert.equal(await findRequest(REQUEST, auditOf(forged, alsoForged, real)), real)
  assert.equal(await findReferred(REFERENCE, auditOf(forged, alsoForged, real)), real)
})

test('what is kept about other accounts than the reference names is not shown to those', async () => {
  for (const [account, resourceAccount] of [
    [SOURCE, OUTSIDE],
    [OUTSIDE, TARGET],
    [TARGET, SOURCE],
  ] as const) {
    const kept = entry({ requestID: REQUEST }, about(account, resourceAccount))
    assert.equal(await findReferred(REFERENCE, auditOf(kept)), undefined)
  }
  const kept = entry({ requestID: REQUEST }, about(SOURCE, TARGET))
  assert.equal(await findReferred(REFERENCE, auditOf(kept)), kept)
})
