import type { EpochMillis } from '../../model/index.ts'

const MOST_ATTEMPTS = 5
const LOCKED_MS = 5 * 60_000

interface Attempts {
  readonly count: number
  readonly forgetAt: number
}

/**
 * How often each password was guessed at: five times within five minutes, and then not for another five. An attempt
 * counts as soon as it begins, so many at once are no way around it; the right password clears the count. AWS documents
 * no such limit for ChangePassword, and the strict reading is taken. Each node counts by itself: of N nodes an attacker
 * who reaches all of them has N times as many guesses.
 */
export class PasswordAttempts {
  /** By password, those that are forgotten first in front: none is kept longer than five minutes. */
  readonly #attempts = new Map<string, Attempts>()

  /** Counts an attempt; false when there were too many. @param password - its hash and who guesses, so a new one is not locked */
  begin(password: string, now: EpochMillis): boolean {
    for (const [other, { forgetAt }] of this.#attempts) {
      if (forgetAt > now) break
      this.#attempts.delete(other)
    }
    const { count, forgetAt } = this.#attempts.get(password) ?? { count: 0, forgetAt: now + LOCKED_MS }
    if (count >= MOST_ATTEMPTS) return false
    if (count + 1 < MOST_ATTEMPTS) {
      this.#attempts.set(password, { count: count + 1, forgetAt })
      return true
    }
    this.#attempts.delete(password)
    this.#attempts.set(password, { count: MOST_ATTEMPTS, forgetAt: now + LOCKED_MS })
    return true
  }

  /** Forgets the attempts at a password: somebody knew it. */
  clear(password: string): void {
    this.#attempts.delete(password)
  }
}
