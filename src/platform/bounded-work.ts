import { Overloaded } from '../model/index.ts'

/** How much of one kind of work there may be. */
export interface WorkBounds {
  /** At once. */
  readonly running: number
  /** In a queue, first come, first served. */
  readonly waiting: number
}

/**
 * Work that costs something before anybody is proven: some of it runs, some waits, and what comes on top is refused at
 * once, so that nobody waits long behind a flood. Work begins in a later turn of the event loop: only so what has come in
 * meanwhile is counted, even if the work itself never waits.
 */
export class BoundedWork {
  readonly #bounds: WorkBounds
  readonly #queue: (() => void)[] = []
  #running = 0
  #scheduled = false

  constructor(bounds: WorkBounds) {
    this.#bounds = bounds
  }

  /** Does the work when its turn comes. @throws {@link Overloaded} at once, when as much runs and waits as may */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#queue.length >= this.#bounds.waiting) throw new Overloaded()
    await new Promise<void>((begin) => {
      this.#queue.push(begin)
      this.#schedule()
    })
    try {
      return await work()
    } finally {
      this.#running--
      this.#schedule()
    }
  }

  /**
   * Waits for something outside this process, in the middle of work, and holds no place meanwhile: however slow others
   * are, work goes on. When it is over, the work goes on before any that has not begun.
   */
  async outside<Result>(wait: Promise<Result>): Promise<Result> {
    this.#running--
    this.#schedule()
    try {
      return await wait
    } finally {
      await new Promise<void>((goOn) => {
        this.#queue.unshift(goOn)
        this.#schedule()
      })
    }
  }

  #schedule(): void {
    if (this.#scheduled || this.#queue.length === 0 || this.#running >= this.#bounds.running) return
    this.#scheduled = true
    setImmediate(() => this.#begin())
  }

  #begin(): void {
    this.#scheduled = false
    const count = Math.min(this.#queue.length, this.#bounds.running - this.#running)
    this.#running += count
    for (const begin of this.#queue.splice(0, count)) begin()
  }
}
