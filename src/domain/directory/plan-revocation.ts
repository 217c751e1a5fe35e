import type { EpochMillis } from '../../model/index.ts'
import type { DirectoryChange } from '../../platform/storage/index.ts'
import type { Directory } from './directory.ts'
import { nameKey } from './record-keys.ts'
import { type InlinePolicy, put } from './records.ts'
import { isCalledRevoking, revokingPolicy, sessionsRevokedBefore } from './revoking-policy.ts'
import { sealingKeyOf } from './sealed-secret.ts'
import type { RoleView, UserView } from './views.ts'

/** How far clocks of nodes are apart at most: as far as those of a signer and a node. */
const CLOCKS_APART_MS = 15 * 60_000

/**
 * The changes that make every session of a user or role powerless that was issued until now: AWS's own policy, which
 * denies what comes with an older token. Sessions that come later are not touched, nor is a user's long-term key.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
 */
export async function planRevokingOlder(
  principal: UserView | RoleView,
  now: EpochMillis,
  directory: Directory,
): Promise<readonly DirectoryChange[]> {
  const { account } = principal
  const [kind, name] =
    'userName' in principal ? (['user', principal.userName] as const) : (['role', principal.roleName] as const)
  const key = nameKey(account, name)
  const body = await directory.records.stored(kind, key)
  if (body === undefined) return []
  return [put(kind, key, account, { ...body, policies: withLater(body.policies, revokingPolicy(now)) })]
}

/** The changes that make an access key inactive for good; `undefined` when there is no such key. */
export async function planKeyRevocation(
  accessKeyId: string,
  now: EpochMillis,
  { records }: Directory,
): Promise<readonly DirectoryChange[] | undefined> {
  const key = await records.stored('access-key', accessKeyId)
  if (key === undefined) return undefined
  const revoked = { ...key, status: 'Inactive' as const, revokedAt: now }
  const change = put('access-key', accessKeyId, key.account, revoked, sealingKeyOf(key.sealedSecret))
  return [{ ...change, expect: 'present' }]
}

/**
 * Inline policies that are to replace others: what revoked sessions stays in force, or a change would bring them back.
 * One from the future was revoked by nobody: of it stays what it denies until now, and later sessions are free again.
 */
export function keepRevocation(
  before: readonly InlinePolicy[],
  after: readonly InlinePolicy[],
  now: EpochMillis,
): readonly InlinePolicy[] {
  const revoked = sessionsRevokedBefore(before)
  if (revoked === 0) return after
  const kept = revoked > now + CLOCKS_APART_MS ? revokingPolicy(now) : before.find(isCalledRevoking)
  return kept === undefined ? after : withLater(after, kept)
}

/** Policies, and one that revokes in the place of what has its name: unless that revokes as much. */
function withLater(policies: readonly InlinePolicy[], revoking: InlinePolicy): readonly InlinePolicy[] {
  if (sessionsRevokedBefore(policies) >= sessionsRevokedBefore([revoking])) return policies
  return [...policies.filter((policy) => !isCalledRevoking(policy)), revoking]
}
