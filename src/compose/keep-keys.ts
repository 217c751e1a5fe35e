import type { Directory } from '../domain/directory/index.ts'
import type { ManagedKeyRing } from '../platform/keyring/index.ts'
import type { Logger } from '../platform/telemetry/index.ts'

/** Far less than a key is pending: every node knows it before any node uses it. */
const EVERY_MS = 5_000

/** Looks after the key ring while a node runs. What goes wrong stops nothing: the keys at hand serve on. */
export class KeyKeeper {
  readonly #parts: { readonly keyring: ManagedKeyRing; readonly directory: Directory; readonly logger: Logger }
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #again = false
  #known: ReadonlySet<string> = new Set()
  #problem: string | undefined

  constructor(parts: { keyring: ManagedKeyRing; directory: Directory; logger: Logger }) {
    this.#parts = parts
  }

  /** What went wrong the last time, in a sentence. */
  get problem(): string | undefined {
    return this.#problem
  }

  /** Begins: now, and every few seconds from then on. */
  start(): void {
    this.#known = this.#states()
    this.#timer = setInterval(() => this.now(), EVERY_MS)
    this.#timer.unref()
    this.now()
  }

  /** Looks after the ring now, or once more when that is under way: time has passed, or was moved. */
  now(): void {
    if (this.#timer === undefined) return
    this.#again = true
    this.#running ??= this.#run()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#again = false
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#again) {
      this.#again = false
      await this.#keep()
    }
    this.#running = undefined
  }

  async #keep(): Promise<void> {
    const { keyring, directory, logger } = this.#parts
    const problems: string[] = []
    const attempt = (work: Promise<unknown>): Promise<unknown> =>
      work.catch((error: unknown) => problems.push(error instanceof Error ? error.message : String(error)))
    await attempt(keyring.upkeep())
    const isLeftBehind = keyring.list().some(({ key, state }) => key.purpose === 'at-rest' && state === 'retired')
    if (isLeftBehind) await attempt(directory.resealSecrets())

    const states = this.#states()
    for (const name of states) if (!this.#known.has(name)) logger.info('key.changed', { key: name })
    this.#known = states
    const problem = problems.join(' ') || undefined
    // Once for each thing that is wrong: it stays wrong until somebody acts.
    if (problem !== undefined && problem !== this.#problem) logger.error('keyring.failed', { problem })
    this.#problem = problem
  }

  #states(): ReadonlySet<string> {
    return new Set(this.#parts.keyring.list().map(({ key, state }) => `${key.purpose} ${key.id} ${state}`))
  }
}
