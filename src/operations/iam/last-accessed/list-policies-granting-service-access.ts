import { grantedServices } from '../../../engines/policy/index.ts'
import { breathe } from '../../../platform/background-work.ts'
import { defineRead } from '../define.ts'
import { InvalidInput } from '../iam-faults.ts'
import { arnText, marker, serviceNamespace } from '../iam-types.ts'
import { atHand, pageOf } from '../pages.ts'
import { type Grant, grantsOf, reportedEntity } from './reported-entity.ts'

/**
 * Lists by which of its policies a user, group or role can use each of some services.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPoliciesGrantingServiceAccess.html
 */
export const listPoliciesGrantingServiceAccess = defineRead({
  action: 'iam:ListPoliciesGrantingServiceAccess',

  parse: (params) =>
    params.collect({
      marker: params.optional('Marker', marker, undefined),
      arn: params.required('Arn', arnText),
      serviceNamespaces: params.texts('ServiceNamespaces', serviceNamespace, { max: 200, required: true }),
    }),

  async requires({ arn }, _caller, directory) {
    const resourceTags = (await directory.principal(arn))?.tags ?? []
    return [{ action: 'iam:ListPoliciesGrantingServiceAccess', resource: arn, resourceTags }]
  },

  async read({ input, account }, directory, { keyring }) {
    const entity = await reportedEntity(input.arn, account, directory)
    if (entity.kind === 'policy') throw new InvalidInput(`ARN ${input.arn} is none of a user, group or role.`)
    const grants = await grantsOf(entity, directory)
    const namespaces = [...new Set(input.serviceNamespaces.map((each) => each.toLowerCase()))]
    const keyOf = (namespace: string) => namespace
    const list = ['ListPoliciesGrantingServiceAccess', input.arn, ...namespaces]
    const listing = { list, account, ...atHand(namespaces, keyOf) }
    const { items, IsTruncated, Marker } = await pageOf({ marker: input.marker, maxItems: undefined }, listing, keyring)
    const services = new Map<Grant, ReadonlySet<string>>()
    for (const grant of grants) {
      services.set(grant, grantedServices(grant.policy, items))
      await breathe()
    }
    return {
      PoliciesGrantingServiceAccess: items.map((namespace) => ({
        ServiceNamespace: namespace,
        Policies: grants.filter((grant) => services.get(grant)?.has(namespace)).map(answered),
      })),
      IsTruncated,
      Marker,
    }
  },
})

function answered({ policyName, policyArn, owner }: Grant) {
  return {
    PolicyName: policyName,
    PolicyType: owner === undefined ? 'MANAGED' : 'INLINE',
    PolicyArn: policyArn,
    EntityType: owner?.type,
    EntityName: owner?.name,
  }
}
