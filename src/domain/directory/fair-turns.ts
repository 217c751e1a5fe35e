import { Overloaded } from '../../model/index.ts'

/**
 * Costly work of many accounts, a little at once. Accounts take turns, and none has two at a time: whoever floods waits
 * behind the own flood alone. None may have more waiting than there is room left, so others always find some.
 */
export class FairTurns {
  readonly #bounds: { readonly running: number; readonly waiting: number }
  /** What waits, by account; whose turn is next comes first. */
  readonly #waiting = new Map<string, (() => void)[]>()
  readonly #running = new Set<string>()
  #count = 0

  /** @param bounds - how much runs, and how much waits, of all accounts together */
  constructor(bounds: { readonly running: number; readonly waiting: number }) {
    this.#bounds = bounds
  }

  /** Does the work when its turn comes. @throws {@link Overloaded} at once, when as much of the account waits as may */
  async run<Result>(account: string, work: () => Promise<Result>): Promise<Result> {
    const own = this.#waiting.get(account) ?? []
    if (own.length >= this.#bounds.waiting - this.#count) throw new Overloaded()
    await new Promise<void>((begin) => {
      own.push(begin)
      this.#waiting.set(account, own)
      this.#count++
      this.#begin()
    })
    try {
      return await work()
    } finally {
      this.#running.delete(account)
      this.#begin()
    }
  }

  #begin(): void {
    for (const [account, own] of this.#waiting) {
      if (this.#running.size >= this.#bounds.running) return
      if (this.#running.has(account)) continue
      const begin = own.shift()
      // What else the account has goes behind all others.
      this.#waiting.delete(account)
      if (own.length > 0) this.#waiting.set(account, own)
      this.#running.add(account)
      this.#count--
      begin?.()
    }
  }
}
