import type { Piscina } from 'piscina'
import { ServiceUnavailable } from '../../../model/index.ts'
import { FairTurns, type TurnTaker } from '../../../platform/fair-turns.ts'
import type { NotRead, PresentedFacts } from './read-presented.ts'
import type { Verification, VerificationTask } from './verify-response.ts'

const THREADS = 2
/** Responses that wait to be read or verified. Those of one peer are half of it at most: some seconds' worth. */
const WAITING = 1024
/** From when a thread has begun. An honest response takes a hundredth. */
const DEADLINE_MS = 2000
/** Until a thread has begun, which it may have to be started for. */
const STARTING_MS = 10_000
const IDLE_MS = 60_000
const MEGABYTES = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16 } as const
const WORKER = new URL(
  import.meta.url.endsWith('.ts') ? './response-worker.ts' : './response-worker.js',
  import.meta.url,
)

/** What a thread may cost, where a test wants less. */
export interface ThreadLimits {
  readonly deadlineMs?: number
  /** How many may wait for a thread. */
  readonly waiting?: number
  /** The module that a thread runs. */
  readonly worker?: URL
}

/** What a thread is given: something to do, and where to say that it has begun with it. */
export interface Given<Task> {
  readonly task: Task
  readonly begun: Int32Array
}

/** What came of it. A mistake of ours is told, so that it is not taken for a thread that ended. */
export type Outcome<Result> = { readonly result: Result } | { readonly mistake: unknown }

/**
 * Reads and verifies responses on threads of their own, which are bounded in number, time and memory: a response that is
 * too much for one costs the request that brought it, and no other. Threads are started when they are needed.
 */
export class ResponseThreads {
  readonly #turns: FairTurns
  readonly #deadlineMs: number
  readonly #worker: URL
  #pool: Promise<Piscina> | undefined
  #isClosed = false

  constructor({ deadlineMs = DEADLINE_MS, waiting = WAITING, worker = WORKER }: ThreadLimits = {}) {
    this.#turns = new FairTurns({ running: THREADS, waiting })
    this.#deadlineMs = deadlineMs
    this.#worker = worker
  }

  /**
   * @param whose - who waits behind themselves, where they send much, and not in front of others
   * @throws {@link ServiceUnavailable} when too many wait, or a thread failed or took too long
   */
  read(text: string, whose: TurnTaker): Promise<PresentedFacts | NotRead> {
    return this.#turns.run(whose, () => this.#run('read', text))
  }

  /** The same for a response that was read. */
  verify(task: VerificationTask, whose: TurnTaker): Promise<Verification> {
    return this.#turns.run(whose, () => this.#run('verify', task))
  }

  /** Ends the threads, for good; what they are at is given up. */
  async close(): Promise<void> {
    this.#isClosed = true
    const pool = await this.#pool
    await pool?.destroy()
  }

  async #run<Task, Result>(name: 'read' | 'verify', task: Task): Promise<Result> {
    if (this.#isClosed) throw new ServiceUnavailable('the threads for SAML responses are closed')
    const outcome: Outcome<Result> = await this.#outcome(name, task)
    if ('mistake' in outcome) throw outcome.mistake
    return outcome.result
  }

  async #outcome<Task, Result>(name: string, task: Task): Promise<Outcome<Result>> {
    this.#pool ??= this.#start()
    const pool = await this.#pool
    const begun = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
    const abort = new AbortController()
    const done = Promise.withResolvers<void>()
    try {
      const given: Given<Task> = { task, begun }
      const outcome = pool.run(given, { name, signal: abort.signal })
      void this.#limit(begun, abort, done.promise)
      return await outcome
    } catch (cause) {
      throw new ServiceUnavailable('a thread for SAML responses failed, or took too long', { cause })
    } finally {
      done.resolve()
    }
  }

  /** Gives a thread its time from when it began: how long it was waited for is not its fault. */
  async #limit(begun: Int32Array, abort: AbortController, done: Promise<void>): Promise<void> {
    await Promise.race([Atomics.waitAsync(begun, 0, 0, STARTING_MS).value, done])
    const timer = setTimeout(() => abort.abort(), Atomics.load(begun, 0) === 0 ? 0 : this.#deadlineMs)
    await done
    clearTimeout(timer)
  }

  async #start(): Promise<Piscina> {
    const { Piscina: Pool } = await import('piscina')
    const pool = new Pool({
      filename: this.#worker.href,
      minThreads: 0,
      maxThreads: THREADS,
      idleTimeout: IDLE_MS,
      resourceLimits: MEGABYTES,
      // Neither the flags nor the environment of the process are for a thread that reads what strangers send.
      execArgv: [],
      env: {},
    })
    // A thread that fails while it has nothing to do costs nobody anything: the next one is started anew.
    pool.on('error', () => undefined)
    return pool
  }
}
