import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { takeProcessLock } from '../../process-lock.ts'
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
  const release = lockFolder(folder)
  return {
    files: { directory: privateFile(folder, 'directory.sqlite'), audit: privateFile(folder, 'audit.sqlite') },
    release,
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

/** A database of its own, because the connections of this process have to share the others. */
function lockFolder(folder: string): () => void {
  try {
    return takeProcessLock(join(folder, 'lock.sqlite'))
  } catch (cause) {
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
