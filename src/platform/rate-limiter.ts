import type { EpochMillis } from '../model/index.ts'

interface Bucket {
  tokens: number
  filledAt: EpochMillis
}

/** How often each may ask. */
export interface Rate {
  readonly perSecond: number
  /** At once, after a while of silence. */
  readonly burst: number
}

/** Sums of fractions are not exact. */
const ONE_TOKEN = 1 - 1e-6

/**
 * Holds everybody to a rate, with a token bucket for each key. A bucket that nobody took from for as long as it takes to
 * fill is full, and is forgotten without anything being reset, however many keys there are: those kept are those that
 * asked within twice that time.
 */
export class RateLimiter<Key> {
  readonly #perMs: number
  readonly #burst: number
  readonly #fillingMs: number
  #buckets = new Map<Key, Bucket>()
  #earlier = new Map<Key, Bucket>()
  #turnedAt = 0

  /** @param rate - both at least 1 */
  constructor({ perSecond, burst }: Rate) {
    this.#perMs = perSecond / 1000
    this.#burst = burst
    this.#fillingMs = burst / this.#perMs
  }

  /**
   * Takes a token out of a key's bucket. Gives 0 when there was one, or how many milliseconds to wait for the next; asking
   * in vain costs none.
   * @param now - real time; set back, it fills no bucket and empties none
   */
  take(key: Key, now: EpochMillis): number {
    const bucket = this.#bucketOf(key, now)
    const elapsedMs = Math.max(0, now - bucket.filledAt)
    bucket.tokens = Math.min(this.#burst, bucket.tokens + elapsedMs * this.#perMs)
    bucket.filledAt = now
    if (bucket.tokens < ONE_TOKEN) return Math.ceil((1 - bucket.tokens) / this.#perMs)
    bucket.tokens--
    return 0
  }

  #bucketOf(key: Key, now: EpochMillis): Bucket {
    const elapsedMs = now - this.#turnedAt
    if (elapsedMs < 0 || elapsedMs >= this.#fillingMs) {
      this.#earlier = elapsedMs < 2 * this.#fillingMs ? this.#buckets : new Map()
      this.#buckets = new Map()
      this.#turnedAt = now
    }
    const known = this.#buckets.get(key)
    if (known !== undefined) return known
    const bucket = this.#earlier.get(key) ?? { tokens: this.#burst, filledAt: now }
    this.#buckets.set(key, bucket)
    return bucket
  }
}
