import { defineRead } from '../define.ts'
import { jobId } from '../iam-types.ts'
import { atHand, pageOf, readPage } from '../pages.ts'
import { type Access, type AccessedService, readAccessReport } from './access-report.ts'
import { answeredJob, jobOf } from './jobs.ts'
import { serviceName } from './services.ts'

/**
 * Answers the report that was asked for: every service that is granted, used or not.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServiceLastAccessedDetails.html
 */
export const getServiceLastAccessedDetails = defineRead({
  action: 'iam:GetServiceLastAccessedDetails',
  parse: (params) => params.collect({ jobId: params.required('JobId', jobId), ...readPage(params) }),
  requires: () => [{ action: 'iam:GetServiceLastAccessedDetails', resource: '*' }],

  async read({ input, caller, account, now }, directory, { keyring }) {
    const job = await jobOf(input.jobId, caller, directory)
    const { services } = job.content === undefined ? { services: [] } : await readAccessReport(job.content)
    const keyOf = ({ namespace }: AccessedService) => namespace
    const listing = { list: ['services', input.jobId], account, ...atHand(services, keyOf) }
    const { items, IsTruncated, Marker } = await pageOf(input, listing, keyring)
    const withActions = job.granularity === 'ACTION_LEVEL'
    return {
      ...answeredJob(job, now),
      JobType: job.granularity,
      ServicesLastAccessed: items.map((service) => answered(service, withActions)),
      IsTruncated,
      Marker,
    }
  },
})

function answered({ namespace, last, entities, actions }: AccessedService, withActions: boolean) {
  return {
    ServiceName: serviceName(namespace),
    ServiceNamespace: namespace,
    LastAuthenticated: last && new Date(last.usedAt),
    LastAuthenticatedEntity: last?.arn,
    LastAuthenticatedRegion: last?.region,
    TotalAuthenticatedEntities: entities,
    TrackedActionsLastAccessed: withActions ? actions.map(answeredAction) : undefined,
  }
}

function answeredAction([ActionName, { arn, usedAt, region }]: readonly [string, Access]) {
  return {
    ActionName,
    LastAccessedEntity: arn,
    LastAccessedTime: new Date(usedAt),
    LastAccessedRegion: region,
  }
}
