import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import type { TestContext } from 'node:test'
import { Directory, planDirectory } from '../../../src/domain/directory/index.ts'
import { IdentityDocuments, InstanceTokens, InstanceView } from '../../../src/domain/instances/index.ts'
import { metadataApp, startListener } from '../../../src/doors/http/index.ts'
import { metadataDoor } from '../../../src/doors/metadata/index.ts'
import { epochMillis } from '../../../src/model/index.ts'
import { readDirectoryObject } from '../../../src/operations/loading/directory-source.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { memoryKeyRing } from '../../../src/platform/keyring/index.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import { openSqlStorage } from '../../../src/platform/storage/sql/index.ts'
import { listeningLogger } from '../http/raw-client.ts'
import { ACCOUNT, type InstanceInput, SAMPLE } from './sample-instance.ts'

/** What came back. */
export interface Seen {
  readonly status: number
  readonly reason: string
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer
  readonly body: string
}

export const START = Date.parse('2026-03-02T09:00:00Z')
export const TTL = 'X-aws-ec2-metadata-token-ttl-seconds'
export const TOKEN = 'X-aws-ec2-metadata-token'
export const MD = '/latest/meta-data/'

type RequestHeaders = Readonly<Record<string, string | string[]>>

/** One instance on a listener of its own, at a time that the test sets. */
export interface Service {
  readonly port: number
  readonly documents: IdentityDocuments
  readonly events: readonly string[]
  advance(ms: number): void
  /** Replaces what the directory says of the instance. */
  change(instance: InstanceInput): Promise<void>
  send(method: string, path: string, headers?: RequestHeaders, body?: string): Promise<Seen>
  /** GET with a token of this instance. */
  get(path: string, headers?: RequestHeaders): Promise<Seen>
  token(seconds?: number): Promise<string>
}

/** Starts to serve an instance: a sample with tokens required, unless told otherwise. */
export async function serve(
  t: TestContext,
  instance: InstanceInput = SAMPLE,
  { hops = 1, holdMs = 200, maxHeaderBytes = 16_384 } = {},
): Promise<Service> {
  let now = epochMillis(START)
  const clock = { now: () => now }
  const storage = await openSqlStorage({ data: ':memory:' })
  const keyring = memoryKeyRing({ random: systemRandom, clock: systemClock })
  const parts = { storage, keyring, random: systemRandom, clock: systemClock }
  const directory = new Directory({ ...parts, partition: 'aws', cachedRecords: 10 })
  await directory.start()
  let view: InstanceView | undefined
  const change = async (desired: InstanceInput): Promise<void> => {
    const source = readDirectoryObject({ Accounts: [{ Id: ACCOUNT, Instances: [desired] }] })
    const planned = await planDirectory(source.desired, { directory, keyring, random: systemRandom, now })
    await directory.change(async () => ({ changes: planned.changes }))
    const [stored] = await directory.instances()
    view = stored && new InstanceView(stored, 'aws')
  }
  await change(instance)
  const documents = new IdentityDocuments(keyring)
  const tokens = new InstanceTokens({ keyring, random: systemRandom })
  const credentials = { of: async () => Buffer.from('none are asked for here') }
  const door = metadataDoor({ clock, tokens, documents, credentials })
  const logger = listeningLogger()
  const client = () => ({ instance: view, hops })
  const listener = await startListener(
    metadataApp({ door, client, holdMs, stopping: new AbortController().signal, host: '127.0.0.1', logger }),
    {
      listen: { host: '127.0.0.1', port: 0 },
      flag: 'Listen',
      maxHeaderBytes,
      requestTimeoutMs: 2000,
      idleTimeoutMs: 2000,
      maxConnections: 4096,
      takesExpectations: true,
      logger,
    },
  )
  t.after(async () => {
    await listener.stop(0)
    directory.stop()
    await storage.close()
  })
  const { port } = listener
  const send: Service['send'] = (method, path, headers = {}, body = '') => exchange(port, method, path, headers, body)
  const token = async (seconds = 21_600) => (await send('PUT', '/latest/api/token', { [TTL]: String(seconds) })).body
  return {
    port,
    documents,
    events: logger.events,
    advance: (ms) => {
      now = epochMillis(now + ms)
    },
    change,
    send,
    token,
    get: async (path, headers = {}) => send('GET', path, { [TOKEN]: await token(), ...headers }),
  }
}

/** One request as it is written: nothing in the path is tidied up. */
export function exchange(
  port: number,
  method: string,
  path: string,
  headers: RequestHeaders,
  body = '',
): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const asked = request({ port, host: '127.0.0.1', method, path, headers, agent: new Agent() }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const bytes = Buffer.concat(chunks)
        const { statusCode: status = 0, statusMessage: reason = '' } = response
        resolve({ status, reason, headers: response.headers, bytes, body: bytes.toString() })
      })
    })
    asked.on('error', reject)
    asked.end(body)
  })
}
