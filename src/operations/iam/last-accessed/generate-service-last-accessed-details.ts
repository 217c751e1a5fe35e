import { oneOf } from '../../../engines/wire/index.ts'
import { defineInventingChange } from '../define.ts'
import { arnText } from '../iam-types.ts'
import { writeAccessReport } from './access-report.ts'
import { requesterOf } from './jobs.ts'
import { reportedEntity } from './reported-entity.ts'

/** As many reports of an account are kept; those that were asked for first make way. */
const KEPT = 20

/**
 * Has a report written on which services a user, group, role or policy can use, and when they were used last.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateServiceLastAccessedDetails.html
 */
export const generateServiceLastAccessedDetails = defineInventingChange({
  action: 'iam:GenerateServiceLastAccessedDetails',

  parse: (params) =>
    params.collect({
      arn: params.required('Arn', arnText),
      granularity: params.optional('Granularity', oneOf(['SERVICE_LEVEL', 'ACTION_LEVEL']), 'SERVICE_LEVEL' as const),
    }),

  async requires({ arn }, _caller, directory) {
    const tags = (await directory.principal(arn))?.tags ?? (await directory.managedPolicy(arn))?.tags ?? []
    return [{ action: 'iam:GenerateServiceLastAccessedDetails', resource: arn, resourceTags: tags }]
  },

  invent: (_call, { random }) => random.uuid(),

  async change({ input: { arn, granularity }, caller, account, now }, edit, { directory, background }, jobId) {
    await reportedEntity(arn, account, directory)
    background.checkRoom()
    const kept = await directory.records.page('access-report', account, { limit: KEPT })
    const [oldest] = [...kept].sort((one, other) => one.createdAt - other.createdAt)
    if (oldest !== undefined && kept.length === KEPT) {
      edit.remove({ kind: 'access-report', key: oldest.jobId, account })
    }
    const job = { jobId, account, requester: requesterOf(caller), arn, granularity, createdAt: now }
    edit.put('access-report', jobId, account, job)
    return { JobId: jobId }
  },

  afterwards({ JobId: jobId }, { input: { arn }, account }, broker) {
    broker.background.start((signal) => writeAccessReport({ jobId, account, arn }, broker, signal))
  },
})
