import { defineRead } from '../define.ts'
import { InvalidInput } from '../iam-faults.ts'
import { jobId, serviceNamespace } from '../iam-types.ts'
import { atHand, pageOf, readPage } from '../pages.ts'
import { type AccessingEntity, readAccessReport } from './access-report.ts'
import { answeredJob, jobOf } from './jobs.ts'

/** More than any instant has. */
const DIGITS = 16

/**
 * Answers who could have used a service, and when they did: whoever used it last comes first.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServiceLastAccessedDetailsWithEntities.html
 */
export const getServiceLastAccessedDetailsWithEntities = defineRead({
  action: 'iam:GetServiceLastAccessedDetailsWithEntities',
  parse: (params) =>
    params.collect({
      jobId: params.required('JobId', jobId),
      serviceNamespace: params.required('ServiceNamespace', serviceNamespace),
      ...readPage(params),
    }),
  requires: () => [{ action: 'iam:GetServiceLastAccessedDetailsWithEntities', resource: '*' }],

  async read({ input, caller, account, now }, directory, { keyring }) {
    const job = await jobOf(input.jobId, caller, directory)
    const namespace = input.serviceNamespace.toLowerCase()
    const report = job.content === undefined ? undefined : await readAccessReport(job.content)
    if (report !== undefined && !report.services.some((service) => service.namespace === namespace)) {
      throw new InvalidInput(`The service ${input.serviceNamespace} is not in the report.`)
    }
    // In the order of the keys: the latest first, then by id.
    const keyOf = ({ usedAt, id }: AccessingEntity) =>
      `${String(10 ** (DIGITS - 1) - (usedAt[namespace] ?? 0)).padStart(DIGITS, '0')} ${id}`
    const list = ['entities', input.jobId, namespace]
    const listing = { list, account, ...atHand(report?.entities ?? [], keyOf) }
    const { items, IsTruncated, Marker } = await pageOf(input, listing, keyring)
    return {
      ...answeredJob(job, now),
      EntityDetailsList: items.map((entity) => answered(entity, entity.usedAt[namespace])),
      IsTruncated,
      Marker,
    }
  },
})

function answered({ arn, name, type, id, path }: AccessingEntity, usedAt: number | undefined) {
  return {
    EntityInfo: { Arn: arn, Name: name, Type: type, Id: id, Path: path },
    LastAuthenticated: usedAt === undefined ? undefined : new Date(usedAt),
  }
}
