import { type EpochMillis, epochMillis, isoSeconds } from '../../model/index.ts'
import type { DirectoryChange } from '../../platform/storage/index.ts'
import type { Directory } from './directory.ts'
import { type InlinePolicy, nameKey, put } from './records.ts'
import type { RoleView, UserView } from './views.ts'

/** The name that AWS's own console gives to the policy. */
const POLICY_NAME = 'AWSRevokeOlderSessions'

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
  if ('userName' in principal) {
    const key = nameKey(account, principal.userName)
    const body = await directory.stored('user', key)
    return body === undefined ? [] : [put('user', key, account, { ...body, policies: revoking(body.policies, now) })]
  }
  const key = nameKey(account, principal.roleName)
  const body = await directory.stored('role', key)
  return body === undefined ? [] : [put('role', key, account, { ...body, policies: revoking(body.policies, now) })]
}

/** Inline policies that are to replace others: what revoked sessions stays in force, or a change would bring them back. */
export function keepRevocation(
  before: readonly InlinePolicy[],
  after: readonly InlinePolicy[],
): readonly InlinePolicy[] {
  if (after.some(({ name }) => name === POLICY_NAME)) return after
  return [...after, ...before.filter(({ name }) => name === POLICY_NAME)]
}

function revoking(policies: readonly InlinePolicy[], now: EpochMillis): readonly InlinePolicy[] {
  const statement = {
    Effect: 'Deny',
    Action: ['*'],
    Resource: ['*'],
    // A token says when it was issued in whole seconds: the one that has begun counts as until now.
    Condition: { DateLessThan: { 'aws:TokenIssueTime': isoSeconds(nextSecond(now)) } },
  }
  const document = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  return [...policies.filter(({ name }) => name !== POLICY_NAME), { name: POLICY_NAME, document }]
}

function nextSecond(now: EpochMillis): EpochMillis {
  return epochMillis(Math.floor(now / 1000) * 1000 + 1000)
}
