import type { EpochMillis } from '../../model/index.ts'
import { StoreUnavailable } from '../../platform/storage/index.ts'
import type { ConsoleBroker, ConsoleSession } from './console-broker.ts'
import { type Cookies, ROLES_COOKIE } from './cookies.ts'

/** As many as AWS's console shows. */
const MOST = 5
/** Of one user: more than anybody switches roles in. */
const MOST_BROWSERS = 20

/** What a browser holds of one who switched roles in it. */
interface Held {
  /** The handle in its cookie. */
  readonly handle: string | undefined
  /** Whoever signed in. */
  readonly original: ConsoleSession
}

/** The roles that whoever signed in switched to in a browser lately, the last one first. */
export async function recentRoles(
  { handle, original }: Held,
  states: ConsoleBroker['states'],
  now: EpochMillis,
): Promise<readonly string[]> {
  const state = handle === undefined ? undefined : await states.find('recent-roles', handle, now)
  return state?.principal === original.caller.userId ? state.arns : []
}

/**
 * Remembers one more, in the place of what the browser held. Nothing depends on it: when it cannot be kept it is not.
 * @returns the cookies to set
 */
export async function rememberRole(
  arn: string,
  held: Held,
  { states, cookies, now }: { states: ConsoleBroker['states']; cookies: Pick<Cookies, 'set'>; now: EpochMillis },
): Promise<readonly string[]> {
  try {
    const before = await recentRoles(held, states, now)
    const arns = [arn, ...before.filter((each) => each !== arn)].slice(0, MOST)
    const principal = held.original.caller.userId
    const share = { holder: principal, most: MOST_BROWSERS }
    const handle = await states.keep('recent-roles', { principal, arns }, now, undefined, share)
    if (held.handle !== undefined) await states.end('recent-roles', held.handle)
    return [cookies.set(ROLES_COOKIE, handle)]
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error
    return []
  }
}
