/**
 * The thread that does every write to a data folder: one transaction after the other, in the order they were sent.
 * Its own failure to open a file ends it, and with it every write. Kept free of the query builder: it only runs SQL.
 * @module
 */
import { parentPort, workerData } from 'node:worker_threads'
import { StoreConflict } from '../index.ts'
import { SqliteConnection } from './sqlite-connection.ts'
import type { WriterAnswer, WriterTask } from './thread-writer.ts'
import type { DatabaseName } from './writer.ts'

const files: Readonly<Record<DatabaseName, string>> = workerData
const connections = { directory: new SqliteConnection(files.directory), audit: new SqliteConnection(files.audit) }

function perform(task: Exclude<WriterTask, 'close'>): WriterAnswer {
  try {
    connections[task.database].write(task.transaction)
    return { id: task.id }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { id: task.id, failure: { conflict: error instanceof StoreConflict, message } }
  }
}

parentPort?.on('message', (task: WriterTask) => {
  if (task !== 'close') {
    parentPort?.postMessage(perform(task))
    return
  }
  connections.directory.close()
  connections.audit.close()
  parentPort?.close()
})
parentPort?.postMessage({ id: 0 } satisfies WriterAnswer)
