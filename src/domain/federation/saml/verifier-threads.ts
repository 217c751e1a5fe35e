import { setImmediate as ownTurn } from 'node:timers/promises'
import type { Piscina } from 'piscina'
import { ServiceUnavailable } from '../../../model/index.ts'
import { FairTurns, type TurnTaker } from '../../../platform/fair-turns.ts'
import type { BegunTask, Verification, VerificationTask } from './verify-response.ts'

const THREADS = 2
/** Sign-ins that wait to be read or verified. Those of one peer are half of it at most: some seconds' worth. */
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

/** What verifying may cost, where a test wants less. */
export interface VerifierLimits {
  readonly deadlineMs?: number
  /** How many may wait for a thread. */
  readonly waiting?: number
  /** The module that a thread runs. */
  readonly worker?: URL
}

/**
 * Verifies responses on threads of its own, which are bounded in number, time and memory: a response that is too much for
 * one costs the request that brought it, and no other. Threads are started when they are needed.
 */
export class VerifierThreads {
  readonly #turns: FairTurns
  readonly #deadlineMs: number
  readonly #worker: URL
  #pool: Promise<Piscina> | undefined

  constructor({ deadlineMs = DEADLINE_MS, waiting = WAITING, worker = WORKER }: VerifierLimits = {}) {
    this.#turns = new FairTurns({ running: THREADS, waiting })
    this.#deadlineMs = deadlineMs
    this.#worker = worker
  }

  /**
   * Prepares something for a thread, in a turn of whoever it is for: a crowd prepares no more than threads can take, and
   * leaves the event loop to others between. It begins in a turn of the loop of its own.
   * @throws {@link Overloaded} when too many wait
   */
  async inTurn<Result>(whose: TurnTaker, work: () => Result): Promise<Result> {
    return await this.#turns.run(whose, async () => {
      await ownTurn()
      return work()
    })
  }

  /**
   * @param whose - who waits behind themselves, where they send much, and not in front of others
   * @throws {@link ServiceUnavailable} when too many wait, or a thread failed or took too long
   */
  verify(task: VerificationTask, whose: TurnTaker): Promise<Verification> {
    return this.#turns.run(whose, () => this.#verify(task))
  }

  /** Ends the threads; what they are at is given up. */
  async close(): Promise<void> {
    const pool = await this.#pool
    await pool?.destroy()
  }

  async #verify(task: VerificationTask): Promise<Verification> {
    this.#pool ??= this.#start()
    const pool = await this.#pool
    const begun = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
    const abort = new AbortController()
    const done = Promise.withResolvers<void>()
    try {
      const verification = pool.run({ ...task, begun } satisfies BegunTask, { signal: abort.signal })
      void this.#limit(begun, abort, done.promise)
      return await verification
    } catch (cause) {
      throw new ServiceUnavailable('a thread that verifies SAML responses failed, or took too long', { cause })
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
