import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StoreUnavailable } from '../index.ts'
import type { DatabaseName } from './writer.ts'

const WRITABLE_BY_OTHERS = 0o022

/** A folder that belongs to this process until it is released, or the process dies. */
export interface DataFolder {
  readonly files: Readonly<Record<DatabaseName, string>>
  release(): void
}

/**
 * Makes the folder (0700) and its files (0600) where they are missing, and keeps every other process out.
 * @throws {@link StoreUnavailable} when other users can write to the folder, or another process serves it
 */
export function claimDataFolder(folder: string): DataFolder {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  refuseForeignWriters(folder)
  const lock = lockFile(folder)
  return {
    files: { directory: privateFile(folder, 'directory.sqlite'), audit: privateFile(folder, 'audit.sqlite') },
    release: () => lock.close(),
  }
}

function refuseForeignWriters(folder: string): void {
  const { mode, uid } = statSync(folder)
  const self = process.getuid?.()
  if (self !== undefined && uid !== self && uid !== 0) {
    throw new StoreUnavailable(`The data folder ${folder} belongs to another user (uid ${uid}).`)
  }
  if (self !== undefined && (mode & WRITABLE_BY_OTHERS) !== 0) {
    throw new StoreUnavailable(`Other users can write to the data folder ${folder}: run chmod go-w on it.`)
  }
}

/**
 * Holds an exclusive lock that the kernel drops when the process ends, however it ends: a file with a process id in it
 * would outlive a crash, and ids are reused and differ between containers. A database of its own, because the
 * connections of this process have to share the others.
 */
function lockFile(folder: string): DatabaseSync {
  const lock = new DatabaseSync(privateFile(folder, 'lock.sqlite'), { timeout: 0 })
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return lock
  } catch (cause) {
    lock.close()
    throw new StoreUnavailable(`Another process is using the data folder ${folder}.`, { cause })
  }
}

/**
 * Makes an empty file for SQLite, which gives the files that it adds beside a database the database's own mode. One that
 * exists is not opened, even to look: closing it would drop every lock that this process holds on it.
 */
function privateFile(folder: string, name: string): string {
  const path = join(folder, name)
  if (!existsSync(path)) writeFileSync(path, '', { flag: 'a', mode: 0o600 })
  chmodSync(path, 0o600)
  return path
}
