import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { StoreConflict } from '../index.ts'
import type { Statement } from './writer.ts'

// fullfsync matters on macOS only, where a plain fsync leaves the data in the drive's own cache.
const PRAGMAS = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA fullfsync = ON;
  PRAGMA trusted_schema = OFF;
`
const BUSY_TIMEOUT_MS = 5000

/** One connection to a SQLite file, or to a database in memory: durable commits, statements prepared once. */
export class SqliteConnection {
  readonly #database: DatabaseSync
  // Bounded by the queries of this folder: values are always parameters, so texts do not multiply.
  readonly #statements = new Map<string, StatementSync>()

  /** @param file - a path, or `:memory:` */
  constructor(file: string) {
    this.#database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true })
    this.#database.exec(PRAGMAS)
  }

  /** Runs a script without parameters, such as a schema. */
  execute(script: string): void {
    this.#database.exec(script)
  }

  /** Finds the statement for `sql`, preparing it at first use. */
  prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#database.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }

  /** Runs `work` between `begin` and `COMMIT`; undoes everything when it throws, and throws the same. */
  transact(begin: 'BEGIN IMMEDIATE' | 'BEGIN EXCLUSIVE', work: () => void): void {
    this.prepare(begin).run()
    try {
      work()
      this.prepare('COMMIT').run()
    } catch (error) {
      // Some failures, such as a full disk, have ended the transaction already.
      if (this.#database.isTransaction) this.prepare('ROLLBACK').run()
      throw error
    }
  }

  /**
   * Runs the statements in one transaction. Takes the write lock first: taken half way it could be refused.
   * @throws {@link StoreConflict} when a statement with a `conflict` changed nothing
   */
  write(transaction: readonly Statement[]): void {
    this.transact('BEGIN IMMEDIATE', () => {
      for (const { sql, parameters, conflict } of transaction) {
        const { changes } = this.prepare(sql).run(...parameters)
        if (conflict !== undefined && changes === 0) throw new StoreConflict(conflict)
      }
    })
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }
}
