import type { Storage } from '../index.ts'
import { claimDataFolder } from './data-folder.ts'
import { GroupCommit } from './group-commit.ts'
import { inlineWriter } from './inline-writer.ts'
import { migrate } from './migrate.ts'
import { MIGRATIONS } from './migrations.ts'
import { nodeSqliteDialect } from './node-sqlite-dialect.ts'
import { Reader } from './reader.ts'
import { sqlAuditLog } from './sql-audit-log.ts'
import { sqlChangeLog } from './sql-change-log.ts'
import { sqlDirectoryStore } from './sql-directory-store.ts'
import { SqliteConnection } from './sqlite-connection.ts'
import { ThreadWriter } from './thread-writer.ts'
import type { DatabaseName, Writer } from './writer.ts'

const IN_MEMORY = ':memory:'
/** In memory nothing else bounds the audit log: it keeps the newest 10,000 events, and up to 1,000 more. */
const FORGET_OLD_EVENTS = `
  CREATE TRIGGER audit_event_bound AFTER INSERT ON audit_event WHEN NEW.rowid % 1000 = 0
  BEGIN DELETE FROM audit_event WHERE rowid <= NEW.rowid - 10000; END`

/** Where the data lives: a folder, made when missing, or `:memory:` for as long as the process. */
export interface SqlStorageOptions {
  readonly data: string
}

/**
 * Opens the data and brings its schema up to date. One process at a time serves a folder.
 * @throws {@link StoreUnavailable} when the folder is unsafe, in use, or written by a newer version
 */
export async function openSqlStorage({ data }: SqlStorageOptions): Promise<Storage> {
  // Whatever was opened before a failure is closed again; afterwards the same list, from its end, is how to close.
  await using opened = new AsyncDisposableStack()
  const { writer, directory, audit } = data === IN_MEMORY ? openMemory(opened) : await openFolder(data, opened)
  const commits = new GroupCommit(writer, 'audit')
  opened.defer(() => commits.close())
  const ports = {
    directory: sqlDirectoryStore(directory, writer),
    changes: sqlChangeLog(directory),
    audit: sqlAuditLog(audit, commits),
  }
  const held = opened.move()
  let closing: Promise<void> | undefined
  return {
    ...ports,
    close() {
      closing ??= held.disposeAsync()
      return closing
    },
  }
}

/** What both kinds of data come down to: a way to write, and a reader for each database. */
type Opened = { readonly writer: Writer } & Readonly<Record<DatabaseName, Reader>>

function openMemory(opened: AsyncDisposableStack): Opened {
  const connections = { directory: new SqliteConnection(IN_MEMORY), audit: new SqliteConnection(IN_MEMORY) }
  migrate(connections.directory, 'The directory', MIGRATIONS.directory)
  migrate(connections.audit, 'The audit log', MIGRATIONS.audit)
  connections.audit.execute(FORGET_OLD_EVENTS)
  const directory = openReader(connections.directory, opened)
  const audit = openReader(connections.audit, opened)
  const writer = inlineWriter(connections)
  opened.defer(() => writer.close())
  return { writer, directory, audit }
}

async function openFolder(data: string, opened: AsyncDisposableStack): Promise<Opened> {
  const folder = claimDataFolder(data)
  opened.defer(() => folder.release())
  migrateFile(folder.files.directory, MIGRATIONS.directory)
  migrateFile(folder.files.audit, MIGRATIONS.audit)
  // Opened before the readers, so closed after them: the last connection tidies the files up, off the event loop.
  const writer = await ThreadWriter.open(folder.files)
  opened.defer(() => writer.close())
  const directory = openReader(new SqliteConnection(folder.files.directory), opened)
  const audit = openReader(new SqliteConnection(folder.files.audit), opened)
  return { writer, directory, audit }
}

function openReader(connection: SqliteConnection, opened: AsyncDisposableStack): Reader {
  opened.defer(() => connection.close())
  return new Reader(nodeSqliteDialect(connection))
}

function migrateFile(file: string, migrations: readonly string[]): void {
  const connection = new SqliteConnection(file)
  try {
    migrate(connection, file, migrations)
  } finally {
    connection.close()
  }
}
