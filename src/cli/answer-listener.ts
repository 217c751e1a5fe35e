import { createHash, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { CliError, WRONG_USAGE } from './cli-error.ts'
import { textAt } from './json-members.ts'
import { PAGE_HEADERS, signInPage } from './sign-in-page.ts'

/** How a sign-in ended. */
type SignInOutcome = { readonly signedIn: true; readonly who: string | undefined } | { readonly signedIn: false }

/** What a browser brought back from the provider. */
interface SignInAnswer {
  /** Of the URL, as it came. */
  readonly query: string
  /** Tells the person at the browser how it went, once that is known. */
  show(outcome: SignInOutcome): void
}

/** Waits on this machine for a browser that comes back from the provider. */
export interface AnswerListener extends AsyncDisposable {
  /** Where the provider has to send it. */
  readonly redirectUri: string
  /** The one answer to the sign-in of this state. Whatever else comes is told so, and waited on. @throws when `signal` ends it */
  answer(state: string, signal: AbortSignal): Promise<SignInAnswer>
}

/** Where browsers are sent back to unless told: providers let programs on a desktop choose the port. RFC 8252, 7.3. */
const ANY_PORT = 'http://127.0.0.1/callback'
/** Browsers take either address for the name: whoever had the other one would get the code. */
const LOOPBACK: ReadonlyMap<string, readonly [string, ...(readonly string[])]> = new Map([
  ['127.0.0.1', ['127.0.0.1']],
  ['localhost', ['127.0.0.1', '::1']],
  ['[::1]', ['::1']],
])
const NOT_HERE: ReadonlySet<unknown> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT'])
const BOUNDS = { maxHeaderSize: 16_384, headersTimeout: 5000, requestTimeout: 5000, connectionsCheckingInterval: 1000 }
const MOST_CONNECTIONS = 50
const PAGES = {
  signedIn: ['Signed in', 'You can close this page and go back to your terminal.'],
  failed: ['Not signed in', 'Your terminal says why.'],
  stranger: ['Nothing here', 'This is not the answer to the sign-in that your terminal waits for.'],
  used: ['Already answered', 'A sign-in is answered once. To sign in again, begin in your terminal.'],
} as const

/**
 * Listens on loopback, on any port unless the address names one.
 * @param address - as it is registered at the provider
 * @throws {@link CliError} when it is none of this machine, or in use
 */
export async function listenForAnswer(address = ANY_PORT): Promise<AnswerListener> {
  const url = URL.parse(address)
  const hosts = url?.protocol === 'http:' && url.username === '' && url.password === '' && LOOPBACK.get(url.hostname)
  if (!url || !hosts || /[?#\s]/.test(address)) {
    const example = 'http://localhost:8400/callback'
    throw new CliError(`--redirect-uri has to be on this machine, as ${example}`, { status: WRONG_USAGE })
  }
  let expected: { readonly state: string; take(answer: SignInAnswer): void } | undefined
  let used = false
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    const query = expected === undefined ? 404 : queryOfAnswer(request, url, expected.state)
    if (typeof query === 'number') return write(response, query, 'stranger')
    if (used) return write(response, 410, 'used')
    used = true
    expected?.take({
      query,
      show: (outcome) =>
        write(response, outcome.signedIn ? 200 : 403, outcome.signedIn ? 'signedIn' : 'failed', outcome),
    })
  }
  await using opened = new AsyncDisposableStack()
  const [first, ...others] = hosts
  const server = opened.use(await listen(first, Number(url.port), address, onRequest))
  url.port = String(server.port)
  for (const host of others) {
    try {
      opened.use(await listen(host, server.port, address, onRequest))
    } catch (error) {
      // A machine may have no such address: then nobody else has it either.
      if (!(error instanceof CliError) || !NOT_HERE.has(textAt(error.cause, 'code'))) throw error
    }
  }
  const held = opened.move()
  return {
    redirectUri: url.href,
    async answer(state, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<SignInAnswer>()
      expected = { state, take: resolve }
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      return await promise
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  }
}

async function listen(
  host: string,
  port: number,
  address: string,
  onRequest: RequestListener,
): Promise<{ readonly port: number } & AsyncDisposable> {
  const server = createServer(BOUNDS, onRequest)
  server.maxConnections = MOST_CONNECTIONS
  try {
    await once(server.listen(port, host), 'listening')
  } catch (cause) {
    throw new CliError(`${address} cannot be listened on: is another sign-in waiting there?`, { cause })
  }
  const bound = server.address()
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      // Whoever is shown a page still gets it; nobody else is waited for.
      server.closeIdleConnections()
      setTimeout(() => server.closeAllConnections(), 500).unref()
      await closed
    },
  }
}

/**
 * The query of a browser that comes back; the status that anything else is refused with. A page elsewhere can make
 * a browser ask here, and a name can be made to lead here: neither knows the state.
 */
function queryOfAnswer({ method, url = '', headers }: IncomingMessage, own: URL, state: string): string | number {
  if (method !== 'GET') return 405
  if (headers.host !== own.host) return 421
  const { origin, 'sec-fetch-mode': mode = 'navigate', 'sec-fetch-dest': destination = 'document' } = headers
  if (origin !== undefined || mode !== 'navigate' || destination !== 'document') return 403
  const at = url.indexOf('?')
  if (url.slice(0, at) !== own.pathname) return 404
  const query = url.slice(at)
  const states = new URLSearchParams(query).getAll('state')
  return states.length === 1 && isSame(states[0] ?? '', state) ? query : 400
}

/** In the same time, however much of it is the same. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}

function write(
  response: ServerResponse,
  status: number,
  page: keyof typeof PAGES,
  outcome: SignInOutcome = { signedIn: false },
): void {
  const [title, next] = PAGES[page]
  // Whoever sees another's name here has been signed in for somebody else.
  const sentence = outcome.signedIn && outcome.who !== undefined ? `You are signed in as ${outcome.who}. ${next}` : next
  response.writeHead(status, PAGE_HEADERS).end(signInPage(title, sentence))
}
