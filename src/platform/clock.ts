import { type EpochMillis, epochMillis } from '../model/index.ts'

/** What time it is. A request reads it once. */
export interface Clock {
  now(): EpochMillis
}

/** A clock that can be moved forward, and never back. */
export interface VirtualClock extends Clock {
  /**
   * Moves the clock `ms` milliseconds ahead of where it is; from there on it runs as its base does.
   * @throws {RangeError} when `ms` is not a whole number from 0 up, or leads past the last year a date can name
   */
  advance(ms: number): void
}

/** The time of this machine. */
export const systemClock: Clock = { now: () => epochMillis(Date.now()) }

// Dates on the wire have four digits for the year; a year is left for what expires after now.
const LATEST = Date.UTC(9999, 0, 1)

/** A clock that starts as `base` and runs with it, ahead by whatever it was advanced. */
export function virtualClock(base: Clock): VirtualClock {
  let ahead = 0
  return {
    now: () => epochMillis(base.now() + ahead),
    advance(ms) {
      if (!Number.isSafeInteger(ms) || ms < 0) {
        throw new RangeError('A clock moves by a whole number of milliseconds, forward only.')
      }
      if (base.now() + ahead + ms > LATEST) throw new RangeError('A clock stops at the year 9999.')
      ahead += ms
    },
  }
}
