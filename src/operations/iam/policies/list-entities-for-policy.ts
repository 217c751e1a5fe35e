import {
  type Directory,
  type GroupBody,
  nameKey,
  type RoleBody,
  reference,
  type UserBody,
} from '../../../domain/directory/index.ts'
import { oneOf } from '../../../engines/wire/index.ts'
import type { AccountId } from '../../../model/index.ts'
import { defineRead } from '../define.ts'
import { arnText, path, policyUsage } from '../iam-types.ts'
import { type Listing, pageOf, readPage } from '../pages.ts'
import { onPolicy } from '../targets.ts'
import { readablePolicy } from './policies.ts'

type Entity = GroupBody | UserBody | RoleBody

/** Those of one kind who use a policy in one way; the list goes through them in this order. */
interface Part {
  readonly kind: 'group' | 'user' | 'role'
  readonly usage: 'PermissionsPolicy' | 'PermissionsBoundary'
}

const PARTS: readonly Part[] = [
  { kind: 'group', usage: 'PermissionsPolicy' },
  { kind: 'role', usage: 'PermissionsPolicy' },
  { kind: 'role', usage: 'PermissionsBoundary' },
  { kind: 'user', usage: 'PermissionsPolicy' },
  { kind: 'user', usage: 'PermissionsBoundary' },
]

/** What is asked for instead of a kind where policies are looked for: none is attached to another. */
const FILTERS = ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'] as const

interface Found {
  readonly part: number
  readonly entity: Entity
}

/**
 * Lists who uses a managed policy: the groups, roles and users that it is attached to, and those it is the boundary of.
 * Whoever has it both ways is listed once.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListEntitiesForPolicy.html
 */
export const listEntitiesForPolicy = defineRead({
  action: 'iam:ListEntitiesForPolicy',

  parse: (params) =>
    params.collect({
      policyArn: params.required('PolicyArn', arnText),
      entityFilter: params.optional('EntityFilter', oneOf(FILTERS), undefined),
      pathPrefix: params.optional('PathPrefix', path, '/'),
      policyUsageFilter: params.optional('PolicyUsageFilter', policyUsage, undefined),
      ...readPage(params),
    }),

  requires: ({ policyArn }, _caller, directory) => onPolicy('iam:ListEntitiesForPolicy', policyArn, directory),

  read: ({ input, account }, directory, { keyring }) =>
    directory.records.onOneState(async () => {
      const { policyArn, entityFilter: filter, pathPrefix, policyUsageFilter: usage } = input
      await readablePolicy(policyArn, account, directory)
      const wanted = PARTS.map(
        (part) => (usage ?? part.usage) === part.usage && (filter === undefined || filter.toLowerCase() === part.kind),
      )
      const listing: Listing<Found> = {
        list: ['ListEntitiesForPolicy', policyArn, filter, pathPrefix, usage],
        account,
        load: ({ after, limit }) => load(wanted, policyArn, account, directory, after, limit),
        keyOf: ({ part, entity }) => `${part} ${keyOf(entity)}`,
        keeps: ({ part, entity }) =>
          entity.path.startsWith(pathPrefix) && !(usage === undefined && isRepeated(part, entity, policyArn)),
      }
      const { items, IsTruncated, Marker } = await pageOf(input, listing, keyring)
      return { ...answered(items), IsTruncated, Marker }
    }),
})

/** From where the list was left, through the parts that are wanted. */
async function load(
  wanted: readonly boolean[],
  arn: string,
  account: AccountId,
  { records }: Directory,
  after: string | undefined,
  limit: number,
): Promise<readonly Found[]> {
  const [at = '0', ...key] = (after ?? '').split(' ')
  const found: Found[] = []
  for (let part = Number(at); part < PARTS.length && found.length < limit; part++) {
    const { kind, usage } = PARTS[part] ?? {}
    if (kind === undefined || wanted[part] !== true) continue
    const target =
      usage === 'PermissionsBoundary' ? reference.boundary(account, arn) : reference.managedPolicy(account, arn)
    const isResumed = after !== undefined && part === Number(at)
    const options = { after: isResumed ? key.join(' ') : undefined, limit: limit - found.length }
    for (const entity of await records.referring(kind, target, options)) found.push({ part, entity })
  }
  return found
}

/** Whether an entity that is listed for its boundary was listed before, for what is attached to it. */
function isRepeated(part: number, entity: Entity, arn: string): boolean {
  return PARTS[part]?.usage === 'PermissionsBoundary' && entity.managedPolicyArns.includes(arn)
}

function keyOf(entity: Entity): string {
  if ('userName' in entity) return nameKey(entity.account, entity.userName)
  return nameKey(entity.account, 'groupName' in entity ? entity.groupName : entity.roleName)
}

function answered(found: readonly Found[]) {
  const PolicyGroups: { GroupName: string; GroupId: string }[] = []
  const PolicyUsers: { UserName: string; UserId: string }[] = []
  const PolicyRoles: { RoleName: string; RoleId: string }[] = []
  for (const { entity } of found) {
    if ('userName' in entity) PolicyUsers.push({ UserName: entity.userName, UserId: entity.uniqueId })
    else if ('groupName' in entity) PolicyGroups.push({ GroupName: entity.groupName, GroupId: entity.uniqueId })
    else PolicyRoles.push({ RoleName: entity.roleName, RoleId: entity.uniqueId })
  }
  return { PolicyGroups, PolicyUsers, PolicyRoles }
}
