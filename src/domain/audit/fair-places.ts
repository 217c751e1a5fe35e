/**
 * A number of places that accounts take. None may hold more than are still free: alone it gets half of them, and
 * whoever comes after many others still finds one.
 */
export class FairPlaces {
  #free: number
  readonly #held = new Map<string, number>()

  /** @param count - how many places there are */
  constructor(count: number) {
    this.#free = count
  }

  /** Takes a place for an account; false when it has its share, or none is free. */
  take(account: string): boolean {
    const held = this.#held.get(account) ?? 0
    if (held >= this.#free) return false
    this.#free -= 1
    this.#held.set(account, held + 1)
    return true
  }
}
