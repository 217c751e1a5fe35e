import fc from 'fast-check'

/** One thing that is fuzzed. */
export interface Target<Input = unknown> {
  readonly name: string
  /** Sets up what is fuzzed. */
  open(): Promise<Fuzzed<Input>>
}

/** A target that is set up. */
export interface Fuzzed<Input = unknown> {
  readonly inputs: fc.Arbitrary<Input>
  /** Tries one input. @throws when a rule is broken */
  check(input: Input): void | Promise<void>
  /** The bytes or the text that an input came to, as JavaScript; what comes from the input alone need not be shown. */
  show?(input: Input): Promise<string>
  /** Lets go of everything; what else there is to report. @throws when a rule is broken that only shows at the end */
  close?(): Promise<string>
}

/** How long to fuzz, and from where. */
export interface FuzzOptions {
  /** A whole number: the same one tries the same inputs. */
  readonly seed: number
  readonly milliseconds: number
  /** Inputs to try at least, however long that takes. */
  readonly atLeast?: number
}

/** What came of fuzzing one target. */
export interface Outcome {
  readonly name: string
  readonly iterations: number
  readonly milliseconds: number
  readonly slowestMs: number
  readonly note: string
  readonly failure: Failure | undefined
}

/** A rule that was broken, and how to see it again. */
export interface Failure {
  /** Starting from this seed, it is seen within the first inputs. */
  readonly seed: number
  readonly message: string
  /** The smallest input that was found, as JavaScript. */
  readonly reproduction: string
}

/** Small, so that a failure is seen again soon after the start from its own seed. */
const RUNS_PER_SEED = 25
const SHRINKING_MS = 20_000

/** Tries inputs until the time is over and there were enough, or one breaks a rule; that one is made as small as it can be. */
export async function fuzz(target: Target, { seed, milliseconds, atLeast = 0 }: FuzzOptions): Promise<Outcome> {
  const fuzzed = await target.open()
  let iterations = 0
  let slowestMs = 0
  const property = fc.asyncProperty(fuzzed.inputs, async (input) => {
    const startedAt = performance.now()
    await fuzzed.check(input)
    slowestMs = Math.max(slowestMs, performance.now() - startedAt)
    iterations++
  })

  const startedAt = performance.now()
  let failure: Failure | undefined
  let next = seed
  do {
    const options = { seed: next, numRuns: RUNS_PER_SEED, interruptAfterTimeLimit: SHRINKING_MS }
    const { counterexample, errorInstance } = await fc.check(property, options)
    if (counterexample !== null) failure = await failureOf(next, fuzzed, counterexample[0], errorInstance)
    next = (next + 1) | 0
  } while (failure === undefined && (iterations < atLeast || performance.now() < startedAt + milliseconds))
  const spentMs = performance.now() - startedAt

  let note = ''
  try {
    note = (await fuzzed.close?.()) ?? ''
  } catch (error) {
    failure ??= { seed, message: messageOf(error), reproduction: 'no one input: see above' }
  }
  return { name: target.name, iterations, milliseconds: spentMs, slowestMs, note, failure }
}

async function failureOf(seed: number, fuzzed: Fuzzed, input: unknown, error: unknown): Promise<Failure> {
  const shown = await fuzzed.show?.(input)
  const reproduction = `input = ${fc.stringify(input)}${shown === undefined ? '' : `\n${shown}`}`
  return { seed, message: messageOf(error), reproduction }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
