import type { EpochMillis } from '../../model/index.ts'
import type { MfaDeviceState } from '../../platform/storage/index.ts'

const MOST_FAILURES = 5
const WITHIN_MS = 5 * 60_000
const LOCKED_MS = 5 * 60_000

/** The state of a device that nothing is remembered of. */
export const FRESH: MfaDeviceState = Object.freeze({ lastStep: 0, drift: 0, failures: Object.freeze([]) })

/**
 * The state with one more attempt, which counts as failed until its code turns out right: five of them within five
 * minutes lock the device for another five. AWS publishes no numbers.
 * @returns `undefined` while the device is locked
 */
export function withAttempt(state: MfaDeviceState, now: EpochMillis): MfaDeviceState | undefined {
  const { failures } = state
  const last = failures.at(-1)
  const isFull = failures.length >= MOST_FAILURES
  if (isFull && last !== undefined && now < last + LOCKED_MS) return undefined
  const recent = isFull ? [] : failures.filter((at) => at > now - WITHIN_MS)
  return { ...state, failures: [...recent, now] }
}

/** The state without an attempt that {@link withAttempt} counted: its code is right. */
export function withoutAttempt(state: MfaDeviceState, at: EpochMillis): MfaDeviceState {
  const index = state.failures.lastIndexOf(at)
  return { ...state, failures: state.failures.filter((_, each) => each !== index) }
}
