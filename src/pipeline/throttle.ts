import { type AccountId, type EpochMillis, Throttling } from '../model/index.ts'
import { RateLimiter } from '../platform/rate-limiter.ts'

/**
 * Holds accounts, or whoever else has a name, to a rate: each may have one second's requests at once.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export class Throttle<Key extends string = AccountId> {
  readonly #limiter: RateLimiter<Key>

  /** @param perSecond - requests of one; at least 1 */
  constructor(perSecond: number) {
    this.#limiter = new RateLimiter({ perSecond, burst: perSecond })
  }

  /**
   * Takes a token out of one's bucket; a request that is refused costs none.
   * @param now - real time; set back, it fills no bucket and empties none
   * @throws {@link Throttling} when the bucket is empty
   */
  charge(key: Key, now: EpochMillis): void {
    const waitMs = this.#limiter.take(key, now)
    if (waitMs > 0) throw new Throttling(waitMs)
  }
}
