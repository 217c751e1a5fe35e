import {
  type AnyManagedPolicy,
  type Directory,
  type GroupBody,
  managedPolicyKey,
  nameKey,
  type RoleBody,
  type UserBody,
} from '../../../domain/directory/index.ts'
import type { AccountId } from '../../../model/index.ts'
import type { Listing } from '../pages.ts'
import { type PolicyUse, usesOf } from '../policies/policies.ts'

/** What details are told of, in the order in which they are. */
export const DETAIL_KINDS = ['User', 'Group', 'Role', 'LocalManagedPolicy', 'AWSManagedPolicy'] as const

type DetailKind = (typeof DETAIL_KINDS)[number]

/** One thing that details are told of. */
export type Detailed =
  | { readonly kind: 'User'; readonly body: UserBody }
  | { readonly kind: 'Group'; readonly body: GroupBody }
  | { readonly kind: 'Role'; readonly body: RoleBody }
  | {
      readonly kind: 'LocalManagedPolicy' | 'AWSManagedPolicy'
      readonly body: AnyManagedPolicy
      readonly use: PolicyUse
    }

/** Where one stands among all: by its kind, then by its key. */
export function placeOf(each: Detailed): string {
  return `${DETAIL_KINDS.indexOf(each.kind)}${keyOf(each)}`
}

function keyOf(each: Detailed): string {
  switch (each.kind) {
    case 'User':
      return nameKey(each.body.account, each.body.userName)
    case 'Group':
      return nameKey(each.body.account, each.body.groupName)
    case 'Role':
      return nameKey(each.body.account, each.body.roleName)
    case 'LocalManagedPolicy':
      return managedPolicyKey(each.body.arn)
    case 'AWSManagedPolicy':
      return each.body.arn
  }
}

/** Loads what there is of some kinds, one kind after the other. */
export function loadDetails(
  kinds: readonly DetailKind[],
  account: AccountId,
  directory: Directory,
): Listing<Detailed>['load'] {
  return async ({ after: place, limit }) => {
    const loaded: Detailed[] = []
    for (const kind of kinds) {
      const index = String(DETAIL_KINDS.indexOf(kind))
      if (place !== undefined && index < place.charAt(0)) continue
      const after = place?.startsWith(index) ? place.slice(1) : undefined
      loaded.push(...(await loadKind(kind, { after, limit: limit - loaded.length }, account, directory)))
      if (loaded.length === limit) break
    }
    return loaded
  }
}

async function loadKind(
  kind: DetailKind,
  options: { readonly after: string | undefined; readonly limit: number },
  account: AccountId,
  directory: Directory,
): Promise<readonly Detailed[]> {
  const { records } = directory
  switch (kind) {
    case 'User':
      return (await records.page('user', account, options)).map((body) => ({ kind, body }))
    case 'Group':
      return (await records.page('group', account, options)).map((body) => ({ kind, body }))
    case 'Role':
      return (await records.page('role', account, options)).map((body) => ({ kind, body }))
    case 'LocalManagedPolicy':
      return await withUse(kind, await records.page('managed-policy', account, options), account, directory)
    case 'AWSManagedPolicy': {
      const { after, limit } = options
      const ofAws = directory.awsManaged.all.filter(({ arn }) => after === undefined || arn > after)
      return await withUse(kind, ofAws.slice(0, limit), account, directory)
    }
  }
}

async function withUse(
  kind: 'LocalManagedPolicy' | 'AWSManagedPolicy',
  policies: readonly AnyManagedPolicy[],
  account: AccountId,
  { records }: Directory,
): Promise<readonly Detailed[]> {
  if (policies.length === 0) return []
  const uses = await usesOf(
    policies.map(({ arn }) => arn),
    account,
    records,
  )
  return policies.map((body) => ({ kind, body, use: uses.get(body.arn) ?? { attached: 0, asBoundary: 0 } }))
}
