import type { RecordName } from './directory-store.ts'

/** That one record was put or removed. What it became is for the reader to look up. */
export interface ChangeEntry extends RecordName {
  /** Grows with every change, from 1; the order in which commits became visible. Never used twice. */
  readonly sequence: number
}

/** The one order in which the directory changed: nodes follow it to drop what they hold in memory. */
export interface ChangeLog {
  /** The sequence of the latest change; 0 before the first. */
  last(): Promise<number>

  /** The changes after `sequence`, oldest first, at most `limit`. */
  since(sequence: number, limit: number): Promise<readonly ChangeEntry[]>
}
