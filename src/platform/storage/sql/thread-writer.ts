import { Worker } from 'node:worker_threads'
import { StoreConflict, StoreUnavailable } from '../index.ts'
import type { DatabaseName, Statement, Writer } from './writer.ts'

/** What the thread is asked: one transaction, or (`'close'`) to finish. */
export type WriterTask =
  | { readonly id: number; readonly database: DatabaseName; readonly transaction: readonly Statement[] }
  | 'close'

/** What the thread answers: which task, and how it failed, if it did. Task 0 is opening the databases. */
export interface WriterAnswer {
  readonly id: number
  readonly failure?: { readonly conflict: boolean; readonly message: string }
}

const WORKER = new URL(import.meta.url.endsWith('.ts') ? './writer-worker.ts' : './writer-worker.js', import.meta.url)
const OPENING = 0
// A disk that hangs must not fill the memory: past this, writes are refused at once.
const MAX_WAITING = 1000

/** Writes on a thread of its own, so that a slow disk never holds up the event loop. */
export class ThreadWriter implements Writer {
  readonly #worker: Worker
  readonly #waiting = new Map<number, PromiseWithResolvers<void>>()
  readonly #exited = Promise.withResolvers<void>()
  #lastId = OPENING
  #refusal: StoreUnavailable | undefined

  private constructor(files: Readonly<Record<DatabaseName, string>>) {
    // Without the flags that the process was started with: some, such as --input-type, are not for a thread.
    this.#worker = new Worker(WORKER, { name: 'storage-writer', workerData: files, execArgv: [] })
    this.#worker.on('message', (answer: WriterAnswer) => this.#settle(answer))
    this.#worker.on('error', (cause) => this.#refuse(new StoreUnavailable('The writer thread failed.', { cause })))
    this.#worker.on('exit', () => {
      this.#refuse(new StoreUnavailable('The writer thread has ended.'))
      for (const { reject } of this.#waiting.values()) reject(this.#refusal)
      this.#waiting.clear()
      this.#exited.resolve()
    })
  }

  /**
   * Starts the thread and waits until it has opened its databases.
   * @throws {@link StoreUnavailable} when it cannot
   */
  static async open(files: Readonly<Record<DatabaseName, string>>): Promise<ThreadWriter> {
    const writer = new ThreadWriter(files)
    await writer.#answerTo(OPENING)
    return writer
  }

  async write(database: DatabaseName, transaction: readonly Statement[]): Promise<void> {
    if (this.#refusal !== undefined) throw this.#refusal
    if (this.#waiting.size >= MAX_WAITING) throw new StoreUnavailable('Too many writes are waiting for the disk.')
    const id = ++this.#lastId
    this.#worker.postMessage({ id, database, transaction } satisfies WriterTask)
    await this.#answerTo(id)
  }

  async close(): Promise<void> {
    this.#refuse(new StoreUnavailable('The store is closed.'))
    this.#worker.postMessage('close' satisfies WriterTask)
    await this.#exited.promise
  }

  #answerTo(id: number): Promise<void> {
    const answer = Promise.withResolvers<void>()
    this.#waiting.set(id, answer)
    return answer.promise
  }

  #settle({ id, failure }: WriterAnswer): void {
    const answer = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (failure === undefined) answer?.resolve()
    else if (failure.conflict) answer?.reject(new StoreConflict(failure.message))
    else answer?.reject(new StoreUnavailable('The write failed; nothing of it was kept.', { cause: failure.message }))
  }

  /** The first reason stays: what comes after it is its consequence. */
  #refuse(reason: StoreUnavailable): void {
    this.#refusal ??= reason
  }
}
