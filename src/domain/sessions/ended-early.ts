/** Remembered at most: a test that ends more has gone astray. */
const MOST = 100_000

/**
 * Sessions that count as expired before their end. For tests of what a program does then: it exists in development alone,
 * on one node, and only ever shortens.
 */
export class EndedEarly {
  readonly #keys = new Set<string>()

  /** Ends the session of a temporary access key. @throws {RangeError} when too many were ended already */
  add(accessKeyId: string): void {
    if (this.#keys.size >= MOST) throw new RangeError(`At most ${MOST} sessions can be ended: reset the broker.`)
    this.#keys.add(accessKeyId)
  }

  has(accessKeyId: string): boolean {
    return this.#keys.has(accessKeyId)
  }

  clear(): void {
    this.#keys.clear()
  }
}
