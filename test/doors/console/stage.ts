import type { TestContext } from 'node:test'
import type { ConsoleBroker, ConsoleSession } from '../../../src/doors/console/console-broker.ts'
import { consoleDoor } from '../../../src/doors/console/console-door.ts'
import type { Page } from '../../../src/doors/console/page.ts'
import { type ApiOptions, apiApp, type Listener, startListener } from '../../../src/doors/http/index.ts'
import { type AccountCaller, type AccountId, epochMillis, PLAIN_TERMS, Secret } from '../../../src/model/index.ts'
import { BoundedWork } from '../../../src/platform/bounded-work.ts'
import { eventually, listeningLogger, RawClient } from '../http/raw-client.ts'

export { eventually, RawClient }

/** The instant at which requests of these tests come in. */
export const NOW = epochMillis(Date.UTC(2026, 0, 2, 3, 4, 5))
/** The id of every request. */
export const REQUEST_ID = '11111111-2222-4333-8444-555555555555'
/** A handle that stands for {@link aSession}. */
export const HANDLE = 'h'.repeat(43)
/** The largest body that the listener takes. */
export const MAX_BODY = 10_000

/** Somebody who is signed in: a role's session, unless told otherwise. */
export function aSession(changes: Partial<ConsoleSession> = {}): ConsoleSession {
  const account = '111111111111' as AccountId
  const arn = `arn:aws:sts::${account}:assumed-role/Admin/me@example.com`
  const session = {
    id: 's',
    accessKeyId: 'ASIAEXAMPLEEXAMPLE22',
    account,
    holder: { kind: 'assumed-role', roleName: 'Admin', roleId: 'AROA', sessionName: 'me@example.com', chainDepth: 0 },
    issuedAt: NOW,
    expiresAt: epochMillis(NOW + 3_600_000),
    terms: PLAIN_TERMS,
  } as const
  const caller: AccountCaller = {
    kind: 'assumed-role',
    account,
    arn,
    principalArn: `arn:aws:iam::${account}:role/Admin`,
    userId: 'AROA:me@example.com',
    uniqueId: 'AROA',
    accessKeyId: session.accessKeyId,
    tags: [],
    session,
  }
  return {
    handle: HANDLE,
    caller,
    account,
    arn,
    formToken: 't'.repeat(43),
    signedInBy: 'saml',
    signedInAt: NOW,
    expiresAt: session.expiresAt,
    sessionToken: new Secret('token'),
    switchedFrom: undefined,
    ...changes,
  }
}

/** What of the broker a door asks, made up: one handle stands for one session. */
export function aBroker(
  origin: string,
  session = aSession(),
): Pick<ConsoleBroker, 'origin' | 'region' | 'factsOf' | 'sessionOf'> {
  return {
    origin,
    region: 'us-east-1',
    factsOf: (_received, connection) => ({
      requestId: REQUEST_ID,
      now: NOW,
      ...connection,
      userAgent: undefined,
      referer: undefined,
    }),
    sessionOf: async (handle) => (handle === HANDLE ? session : undefined),
  }
}

/** How a site of a test differs from the usual one. */
interface SiteOptions {
  /** What browsers know it by, where that is not the listener. */
  readonly origin?: string
  readonly session?: ConsoleSession
  readonly work?: BoundedWork
  readonly answer?: ApiOptions['answer']
  readonly trustedProxies?: readonly string[]
}

/** A listener with pages on it. */
export interface Site {
  readonly listener: Listener
  readonly logged: readonly string[]
  get(path: string, headers?: Record<string, string>): Promise<Response>
  /** Sends a form as a browser does from a page of the same site; `headers` change or, when empty, remove what it says. */
  post(path: string, form: Record<string, string> | string, headers?: Record<string, string>): Promise<Response>
}

/** The header of a browser in which somebody is signed in. */
export const SIGNED_IN = { Cookie: `rolecall=${HANDLE}` }

/** Starts a listener with pages, until the test is over. */
export async function startSite(t: TestContext, pages: readonly Page[], options: SiteOptions = {}): Promise<Site> {
  const logger = listeningLogger()
  const work = options.work ?? new BoundedWork({ running: 10, waiting: 10 })
  const made: { origin: string } = { origin: options.origin ?? '' }
  let door: ReturnType<typeof consoleDoor> | undefined
  const app = apiApp({
    answer: options.answer ?? (async () => ({ status: 418, headers: {}, body: 'STS' })),
    trustedProxies: options.trustedProxies ?? [],
    maxBodyBytes: MAX_BODY,
    logger,
    pages: {
      door: async () => {
        door ??= consoleDoor({ broker: aBroker(made.origin, options.session), pages, work, logger })
        return door
      },
    },
  })
  const listener = await startListener(app, {
    listen: { host: '127.0.0.1', port: 0 },
    flag: '--listen',
    maxHeaderBytes: 32_768,
    requestTimeoutMs: 500,
    idleTimeoutMs: 60_000,
    maxConnections: 100,
    logger,
  })
  t.after(() => listener.stop(0))
  made.origin ||= listener.origin
  return {
    listener,
    logged: logger.events,
    get: (path, headers = {}) => fetch(listener.origin + path, { redirect: 'manual', headers }),
    post: (path, form, headers = {}) => {
      const all = { Origin: made.origin, 'Content-Type': 'application/x-www-form-urlencoded', ...headers }
      const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''))
      const body = typeof form === 'string' ? form : new URLSearchParams(form).toString()
      return fetch(listener.origin + path, { method: 'POST', redirect: 'manual', headers: sent, body })
    },
  }
}
