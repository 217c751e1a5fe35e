import type { SQLInputValue } from 'node:sqlite'
import { SqliteDialect, type SqliteStatement } from 'kysely'
import type { SqliteConnection } from './sqlite-connection.ts'

/** Reads through `connection`, which stays its owner's to close. Writes have their own way: see `Writer`. */
export function nodeSqliteDialect(connection: SqliteConnection): SqliteDialect {
  return new SqliteDialect({
    database: { prepare: (sql) => statementView(connection, sql), close() {} },
  })
}

function statementView(connection: SqliteConnection, sql: string): SqliteStatement {
  const statement = connection.prepare(sql)
  return {
    reader: true,
    all: (parameters) => statement.all(...values(parameters)),
    run: (parameters) => statement.run(...values(parameters)),
    iterate: (parameters) => statement.iterate(...values(parameters)),
  }
}

/** The query builder does not know which values its database takes; the driver refuses the wrong ones. */
function values(parameters: readonly unknown[]): readonly SQLInputValue[] {
  return parameters as readonly SQLInputValue[]
}
