const LINES_PER_SECOND = 20
const SECOND_MS = 1000

/**
 * Tells which lines are written: of each event 20 in a second. Whoever sends requests makes lines, and must not fill a
 * disk with them.
 */
export class LineBudget {
  readonly #now: () => number
  // Bounded because events are constants.
  readonly #spent = new Map<string, { since: number; lines: number }>()

  /** @param now - milliseconds from any moment on, that never go back */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Spends one line: how many of its kind went unwritten before it, or `undefined` when it has to, too. */
  spend(event: string): number | undefined {
    const now = this.#now()
    const spent = this.#spent.get(event)
    if (spent !== undefined && now - spent.since < SECOND_MS) {
      spent.lines++
      return spent.lines > LINES_PER_SECOND ? undefined : 0
    }
    this.#spent.set(event, { since: now, lines: 1 })
    return spent === undefined ? 0 : Math.max(spent.lines - LINES_PER_SECOND, 0)
  }
}
