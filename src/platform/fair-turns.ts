import { Overloaded } from '../model/index.ts'

/** Who wants something done, and for which of their matters. Both can be any text: they are compared, and no more. */
export interface TurnTaker {
  /** Groups take turns with each other. */
  readonly group: string
  /** Within a group lanes do. */
  readonly lane: string
}

interface Waiting {
  begin(): void
  refuse(fault: Overloaded): void
}

/**
 * Costly work of many groups, a little at once. Groups take turns, and none has two at a time: whoever floods waits behind
 * the own flood alone. None has more than half of the places, and where all are taken, who has least gets one of who has
 * most: so no flood keeps another group out. Within a group it is the same with lanes.
 */
export class FairTurns {
  readonly #bounds: { readonly running: number; readonly waiting: number }
  /** What waits, by group; whose turn is next comes first. */
  readonly #groups = new Map<string, Lanes>()
  readonly #running = new Set<string>()
  #count = 0

  /** @param bounds - how much runs, and how much waits, of all groups together */
  constructor(bounds: { readonly running: number; readonly waiting: number }) {
    this.#bounds = bounds
  }

  /**
   * Does the work when its turn comes.
   * @throws {@link Overloaded} when as much waits as may: at once, or when others came who have less waiting
   */
  async run<Result>({ group, lane }: TurnTaker, work: () => Promise<Result>): Promise<Result> {
    await new Promise<void>((begin, refuse) => {
      this.#makeRoom(group, lane)
      const own = this.#groups.get(group) ?? new Lanes()
      this.#groups.set(group, own)
      own.add(lane, { begin, refuse })
      this.#count++
      this.#begin()
    })
    try {
      return await work()
    } finally {
      this.#running.delete(group)
      this.#begin()
    }
  }

  #makeRoom(group: string, lane: string): void {
    const own = this.#groups.get(group)
    if (own !== undefined && own.count >= this.#bounds.waiting / 2) {
      own.drop(own.countOf(lane) + 2)
      this.#count--
    } else if (this.#count >= this.#bounds.waiting) {
      let most = own
      for (const lanes of this.#groups.values()) if (lanes.count > (most?.count ?? 0)) most = lanes
      if (most === undefined || most.count <= (own?.count ?? 0) + 1) throw new Overloaded()
      most.drop(1)
      this.#count--
    }
  }

  #begin(): void {
    for (const [group, own] of this.#groups) {
      if (this.#running.size >= this.#bounds.running) return
      if (this.#running.has(group)) continue
      const next = own.next()
      // What else the group has goes behind all others.
      this.#groups.delete(group)
      if (own.count > 0) this.#groups.set(group, own)
      this.#running.add(group)
      this.#count--
      next?.begin()
    }
  }
}

/** What one group has waiting. */
class Lanes {
  /** Whose turn is next comes first; none is empty. */
  readonly #lanes = new Map<string, Waiting[]>()
  #count = 0

  get count(): number {
    return this.#count
  }

  countOf(lane: string): number {
    return this.#lanes.get(lane)?.length ?? 0
  }

  add(lane: string, waiting: Waiting): void {
    const own = this.#lanes.get(lane)
    if (own === undefined) this.#lanes.set(lane, [waiting])
    else own.push(waiting)
    this.#count++
  }

  next(): Waiting | undefined {
    const [first] = this.#lanes
    if (first === undefined) return undefined
    const [lane, own] = first
    const next = own.shift()
    this.#lanes.delete(lane)
    if (own.length > 0) this.#lanes.set(lane, own)
    this.#count--
    return next
  }

  /** Refuses what came last to the longest lane. @throws {@link Overloaded} when that is not so long */
  drop(atLeast: number): void {
    let longest: readonly [lane: string, own: Waiting[]] | undefined
    for (const each of this.#lanes) if (each[1].length > (longest?.[1].length ?? 0)) longest = each
    if (longest === undefined || longest[1].length < atLeast) throw new Overloaded()
    const [lane, own] = longest
    own.pop()?.refuse(new Overloaded())
    if (own.length === 0) this.#lanes.delete(lane)
    this.#count--
  }
}
