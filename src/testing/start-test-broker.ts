import { type Broker, type BrokerOptions, startInProcess } from '../compose/index.ts'
import type { RecordedRequest } from '../domain/instances/index.ts'
import { applyDirectory, getMfaCode } from '../operations/broker/index.ts'
import { type DirectoryInput, loadDirectory, readDirectories } from '../operations/loading/index.ts'
import { type AuditRecord, auditRecords } from './audit-records.ts'
import { type TestContainer, type TestInstance, testContainer, testInstance } from './test-machine.ts'
import { type RequestWanted, type WaitOptions, waitForRequest } from './wait-for-request.ts'

/** What a test may choose: everything that `startBroker` takes, but where data is kept and that the clock moves. */
export type TestBrokerOptions = Omit<BrokerOptions, 'data' | 'keys' | 'dev'>

/** The clock that expiry, policies and notices see. */
export interface TestClock {
  now(): Date
  /**
   * Moves it forward by `ms` milliseconds. Signatures are still dated by real time, so that an AWS SDK goes on working and
   * sees its credentials expire.
   * @throws {RangeError} when `ms` is not a whole number from 0 up
   */
  advance(ms: number): void
}

/** A broker for tests: in memory, on free ports, with a clock that moves. Stops when it goes out of scope: `await using`. */
export interface TestBroker extends Broker {
  readonly clock: TestClock
  /** What instances, tasks and pods have asked, oldest first: the last 10,000 requests. */
  readonly requests: readonly RecordedRequest[]
  /** Forgets what they have asked until now. */
  forgetRequests(): void
  /** The next request of any of them that is wanted, as `waitForRequest` of an instance. */
  waitForRequest(wanted: RequestWanted, options?: WaitOptions): Promise<RecordedRequest>
  /** What has been granted and refused, oldest first; requests that prove nobody have no record. */
  events(): Promise<readonly AuditRecord[]>
  /** An instance of the directory, to be steered. @throws NoSuchEntity when there is none of that id */
  instance(id: string): TestInstance
  /** A task of ECS, to be steered. @param id - 32 hexadecimal digits @throws NoSuchEntity when there is none */
  task(id: string): TestContainer
  /** The pods of a service account, to be steered. @param name - `CLUSTER/NAMESPACE/SERVICEACCOUNT` @throws NoSuchEntity */
  pod(name: string): TestContainer
  /**
   * Has a session count as expired from now on, whoever has it.
   * @param session - temporary credentials as an SDK or STS gives them, or their access key id
   */
  expireNow(session: string | { readonly accessKeyId: string } | { readonly AccessKeyId?: string | undefined }): void
  /**
   * The code that an MFA device shows now, by the clock that moves. Each counts once: half a minute later there is another.
   * @param of - the ARN of a virtual device; or that of a user or root, or `ACCOUNT/NAME`: then their first device
   * @throws NoSuchEntity when there is none
   */
  mfaCode(of: string): Promise<string>
  /**
   * Changes the directory, as `rolecall apply` does: creates and replaces what is listed. It is served when this resolves.
   * @param prune - whether what is not listed is deleted
   * @throws DirectoryFileError with every mistake; then nothing was changed
   */
  apply(directory: string | DirectoryInput, options?: { readonly prune?: boolean }): Promise<void>
  /**
   * Brings the directory back to what it was at the start. Everything in it is made anew, so credentials from before
   * are void, keys that were generated among them; nothing is steered any more. The clock stays where it is.
   */
  reset(): Promise<void>
}

const LIMITS = {
  // Caches of the usual size take longer to make than all the rest of a start, and a test's directory is small.
  cachedRecords: 500,
  cachedSessions: 500,
  // Nobody waits for what a test has under way at its end.
  drainMs: 500,
}

/**
 * Starts a broker inside a test. Checks nothing less than any other: only the clock is looser. Logs nothing.
 * @throws ConfigError, DirectoryFileError and other errors with a sentence that says what to do
 */
export async function startTestBroker(options: TestBrokerOptions = {}): Promise<TestBroker> {
  const limits = { ...LIMITS, ...options.limits }
  const inMemory = { logLevel: 'silent', ...options, limits, data: ':memory:', dev: true } as const
  const { broker, node } = await startInProcess(inMemory, 'startTestBroker')
  const { dev } = node
  if (dev === undefined) throw new Error('a broker for tests was started without development')
  const clock: TestClock = {
    now: () => new Date(node.broker.clock.now()),
    advance: (ms) => node.virtualClock?.advance(ms),
  }
  // The public URL may be where nobody listens: it is for issuers that are known beforehand.
  const env: TestBroker['env'] = (name, how) => node.environmentOf(name, { ...how, endpoint: broker.addresses.api })
  return {
    ...broker,
    env,
    clock,
    get requests() {
      return dev.machines.requests()
    },
    events: () => auditRecords(node.broker.audit),
    waitForRequest: (wanted, options) => waitForRequest(wanted, dev.machines, options),
    forgetRequests: () => dev.machines.forgetRequests(),
    task: (id) => testContainer(`task/${id}`, dev.machines, env),
    pod: (name) => testContainer(`pod/${name}`, dev.machines, env),
    instance: (id) => testInstance(id, dev.machines, env),
    mfaCode: async (of) => (await node.operate(getMfaCode, { of })).code.reveal(),
    expireNow: (session) => dev.expire(accessKeyOf(session)),
    async apply(directory, { prune = false } = {}) {
      await loadDirectory(await readDirectories([directory]), (desired) =>
        node.operate(applyDirectory, { desired, prune, dryRun: false }),
      )
      await node.instances()
    },
    reset: () => dev.reset(),
  }
}

/** @throws {TypeError} for what is no session: a long-term key does not expire */
function accessKeyOf(session: Parameters<TestBroker['expireNow']>[0]): string {
  const key =
    typeof session === 'string' ? session : 'accessKeyId' in session ? session.accessKeyId : session.AccessKeyId
  if (key?.startsWith('ASIA')) return key
  throw new TypeError('Only a session expires: say its temporary access key (ASIA...), or the credentials themselves.')
}
