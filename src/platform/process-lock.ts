import { chmodSync, lstatSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'

const BUSY = 5
const ATTEMPT_MS = 100

/**
 * Takes an exclusive lock that the kernel drops when the process ends, however it ends: a file with a process id in it
 * would outlive a crash, and ids are reused and differ between containers.
 * @param path - a file (0600) for nothing else, in a folder that is there; it is made, and stays
 * @returns what releases it
 * @throws when another process holds it, or something else than a file lies there
 */
export function takeProcessLock(path: string): () => void {
  const lock = new DatabaseSync(emptyFile(path), { timeout: 0 })
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return () => lock.close()
  } catch (error) {
    lock.close()
    throw error
  }
}

/** The same, and waits as long as another process holds it. @throws when `signal` ends the wait */
export async function waitForProcessLock(path: string, signal: AbortSignal): Promise<() => void> {
  for (;;) {
    try {
      return takeProcessLock(path)
    } catch (error) {
      const busy = error instanceof Error && 'errcode' in error && error.errcode === BUSY
      if (!busy) throw error
      await setTimeout(ATTEMPT_MS, undefined, { signal })
    }
  }
}

/**
 * Makes an empty file, because SQLite gives the files that it adds beside a database the database's own mode. One that
 * exists is not opened, even to look: closing it would drop every lock that this process holds on it.
 */
function emptyFile(path: string): string {
  const found = lstatSync(path, { throwIfNoEntry: false })
  // A link leads to what is somebody else's business.
  if (found !== undefined && !found.isFile()) throw new Error(`${path} is no file: remove it`)
  if (found === undefined) writeFileSync(path, '', { flag: 'a', mode: 0o600 })
  chmodSync(path, 0o600)
  return path
}
