import { StoreUnavailable } from '../index.ts'
import type { DatabaseName, Statement, Writer } from './writer.ts'

// Enough to fill a commit, few enough that handing them to the writer does not hold up the event loop.
const MAX_BATCH = 500
// A disk that hangs must not fill the memory: past this, additions are refused at once.
const MAX_WAITING = 10_000

interface Addition {
  readonly statements: readonly Statement[]
  readonly done: PromiseWithResolvers<void>
}

/** Gathers what arrives while a commit is under way into the next one, so that many callers share the cost of one sync. */
export class GroupCommit {
  readonly #writer: Writer
  readonly #database: DatabaseName
  #additions: Addition[] = []
  #waiting = 0
  #running: Promise<void> | undefined
  #closed = false

  constructor(writer: Writer, database: DatabaseName) {
    this.#writer = writer
    this.#database = database
  }

  /** Resolves once the statements are durable. A commit that fails rejects all that took part in it, and no others. */
  async add(statements: readonly Statement[]): Promise<void> {
    if (this.#closed) throw new StoreUnavailable('The store is closed.')
    if (this.#waiting >= MAX_WAITING) throw new StoreUnavailable('Too many writes are waiting for the disk.')
    const done = Promise.withResolvers<void>()
    this.#additions.push({ statements, done })
    this.#waiting += statements.length
    this.#running ??= this.#run()
    await done.promise
  }

  /** Refuses further additions and resolves once every accepted one is settled. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#additions.length > 0) {
      // What arrives in the same turn of the event loop shares the commit: crossing to the writer costs more than waiting.
      await new Promise((resolve) => setImmediate(resolve))
      await this.#commit(this.#take())
    }
    this.#running = undefined
  }

  /** The oldest additions, whole, until a batch is full. */
  #take(): readonly Addition[] {
    let size = 0
    let count = 0
    while (count < this.#additions.length && size < MAX_BATCH) size += this.#additions[count++]?.statements.length ?? 0
    const batch = this.#additions.slice(0, count)
    this.#additions = this.#additions.slice(count)
    this.#waiting -= size
    return batch
  }

  async #commit(batch: readonly Addition[]): Promise<void> {
    try {
      await this.#writer.write(
        this.#database,
        batch.flatMap(({ statements }) => statements),
      )
      for (const { done } of batch) done.resolve()
    } catch (error) {
      for (const { done } of batch) done.reject(error)
    }
  }
}
