import { Overloaded } from '../model/index.ts'

/** At once. */
const RUNNING = 2
const WAITING = 200

/**
 * Work that nobody waits for: some of it runs, in slices between which others are served, and the rest waits its turn.
 * What is not done when the node stops is not done.
 */
export class BackgroundWork {
  readonly #ending = new AbortController()
  readonly #queue: ((signal: AbortSignal) => Promise<void>)[] = []
  readonly #running = new Set<Promise<void>>()

  /** Call before anything is promised that more work would have to keep. @throws {@link Overloaded} */
  checkRoom(): void {
    if (this.#queue.length >= WAITING) throw new Overloaded()
  }

  /** Does the work when its turn comes. @param work - ends soon after the signal; tells of its own failures */
  start(work: (signal: AbortSignal) => Promise<void>): void {
    if (this.#ending.signal.aborted) return
    this.#queue.push(work)
    this.#next()
  }

  /** Ends what runs and forgets what waits. */
  async stop(): Promise<void> {
    this.#ending.abort()
    this.#queue.length = 0
    await Promise.all(this.#running)
  }

  #next(): void {
    if (this.#running.size >= RUNNING) return
    const work = this.#queue.shift()
    if (work === undefined) return
    const done = work(this.#ending.signal).finally(() => {
      this.#running.delete(done)
      this.#next()
    })
    this.#running.add(done)
  }
}

/** Lets everything else have a turn. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
