/** What a database column takes and gives. */
export type SqlValue = string | number | null

/** One step of a transaction: primitives only, so that it crosses to another thread cheaply. */
export interface Statement {
  readonly sql: string
  readonly parameters: readonly SqlValue[]
  /** When the statement changes no row, the transaction is undone with a `StoreConflict` of this message. */
  readonly conflict?: string | undefined
}

/** The audit log has a database of its own, so that its commits never wait for the directory's. */
export type DatabaseName = 'directory' | 'audit'

/** The only way anything is written. */
export interface Writer {
  /**
   * Runs the statements in one transaction, or undoes them all. Transactions run in the order of their calls.
   * Resolves once durable.
   * @throws {@link StoreConflict} when a statement with a `conflict` changed nothing
   * @throws {@link StoreUnavailable} on every other failure
   */
  write(database: DatabaseName, transaction: readonly Statement[]): Promise<void>

  /** Finishes what was accepted and lets go of the databases; refuses every write from now on. */
  close(): Promise<void>
}
