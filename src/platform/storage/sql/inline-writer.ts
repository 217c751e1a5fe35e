import { StoreConflict, StoreUnavailable } from '../index.ts'
import type { SqliteConnection } from './sqlite-connection.ts'
import type { Writer } from './writer.ts'

/**
 * Writes on the calling thread: for a directory in memory, which no other thread can see and no disk can slow.
 * Leaves the connection to whoever opened it.
 */
export function inlineWriter(connection: SqliteConnection): Writer {
  let closed = false
  return {
    async write(_database, transaction) {
      if (closed) throw new StoreUnavailable('The store is closed.')
      try {
        connection.write(transaction)
      } catch (cause) {
        if (cause instanceof StoreConflict) throw cause
        throw new StoreUnavailable('The write failed; nothing of it was kept.', { cause })
      }
    },
    async close() {
      closed = true
    },
  }
}
