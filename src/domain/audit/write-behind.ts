import type { Logger, Metrics } from '../../platform/telemetry/index.ts'
import { FairPlaces } from './fair-places.ts'

const FLUSH_MS = 100
const MOST_WAITING = 10_000
/** So many are written at once: a failure takes no more with it, and whoever writes a grant meanwhile waits no longer. */
const MOST_AT_ONCE = 500

/** What writing behind is made of. */
export interface WriteBehindParts<Item> {
  /** Where the items go, as log and metrics call it. */
  readonly sink: 'database' | 'json-lines'
  /** Writes all of them, or rejects. */
  write(items: readonly Item[]): Promise<void>
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'auditDropped'>
}

/**
 * Writes what nobody waits for: within a tenth of a second, many together. Bounded: behind a slow disk 10,000 items
 * wait, of no account more than what leaves as many places to others, and what is too much, or cannot be written, is
 * dropped, counted and told.
 */
export class WriteBehind<Item> {
  readonly #parts: WriteBehindParts<Item>
  #waiting: Item[] = []
  #places = new FairPlaces(MOST_WAITING)
  #dropped = 0
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> | undefined

  constructor(parts: WriteBehindParts<Item>) {
    this.#parts = parts
  }

  /** Takes an item of an account, to be written soon. */
  add(item: Item, account: string): void {
    if (this.#places.take(account)) this.#waiting.push(item)
    else this.#drop(1)
    this.#timer ??= setTimeout(() => this.#flushLater(), FLUSH_MS).unref()
  }

  /** Writes out what waits. One write at a time: the rest goes on waiting. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#waiting.length === 0) return
    this.#writing = this.#write(this.#waiting).finally(() => {
      this.#writing = undefined
    })
    this.#waiting = []
    this.#places = new FairPlaces(MOST_WAITING)
    await this.#writing
  }

  async #write(items: readonly Item[]): Promise<void> {
    const { sink, write, logger } = this.#parts
    for (let done = 0; done < items.length; done += MOST_AT_ONCE) {
      const some = items.slice(done, done + MOST_AT_ONCE)
      try {
        await write(some)
      } catch (error) {
        this.#drop(some.length)
        logger.error('audit.append-failed', { sink, entries: some.length, error })
      }
    }
    if (this.#dropped > 0) logger.error('audit.dropped', { sink, entries: this.#dropped })
    this.#dropped = 0
  }

  #drop(items: number): void {
    this.#dropped += items
    this.#parts.metrics.auditDropped(this.#parts.sink, items)
  }

  #flushLater(): void {
    this.flush().catch((error: unknown) => this.#parts.logger.error('audit.flush-failed', { error }))
  }
}
