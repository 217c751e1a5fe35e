import { setTimeout as pause } from 'node:timers/promises'
import { type EpochMillis, epochMillis, isoSeconds, ServiceUnavailable } from '../../model/index.ts'
import { sessionThatCounts } from '../../pipeline/authentication/index.ts'
import type { BrokerParts } from '../../pipeline/index.ts'
import type { Clock } from '../../platform/clock.ts'

/** A revocation counts to the end of its second. Clients wait a second for an answer, and not longer. */
const LONGEST_WAIT_MS = 1_000
/** Timers may come a little early. */
const TIMER_SLACK_MS = 2

/**
 * Whether credentials of a role that were handed out may be handed out again: the API takes them, and the sessions of the
 * role were not revoked since. A store that fails ends no session: the API judges them all the same.
 */
export async function isStillGood(sessionToken: string, broker: BrokerParts): Promise<boolean> {
  const { clock, directory } = broker
  try {
    const session = await sessionThatCounts(sessionToken, clock.now(), broker)
    if (session?.holder.kind !== 'assumed-role') return false
    const role = await directory.roleNamed(session.account, session.holder.roleName)
    return role !== undefined && session.issuedAt >= role.sessionsRevokedBefore
  } catch {
    return true
  }
}

/**
 * The time as soon as it is `from` or later. What was revoked until then would take a session with it that is made a
 * moment before, and whoever got that could do nothing for an hour.
 * @throws ServiceUnavailable when it is too long until then
 */
export async function timeFrom(from: number, clock: Clock): Promise<EpochMillis> {
  const now = clock.now()
  if (now >= from) return now
  if (from - now <= LONGEST_WAIT_MS) await pause(from - now + TIMER_SLACK_MS)
  const later = clock.now()
  if (later >= from) return later
  throw new ServiceUnavailable(`sessions are revoked that are issued before ${isoSeconds(epochMillis(from))}`)
}
