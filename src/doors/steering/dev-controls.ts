import type { EpochMillis } from '../../model/index.ts'
import type { MachineControls } from './machine-controls.ts'

/** The hands on a node in development. */
export interface DevControls {
  /** Moves the clock forward and tells its time; rejects with a `Fault` where it cannot go. */
  advance(ms: number): Promise<EpochMillis>
  /** Forgets everything that was changed since the start: the directory is as it was, and nothing is steered. */
  reset(): Promise<void>
  /** Has the session of a temporary access key count as expired. @throws {RangeError} when too many were */
  expire(accessKeyId: string): void
  readonly machines: MachineControls
}
