import { StoreUnavailable } from '../index.ts'
import type { SqliteConnection } from './sqlite-connection.ts'

/**
 * Brings a database to the schema that the last of `migrations` leads to, in one transaction, or leaves it as it was.
 * @param name - what the database is called in refusals
 * @throws {@link StoreUnavailable} when the database is newer than that
 */
export function migrate(connection: SqliteConnection, name: string, migrations: readonly string[]): void {
  connection.transact('BEGIN EXCLUSIVE', () => {
    connection.execute('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL) STRICT')
    const reached = connection.prepare('SELECT max(version) AS version FROM schema_version').get()
    const { version }: Record<string, unknown> = reached ?? {}
    const current = Number(version)
    if (current > migrations.length) {
      throw new StoreUnavailable(
        `${name} has schema version ${current}, and this Rolecall knows versions up to ${migrations.length}: ` +
          'it was written by a newer Rolecall. Start that one, or restore a backup from before the upgrade.',
      )
    }
    for (const [index, script] of migrations.entries()) {
      if (index < current) continue
      connection.execute(script)
      connection.prepare('INSERT INTO schema_version (version) VALUES (?)').run(index + 1)
    }
  })
}
