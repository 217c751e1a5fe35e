import { breathe } from '../../platform/background-work.ts'

/** Lets everything else have a turn in the middle of long work, each time that it has cost so much. */
export class Pauses {
  readonly #most: number
  #spent = 0

  /** @param most - in whatever the work is measured */
  constructor(most: number) {
    this.#most = most
  }

  /** Tells what was done, or is about to be done, since the last time; waits when it is enough. */
  async spend(cost: number): Promise<void> {
    this.#spent += cost
    if (this.#spent <= this.#most) return
    this.#spent = 0
    await breathe()
  }
}
