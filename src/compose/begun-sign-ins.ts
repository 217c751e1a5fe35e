import { Overloaded, type RequestFacts } from '../model/index.ts'
import type { Clock } from '../platform/clock.ts'
import { RateLimiter } from '../platform/rate-limiter.ts'

/** More than an office begins, and little to seal. */
const RATE = { perSecond: 50, burst: 100 } as const
/** Of an address of IPv6 who it is of is said by its first half. */
const GROUPS = 4

/**
 * Holds every address to a rate at which sign-ins may be begun elsewhere: anybody may begin one, and each is work, though
 * nothing of it is kept.
 * @param clock - real time
 * @throws Overloaded when an address begins too many
 */
export function beginningLimit(clock: Clock): (facts: Pick<RequestFacts, 'sourceIp'>) => void {
  const limiter = new RateLimiter<string>(RATE)
  return ({ sourceIp = '' }) => {
    const [first = ''] = sourceIp.split('::', 1)
    const key = sourceIp.includes('.') ? sourceIp : first.split(':', GROUPS).join(':')
    if (limiter.take(key, clock.now()) > 0) throw new Overloaded()
  }
}
