import { type AnyManagedPolicy, type Directory, managedPolicyKey } from '../../../domain/directory/index.ts'
import { boolean, oneOf } from '../../../engines/wire/index.ts'
import type { AccountId } from '../../../model/index.ts'
import { defineRead } from '../define.ts'
import { policyPath, policyUsage } from '../iam-types.ts'
import { type Listing, pageOf, readPage } from '../pages.ts'
import { onAll } from '../targets.ts'
import { answeredPolicy, type PolicyUse, usesOf } from './policies.ts'

/** At once, because a policy carries all of its documents. */
const LOADED_AT_ONCE = 50

/** A policy without its documents. */
interface Listed {
  readonly policy: Omit<AnyManagedPolicy, 'versions'>
  readonly use: PolicyUse
}

/** Lists the account's own managed policies, and then AWS's. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicies.html */
export const listPolicies = defineRead({
  action: 'iam:ListPolicies',

  parse: (params) =>
    params.collect({
      scope: params.optional('Scope', oneOf(['All', 'AWS', 'Local']), 'All'),
      onlyAttached: params.optional('OnlyAttached', boolean, false),
      pathPrefix: params.optional('PathPrefix', policyPath, '/'),
      policyUsageFilter: params.optional('PolicyUsageFilter', policyUsage, undefined),
      ...readPage(params),
    }),

  requires: ({ pathPrefix }, caller, directory) => onAll('iam:ListPolicies', 'policy', pathPrefix, caller, directory),

  read: ({ input, account }, directory, { keyring }) =>
    directory.records.onOneState(async () => {
      const { scope, onlyAttached, pathPrefix, policyUsageFilter: usage } = input
      const listing: Listing<Listed> = {
        list: ['ListPolicies', scope, String(onlyAttached), pathPrefix, usage],
        account,
        load: async ({ after, limit }) => {
          const own = scope === 'AWS' ? [] : await ownPolicies(account, directory, after, limit)
          if (scope === 'Local' || own.length === limit) return own
          const ofAws = directory.awsManaged.all.filter(({ arn }) => after === undefined || arn > after)
          return [...own, ...(await withUses(ofAws.slice(0, limit - own.length), account, directory))]
        },
        // A digit stands before the a of arn: what is the account's own comes first.
        keyOf: ({ policy: { arn } }) => (directory.isAwsManaged(arn) ? arn : managedPolicyKey(arn)),
        keeps: ({ policy, use }) =>
          policy.path.startsWith(pathPrefix) &&
          (!onlyAttached || use.attached > 0) &&
          (usage === undefined || (usage === 'PermissionsPolicy' ? use.attached : use.asBoundary) > 0),
      }
      const { items, IsTruncated, Marker } = await pageOf(input, listing, keyring)
      return { Policies: items.map(({ policy, use }) => answeredPolicy(policy, use)), IsTruncated, Marker }
    }),
})

async function ownPolicies(
  account: AccountId,
  directory: Directory,
  after: string | undefined,
  limit: number,
): Promise<readonly Listed[]> {
  const listed: Listed[] = []
  let last = after
  while (listed.length < limit) {
    const most = Math.min(limit - listed.length, LOADED_AT_ONCE)
    const page = await directory.records.page('managed-policy', account, { after: last, limit: most })
    const end = page.at(-1)
    if (end === undefined) break
    last = managedPolicyKey(end.arn)
    listed.push(...(await withUses(page, account, directory)))
    if (page.length < most) break
  }
  return listed
}

async function withUses(
  policies: readonly AnyManagedPolicy[],
  account: AccountId,
  { records }: Directory,
): Promise<readonly Listed[]> {
  const arns = policies.map(({ arn }) => arn)
  const uses = arns.length === 0 ? new Map<string, PolicyUse>() : await usesOf(arns, account, records)
  return policies.map(({ versions, ...policy }) => ({
    policy,
    use: uses.get(policy.arn) ?? { attached: 0, asBoundary: 0 },
  }))
}
