import { StoreConflict, StoreUnavailable } from '../index.ts'
import type { SqliteConnection } from './sqlite-connection.ts'
import type { DatabaseName, Writer } from './writer.ts'

/**
 * Writes on the calling thread: for databases in memory, which no other thread can see and no disk can slow.
 * Leaves the connections to whoever opened them.
 */
export function inlineWriter(connections: Readonly<Record<DatabaseName, SqliteConnection>>): Writer {
  let closed = false
  return {
    async write(database, transaction) {
      if (closed) throw new StoreUnavailable('The store is closed.')
      try {
        connections[database].write(transaction)
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
