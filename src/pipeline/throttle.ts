import { type AccountId, type EpochMillis, Throttling } from '../model/index.ts'

interface Bucket {
  tokens: number
  filledAt: EpochMillis
}

/** How long an empty bucket takes to fill: an account may have one second's requests at once. */
const FILLING_MS = 1000
/** Sums of fractions are not exact. */
const ONE_TOKEN = 1 - 1e-6

/**
 * Holds accounts to a rate, with a token bucket for each. A bucket that nobody took from for a second is full, and is
 * forgotten without anything being reset, however many accounts there are: those kept are those that asked within the
 * last two seconds.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export class Throttle {
  readonly #perSecond: number
  #buckets = new Map<AccountId, Bucket>()
  #earlier = new Map<AccountId, Bucket>()
  #turnedAt = 0

  /** @param perSecond - requests of one account; at least 1 */
  constructor(perSecond: number) {
    this.#perSecond = perSecond
  }

  /**
   * Takes a token out of an account's bucket; a request that is refused costs none.
   * @param now - real time; set back, it fills no bucket and empties none
   * @throws {@link Throttling} when the bucket is empty
   */
  charge(account: AccountId, now: EpochMillis): void {
    const bucket = this.#bucketOf(account, now)
    const elapsedMs = Math.max(0, now - bucket.filledAt)
    bucket.tokens = Math.min(this.#perSecond, bucket.tokens + (elapsedMs * this.#perSecond) / FILLING_MS)
    bucket.filledAt = now
    if (bucket.tokens < ONE_TOKEN) throw new Throttling(Math.ceil(((1 - bucket.tokens) * FILLING_MS) / this.#perSecond))
    bucket.tokens--
  }

  #bucketOf(account: AccountId, now: EpochMillis): Bucket {
    const elapsedMs = now - this.#turnedAt
    if (elapsedMs < 0 || elapsedMs >= FILLING_MS) {
      this.#earlier = elapsedMs < 2 * FILLING_MS ? this.#buckets : new Map()
      this.#buckets = new Map()
      this.#turnedAt = now
    }
    const known = this.#buckets.get(account)
    if (known !== undefined) return known
    const bucket = this.#earlier.get(account) ?? { tokens: this.#perSecond, filledAt: now }
    this.#buckets.set(account, bucket)
    return bucket
  }
}
