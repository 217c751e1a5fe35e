import type { AuditLog, Storage } from '../index.ts'
import { claimDataFolder } from './data-folder.ts'
import { GroupCommit } from './group-commit.ts'
import { inlineWriter } from './inline-writer.ts'
import { memoryAuditLog } from './memory-audit-log.ts'
import { migrate } from './migrate.ts'
import { MIGRATIONS } from './migrations.ts'
import { nodeSqliteDialect } from './node-sqlite-dialect.ts'
import { Reader } from './reader.ts'
import { sqlAuditLog } from './sql-audit-log.ts'
import { sqlBrowserStates } from './sql-browser-states.ts'
import { sqlChangeLog } from './sql-change-log.ts'
import { sqlDirectoryStore } from './sql-directory-store.ts'
import { sqlMfaDeviceStates } from './sql-mfa-device-states.ts'
import { sqlReplayGuard } from './sql-replay-guard.ts'
import { sqlUsageStamps } from './sql-usage-stamps.ts'
import { SqliteConnection } from './sqlite-connection.ts'
import { ThreadWriter } from './thread-writer.ts'
import type { Writer } from './writer.ts'

const IN_MEMORY = ':memory:'
const MOST_ONE_TIME_VALUES = 1_000_000
const MOST_BROWSER_STATES = 100_000

/** Where the data lives: a folder, made when missing, or `:memory:` for as long as the process. */
export interface SqlStorageOptions {
  readonly data: string
  /** How many one-time values may be claimed at once; a million unless told. */
  readonly oneTimeValues?: number
  /** How many states of browsers may be kept at once, of each kind; a hundred thousand unless told. */
  readonly browserStates?: number
}

/**
 * Opens the data and brings its schema up to date. One process at a time serves a folder.
 * @throws {@link StoreUnavailable} when the folder is unsafe, in use, or written by a newer version
 */
export async function openSqlStorage({
  data,
  oneTimeValues = MOST_ONE_TIME_VALUES,
  browserStates = MOST_BROWSER_STATES,
}: SqlStorageOptions): Promise<Storage> {
  // Whatever was opened before a failure is closed again; afterwards the same list, from its end, is how to close.
  await using opened = new AsyncDisposableStack()
  const { writer, directory, audit } = data === IN_MEMORY ? openMemory(opened) : await openFolder(data, opened)
  const ports = {
    directory: sqlDirectoryStore(directory, writer),
    changes: sqlChangeLog(directory),
    audit,
    usage: sqlUsageStamps(directory, writer),
    replays: sqlReplayGuard(directory, writer, oneTimeValues),
    mfaDevices: sqlMfaDeviceStates(directory, writer),
    browsers: sqlBrowserStates(directory, writer, browserStates),
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

/** What both kinds of data come down to. */
interface Opened {
  readonly writer: Writer
  readonly directory: Reader
  readonly audit: AuditLog
}

function openMemory(opened: AsyncDisposableStack): Opened {
  const connection = new SqliteConnection(IN_MEMORY)
  migrate(connection, 'The directory', MIGRATIONS.directory)
  const directory = openReader(connection, opened)
  const writer = inlineWriter(connection)
  opened.defer(() => writer.close())
  const audit = memoryAuditLog()
  opened.defer(() => audit.close())
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
  const events = openReader(new SqliteConnection(folder.files.audit), opened)
  const commits = new GroupCommit(writer, 'audit')
  opened.defer(() => commits.close())
  return { writer, directory, audit: sqlAuditLog(events, commits) }
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
