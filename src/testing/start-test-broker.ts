import { type Broker, type BrokerOptions, startInProcess } from '../compose/index.ts'

/** What a test may choose: everything that `startBroker` takes, but where data is kept and that the clock moves. */
export type TestBrokerOptions = Omit<BrokerOptions, 'data' | 'keys' | 'dev'>

/** A broker for tests: in memory, on free ports, with a clock that moves. Stops when it goes out of scope: `await using`. */
export interface TestBroker extends Broker {
  /**
   * Moves the clock that expiry and policies see forward by `ms` milliseconds. Signatures are still dated by real time,
   * so that an AWS SDK goes on working and sees its credentials expire.
   * @throws {RangeError} when `ms` is not a whole number from 0 up
   */
  advance(ms: number): void
  /**
   * Brings the directory back to what it was at the start. Everything in it is made anew, so credentials from before
   * are void, keys that were generated among them; the clock stays where it is.
   */
  reset(): Promise<void>
}

/** Caches of the usual size take longer to make than all the rest of a start, and a test's directory is small. */
const SMALL_CACHES = { cachedRecords: 500, cachedSessions: 500 }

/**
 * Starts a broker inside a test. Checks nothing less than any other: only the clock is looser. Logs nothing.
 * @throws ConfigError, DirectoryFileError and other errors with a sentence that says what to do
 */
export async function startTestBroker(options: TestBrokerOptions = {}): Promise<TestBroker> {
  const limits = { ...SMALL_CACHES, ...options.limits }
  const inMemory = { logLevel: 'silent', ...options, limits, data: ':memory:', dev: true } as const
  const { broker, node } = await startInProcess(inMemory, 'startTestBroker')
  return { ...broker, advance: (ms) => node.virtualClock?.advance(ms), reset: () => node.reset() }
}
