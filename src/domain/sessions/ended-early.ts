import type { EpochMillis, Session } from '../../model/index.ts'

/** Remembered at most: a test that ends more has gone astray. */
const MOST = 100_000

/**
 * Sessions that count as expired before their end. For tests of what a program does then: it exists in development alone,
 * on one node, and only ever shortens.
 */
export class EndedEarly {
  readonly #keys = new Set<string>()
  readonly #instances = new Map<string, EpochMillis>()

  /** Ends the session of a temporary access key. @throws {RangeError} when too many were ended already */
  add(accessKeyId: string): void {
    refuseMore(this.#keys.size)
    this.#keys.add(accessKeyId)
  }

  /**
   * Ends every session that an instance was given until now, however many there are.
   * @throws {RangeError} when sessions of too many instances were ended already
   */
  endInstance(id: string, now: EpochMillis): void {
    if (!this.#instances.has(id)) refuseMore(this.#instances.size)
    this.#instances.set(id, now)
  }

  /** The last instant of which an instance's sessions were ended; `undefined` when none were. */
  lastOf(id: string): EpochMillis | undefined {
    return this.#instances.get(id)
  }

  /** Whether a session is one of them. */
  cover({ accessKeyId, issuedAt, terms }: Session): boolean {
    if (this.#keys.has(accessKeyId)) return true
    if (this.#instances.size === 0) return false
    const source = terms.carriedKeys['ec2:sourceinstancearn']
    if (typeof source !== 'string') return false
    const last = this.#instances.get(source.slice(source.lastIndexOf('/') + 1))
    return last !== undefined && issuedAt <= last
  }

  clear(): void {
    this.#keys.clear()
    this.#instances.clear()
  }
}

function refuseMore(size: number): void {
  if (size >= MOST) throw new RangeError(`At most ${MOST} sessions can be ended: reset the broker.`)
}
