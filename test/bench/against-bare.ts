import type { BrokerOptions } from '../../src/index.ts'
import type { BareQuestion, BareStarted } from './bare-child.ts'
import type { BrokerQuestion, BrokerStarted } from './broker-child.ts'
import { Child } from './child.ts'
import { assumeRoleCall, DIRECTORY, UNTHROTTLED } from './directory.ts'
import type { LoadDone, LoadQuestion } from './load-child.ts'
import { median, type Row, rounded, spread, type Target } from './row.ts'
import { type PreparedRequest, send, signedCall } from './signed-request.ts'
import type { Usage } from './usage.ts'

const SERVER_CORE = 0
const LOAD_CORE = 1
const DIFFERENT_REQUESTS = 16
/** So many requests bring the compiler to rest; the rounds after them are counted. */
const WARM_UP = 20_000
const ROUNDS = 9
const REQUESTS_PER_ROUND = 2_500
/** What the door adds to an answer by itself, for both servers. */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set(['date', 'connection', 'keep-alive'])

/** One kind of request, held against the bare server. */
export interface HttpWork {
  readonly work: string
  readonly target: Target
  readonly settings: BrokerOptions
  /** The listener that is asked; the API, unless told otherwise. */
  readonly listener?: 'metadata'
  /** The requests that are sent in turn. */
  prepare(broker: BrokerStarted): Promise<readonly PreparedRequest[]>
}

/**
 * Measures a kind of request and the bare server in turn, on the same core, with the same requests and answers of the
 * same size. The ratio is one of CPU time: the server's whole process, its threads and the kernel's work for it.
 */
export async function againstBare({ work, target, settings, listener, prepare }: HttpWork): Promise<Row> {
  using load = new Child('load-child', LOAD_CORE)
  using bare = new Child('bare-child', SERVER_CORE)
  using broker = new Child('broker-child', SERVER_CORE)
  const start = { directory: DIRECTORY, limits: UNTHROTTLED, ...settings }
  const started = await broker.ask<BrokerQuestion, BrokerStarted>({ start })
  const requests = await prepare(started)
  const [first] = requests
  if (first === undefined) throw new Error('There is nothing to send.')
  const endpoint = listener === undefined ? started.endpoint : started.metadata
  const { headers, body } = await send(endpoint, first)
  // A connection for each answer costs the most of all: whoever is compared has to close, too.
  const isSame = ([name, value]: readonly [string, string]) => !OF_THE_CONNECTION.has(name) || value === 'close'
  const same = Object.fromEntries([...headers].filter(isSame))
  const yardstick = await bare.ask<BareQuestion, BareStarted>({ headers: same, body })

  const closing = headers.get('connection') === 'close'
  const one = { child: bare, endpoint: yardstick.endpoint, requests, load, closing }
  const other = { child: broker, endpoint, requests, load, closing }
  await cost(one, WARM_UP)
  await cost(other, WARM_UP)
  const bares: Cost[] = []
  const brokers: Cost[] = []
  for (let round = 0; round < ROUNDS; round++) {
    bares.push(await cost(one, REQUESTS_PER_ROUND))
    brokers.push(await cost(other, REQUESTS_PER_ROUND))
  }
  // Neighbours in time, because what else the machine does changes from second to second.
  const ratios = bares.map(({ cpu }, round) => (100 * cpu) / (brokers[round]?.cpu ?? Number.NaN))
  return {
    work,
    measured: `${words(brokers)}; bare ${words(bares)}; ratios ${spread(ratios)} %`,
    value: median(ratios),
    unit: '% of bare',
    target,
  }
}

/** AssumeRole across accounts, every answer with credentials of its own. */
export async function assumeRoleRequests({ endpoint, credentials }: BrokerStarted): Promise<PreparedRequest[]> {
  const names = Array.from({ length: DIFFERENT_REQUESTS }, (_, index) => `build-${index}`)
  return await Promise.all(names.map((name) => signedCall(endpoint, credentials, assumeRoleCall(name))))
}

/** GetCallerIdentity by one session, whose token is remembered after the first request. */
export async function identityRequests({ endpoint, credentials }: BrokerStarted): Promise<PreparedRequest[]> {
  const { body } = await send(endpoint, await signedCall(endpoint, credentials, assumeRoleCall('benchmark')))
  const session = {
    accessKeyId: textOf(body, 'AccessKeyId'),
    secretAccessKey: textOf(body, 'SecretAccessKey'),
    sessionToken: textOf(body, 'SessionToken'),
  }
  const calls = Array.from({ length: DIFFERENT_REQUESTS }, () => ({ Action: 'GetCallerIdentity' }))
  return await Promise.all(calls.map((call) => signedCall(endpoint, session, call)))
}

/** GET of one category, with a session token. */
export async function metadataRequests({ metadata }: BrokerStarted): Promise<PreparedRequest[]> {
  const put = { method: 'PUT', path: '/latest/api/token', headers: { 'X-aws-ec2-metadata-token-ttl-seconds': '21600' } }
  const { body: token } = await send(metadata, { ...put, body: '' })
  const headers = { 'X-aws-ec2-metadata-token': token }
  return [{ method: 'GET', path: '/latest/meta-data/instance-id', headers, body: '' }]
}

/** The text of the first such element of an answer. @throws {Error} when it has none */
export function textOf(xml: string, element: string): string {
  const text = new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1]
  if (text === undefined) throw new Error(`The answer has no ${element}: ${xml}`)
  return text
}

/** Of one request. */
export interface Cost {
  /** Microseconds. */
  readonly cpu: number
  readonly perSecond: number
}

/** A server, and what it is asked. */
export interface Subject {
  readonly child: Child
  readonly endpoint: string
  readonly requests: readonly PreparedRequest[]
  readonly load: Child
  readonly closing?: boolean
  /** Whether every request is sent once; otherwise in turn. */
  readonly once?: boolean
}

/** What it costs to answer that many requests; unless once, they are sent in turn. @throws {Error} unless every answer is 200 */
export async function cost(
  { child, endpoint, requests, load, closing = false, once = false }: Subject,
  amount: number,
): Promise<Cost> {
  const before = await child.ask<BrokerQuestion, Usage>({ usage: true })
  const { seconds, failures } = await load.ask<LoadQuestion, LoadDone>({ endpoint, requests, amount, closing, once })
  if (failures > 0) throw new Error(`${failures} of ${amount} requests to ${endpoint} were not answered with 200.`)
  const after = await child.ask<BrokerQuestion, Usage>({ usage: true })
  return { cpu: (after.cpuMicroseconds - before.cpuMicroseconds) / amount, perSecond: amount / seconds }
}

/** The medians of costs, in words. */
export function words(costs: readonly Cost[]): string {
  return `${rounded(median(costs.map(({ cpu }) => cpu)))} us CPU, ${rounded(median(costs.map(({ perSecond }) => perSecond)))}/s`
}
