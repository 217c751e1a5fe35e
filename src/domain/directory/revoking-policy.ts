import { type EpochMillis, epochMillis, isoSeconds } from '../../model/index.ts'
import type { InlinePolicy } from './records.ts'
import { endOfSecond } from './revocations.ts'

/** The name that AWS's own console gives to the policy. */
const POLICY_NAME = 'AWSRevokeOlderSessions'
const NEVER = epochMillis(0)

/**
 * AWS's own policy, which denies everything to what was issued until now.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
 */
export function revokingPolicy(now: EpochMillis): InlinePolicy {
  const statement = {
    Effect: 'Deny',
    Action: ['*'],
    Resource: ['*'],
    Condition: { DateLessThan: { 'aws:TokenIssueTime': isoSeconds(endOfSecond(now)) } },
  }
  return { name: POLICY_NAME, document: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }) }
}

/** Whether a policy goes by the name of the one that revokes. */
export function isRevoking({ name }: InlinePolicy): boolean {
  return name === POLICY_NAME
}

/** The instant before which such a policy revokes; the beginning of time when it is one that somebody wrote otherwise. */
export function revokedBefore({ document }: InlinePolicy): EpochMillis {
  const [, until = ''] = /"aws:TokenIssueTime"\s*:\s*\[?\s*"([^"]*)"/i.exec(document) ?? []
  const instant = Date.parse(until)
  return Number.isNaN(instant) ? NEVER : epochMillis(instant)
}

/** The same of all the policies of a principal. */
export function sessionsRevokedBefore(policies: readonly InlinePolicy[]): EpochMillis {
  const revoking = policies.find(isRevoking)
  return revoking === undefined ? NEVER : revokedBefore(revoking)
}
