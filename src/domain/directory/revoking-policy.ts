import { parsePolicy, printPolicy } from '../../engines/policy/index.ts'
import { type EpochMillis, epochMillis, isoSeconds } from '../../model/index.ts'
import type { InlinePolicy } from './records.ts'
import { endOfSecond } from './revocations.ts'

/** The name that AWS's own console gives to the policy. */
const POLICY_NAME = 'AWSRevokeOlderSessions'
const NEVER = epochMillis(0)
/** AWS's console writes milliseconds, too. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/
const [BEFORE_INSTANT = '', AFTER_INSTANT = ''] = documentUntil('|').split('|')

/**
 * AWS's own policy, which denies everything to what was issued until now.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
 */
export function revokingPolicy(now: EpochMillis): InlinePolicy {
  return { name: POLICY_NAME, document: documentUntil(isoSeconds(endOfSecond(now))) }
}

/** Whether a policy goes by the name of the one that revokes: whoever may write policies may give it to any. */
export function isCalledRevoking({ name }: InlinePolicy): boolean {
  return name === POLICY_NAME
}

/**
 * The instant before which a principal's sessions are revoked; the beginning of time when no policy says so. Only AWS's
 * own document counts, element for element: one that merely has its name, or its condition, denies nothing for sure.
 */
export function sessionsRevokedBefore(policies: readonly InlinePolicy[]): EpochMillis {
  const called = policies.find(isCalledRevoking)
  if (called === undefined) return NEVER
  const text = printPolicy(parsePolicy(called.document))
  const until = text.slice(BEFORE_INSTANT.length, text.length - AFTER_INSTANT.length)
  if (text !== documentUntil(until) || !INSTANT.test(until)) return NEVER
  const instant = Date.parse(until)
  return Number.isNaN(instant) ? NEVER : epochMillis(instant)
}

function documentUntil(instant: string): string {
  const statement = {
    Effect: 'Deny',
    Action: ['*'],
    Resource: ['*'],
    Condition: { DateLessThan: { 'aws:TokenIssueTime': instant } },
  }
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
}
