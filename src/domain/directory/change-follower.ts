import type { EpochMillis } from '../../model/index.ts'
import type { Clock } from '../../platform/clock.ts'
import type { ChangeEntry, ChangeLog } from '../../platform/storage/index.ts'

const PAGE = 1_000
const POLL_MS = 500
/** A node that has not seen the log for this long may be serving what was revoked: it is not ready. */
const STALE_AFTER_MS = 10_000

/** Follows the change log: at once after this node's own commits, and every half second for those of others. */
export class ChangeFollower {
  readonly #log: ChangeLog
  readonly #clock: Clock
  readonly #onChange: (entry: ChangeEntry) => void
  #sequence = 0
  #followedAt: EpochMillis
  #timer: NodeJS.Timeout | undefined
  #polling = false

  /** @param clock - real time: staleness is about this machine, not about a clock that tests move */
  constructor(log: ChangeLog, clock: Clock, onChange: (entry: ChangeEntry) => void) {
    this.#log = log
    this.#clock = clock
    this.#onChange = onChange
    this.#followedAt = clock.now()
  }

  /** Begins at the log's end: nothing is cached yet that older entries could concern. */
  async start(): Promise<void> {
    this.#sequence = await this.#log.last()
    this.#followedAt = this.#clock.now()
    this.#timer = setInterval(() => this.#poll(), POLL_MS)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** Reads the log to its end, then tells of all changes in one go: nobody sees the half of a commit. */
  async catchUp(): Promise<void> {
    const changes: ChangeEntry[] = []
    for (;;) {
      const page = await this.#log.since(changes.at(-1)?.sequence ?? this.#sequence, PAGE)
      changes.push(...page)
      if (page.length < PAGE) break
    }
    for (const entry of changes) {
      // Another reading of the log may have come first.
      if (entry.sequence <= this.#sequence) continue
      this.#sequence = entry.sequence
      this.#onChange(entry)
    }
    this.#followedAt = this.#clock.now()
  }

  /** How far the log was read: the sequence of its latest change that was told of. */
  get sequence(): number {
    return this.#sequence
  }

  /** False when the log could not be read for so long that this node must not decide anything. */
  isCurrent(): boolean {
    return this.#clock.now() - this.#followedAt < STALE_AFTER_MS
  }

  #poll(): void {
    if (this.#polling) return
    this.#polling = true
    this.catchUp()
      // The failure shows as staleness: `isCurrent` turns false and the node stops answering signed calls.
      .catch(() => undefined)
      .finally(() => {
        this.#polling = false
      })
  }
}
