import type { EpochMillis } from './epoch-millis.ts'

/** A one-time code of an MFA device that was right and has not been used for anything yet. */
export interface ProvenCode {
  /** Of the device that showed it. */
  readonly deviceId: string
  /** The time step that it is of: with it, all older ones are used up. */
  readonly step: number
  readonly provenAt: EpochMillis
}
