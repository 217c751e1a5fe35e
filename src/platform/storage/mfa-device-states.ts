import type { EpochMillis } from '../../model/index.ts'

/** What an MFA device has behind it. A time step is a number of half minutes since 1970. */
export interface MfaDeviceState {
  /** Of the last code that was taken: no code of this step or of an older one is taken again. */
  readonly lastStep: number
  /** How many time steps the clock of the device is ahead; behind, when negative. */
  readonly drift: number
  /** When somebody tried a code that was not taken, or is being looked at: the oldest first, and only the last few. */
  readonly failures: readonly EpochMillis[]
}

/** What is to become of the state of a device. @see {@link MfaDeviceStates.find} which gave `from` */
export type MfaDeviceChange = readonly [device: string, from: MfaDeviceState | undefined, to: MfaDeviceState]

/**
 * Remembers what MFA devices have behind them, by the unique id of a device: one that is made anew begins anew, also
 * under the serial number of another. What is remembered of a device is gone with its record in the directory, and so is
what is remembered under its id with a `/` and more behind it.
 * Every call rejects with {@link StoreUnavailable} when the store is closed or its medium fails.
 */
export interface MfaDeviceStates {
  /** `undefined` for a device that nothing was remembered of. */
  find(device: string): Promise<MfaDeviceState | undefined>

  /**
   * Atomically puts `to` in the place of `from`, on all nodes. Resolves once that is durable.
   * @returns false when the state is another by now: then nothing was changed
   */
  replace(...change: MfaDeviceChange): Promise<boolean>

  /** The same of several devices in one write: all of them, or none. */
  replaceAll(changes: readonly MfaDeviceChange[]): Promise<boolean>
}
