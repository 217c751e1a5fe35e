import { Overloaded } from '../model/index.ts'

/** How much work there may be. */
export interface WorkBounds {
  /** At once. */
  readonly running: number
  /** In each lane, first come, first served. */
  readonly waiting: number
}

/** Where work waits: what comes with a signature, real or not, and everything else. */
export type Lane = 'signed' | 'unsigned'

/**
 * How much begins in one turn of the event loop. What is unsigned may be costly, and crowds bring it: people sign in by the
 * hundred when their day begins.
 */
const MOST_A_TURN: Readonly<Record<Lane, number>> = { signed: 64, unsigned: 16 }

/**
 * Work that costs something before anybody is proven: some of it runs, some waits, and what comes on top is refused at
 * once, so that nobody waits long behind a flood. Lanes take turns, so what claims a signature does not wait behind what
 * has none, and a flood in one has nothing refused in the other. Work begins in a later turn of the event loop: only so
 * what has come in meanwhile is counted, even if the work itself never waits.
 */
export class BoundedWork {
  readonly #bounds: WorkBounds
  readonly #lanes: Readonly<Record<Lane, (() => void)[]>> = { signed: [], unsigned: [] }
  /** Begun before, and back from outside. */
  readonly #back: (() => void)[] = []
  /** Whose turn it is. */
  #turn: Lane = 'signed'
  #running = 0
  #scheduled = false

  constructor(bounds: WorkBounds) {
    this.#bounds = bounds
  }

  /** Does the work when its turn comes. @throws {@link Overloaded} at once, when as much waits in its lane as may */
  async run<Result>(lane: Lane, work: () => Promise<Result>): Promise<Result> {
    const waiting = this.#lanes[lane]
    if (waiting.length >= this.#bounds.waiting) throw new Overloaded()
    await new Promise<void>((begin) => {
      waiting.push(begin)
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
   * are, work goes on. When it is over, the work goes on before any that has not begun. One wait at a time: a work has one
   * place to give up.
   */
  async outside<Result>(wait: Promise<Result>): Promise<Result> {
    this.#running--
    this.#schedule()
    try {
      return await wait
    } finally {
      await new Promise<void>((goOn) => {
        this.#back.push(goOn)
        this.#schedule()
      })
    }
  }

  #schedule(): void {
    const { signed, unsigned } = this.#lanes
    if (this.#scheduled || this.#running >= this.#bounds.running) return
    if (this.#back.length + signed.length + unsigned.length === 0) return
    this.#scheduled = true
    setImmediate(() => this.#begin())
  }

  #begin(): void {
    this.#scheduled = false
    this.#beginOf(this.#back, this.#back.length)
    const first = this.#turn
    const second = first === 'signed' ? 'unsigned' : 'signed'
    // A turn that found no place is not over.
    if (this.#beginOf(this.#lanes[first], MOST_A_TURN[first]) > 0) this.#turn = second
    this.#beginOf(this.#lanes[second], MOST_A_TURN[second])
    this.#schedule()
  }

  #beginOf(waiting: (() => void)[], most: number): number {
    const count = Math.min(waiting.length, most, this.#bounds.running - this.#running)
    this.#running += count
    for (const begin of waiting.splice(0, count)) begin()
    return count
  }
}
