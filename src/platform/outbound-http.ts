import { Resolver } from 'node:dns/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import { exchangeOnce, OutboundError, type OutboundFailure } from './outbound-exchange.ts'
import { isPublicAddress } from './public-address.ts'
import { isOnThisMachine } from './this-machine.ts'

/** A document that is fetched from an identity provider. */
interface OutboundRequest {
  readonly url: string
  /** The origin of whoever named the URL: a local issuer is reached on its own behalf only. */
  readonly issuer: string
  readonly maxBytes: number
  /** Ends it: the time for everything, name resolution included. */
  readonly signal: AbortSignal
}

/** What was answered, with status 200. */
export interface OutboundAnswer {
  readonly body: Buffer
  /** `Cache-Control`, as it came. */
  readonly cacheControl: string | undefined
}

/** A request of a protocol that is spoken with an identity provider. */
interface OutboundMessage extends OutboundRequest {
  readonly method: 'GET' | 'POST'
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** What was answered to it, errors included: only a redirect is no answer. */
export interface OutboundReply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Asks identity providers. */
export interface OutboundHttp {
  /** Gets a document, once: no redirect, no proxy, no credentials. @throws {@link OutboundError} */
  get(request: OutboundRequest): Promise<OutboundAnswer>
  /** Sends a message, once, and takes any answer that is no redirect. @throws {@link OutboundError} */
  send(message: OutboundMessage): Promise<OutboundReply>
}

/** How an outbound client is set up. */
export interface OutboundOptions {
  /** Origins that may be plain http, have a port, or be any address. */
  readonly localIssuers: readonly string[]
  /** The addresses of a host; the name servers' answer unless told. @throws when there are none */
  readonly resolve?: (host: string, signal: AbortSignal) => Promise<readonly string[]>
}

/** Whether a URL may be asked, and at which addresses; wherever its name leads to when `undefined`. @throws */
type Admission = (url: URL, asked: OutboundRequest) => Promise<readonly string[] | undefined>

const ATTEMPT_MS = 1000

/**
 * The one way out of a broker. Only https on its own port to hosts of the internet: a host is resolved once, every
 * address is checked, and the connection goes to a checked one, so that no name can lead elsewhere in between.
 */
export function outboundHttp({ localIssuers, resolve = resolveByName }: OutboundOptions): OutboundHttp {
  return admitting(async (url, asked) => {
    if (url.origin === asked.issuer && localIssuers.includes(url.origin)) return undefined
    if (url.protocol !== 'https:') throw forbidden('not https', asked)
    if (url.port !== '') throw forbidden('a port', asked)
    if (isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0) throw forbidden('an address instead of a name', asked)
    return await checkedAddresses(url.hostname, asked, resolve)
  })
}

/**
 * The way out of a command that a person runs, to a provider that the person named: it reaches what its user reaches, a
 * company's own network included. Only https; plain http on this machine, for a provider that is itself there.
 */
export function personalHttp(): OutboundHttp {
  return admitting(async (url, asked) => {
    if (url.protocol === 'https:') return undefined
    const local = isOnThisMachine(url) && isOnThisMachine(URL.parse(asked.issuer))
    if (!local) throw forbidden('neither https nor this machine', asked)
    return undefined
  })
}

function admitting(admit: Admission): OutboundHttp {
  const admitted = async (asked: OutboundRequest) => {
    const url = URL.parse(asked.url)
    if (url === null || url.username !== '' || url.password !== '') throw forbidden('no URL', asked)
    const { maxBytes, signal } = asked
    return { url, addresses: await admit(url, asked), maxBytes, signal }
  }
  return {
    async get(asked) {
      const fixed = { method: 'GET', headers: { accept: 'application/json' }, body: undefined } as const
      const { headers, body } = await exchangeOnce({ ...(await admitted(asked)), ...fixed, refusal: unlessDocument })
      return { body, cacheControl: headers['cache-control'] }
    },
    async send({ method, headers, body, ...asked }) {
      return await exchangeOnce({ ...(await admitted(asked)), method, headers, body, refusal: ofRedirect })
    },
  }
}

/** Answers of a server that is busy: better luck later. */
const BUSY: ReadonlySet<number> = new Set([408, 429])

function unlessDocument(status: number): OutboundFailure | undefined {
  if (status >= 500 || BUSY.has(status)) return 'unreachable'
  return status === 200 ? undefined : 'refused'
}

/** Whoever follows takes along what was sent: a code, a token, a secret. */
function ofRedirect(status: number): OutboundFailure | undefined {
  return status >= 200 && (status < 300 || status >= 400) ? undefined : 'refused'
}

async function checkedAddresses(
  host: string,
  asked: OutboundRequest,
  resolve: NonNullable<OutboundOptions['resolve']>,
): Promise<readonly string[]> {
  const addresses = await resolve(host, asked.signal).catch((cause: unknown) => {
    throw new OutboundError('unreachable', `${host} cannot be resolved`, { cause })
  })
  if (addresses.length === 0) throw new OutboundError('unreachable', `${host} has no address`)
  // One is enough: whoever mixes in a private address means to lead us there.
  if (!addresses.every(isPublicAddress)) throw forbidden('an address that is not public', asked)
  return addresses
}

function forbidden(why: string, { url }: OutboundRequest): OutboundError {
  return new OutboundError('forbidden', `${why}: ${url.slice(0, 300)}`)
}

/** Not the system's own resolver: that holds one of few threads, which the whole process needs, for as long as it waits. */
async function resolveByName(host: string, signal: AbortSignal): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: ATTEMPT_MS, tries: 2 })
  const cancel = (): void => resolver.cancel()
  signal.addEventListener('abort', cancel, { once: true })
  try {
    const [four, six] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)])
    if (four.status === 'rejected' && six.status === 'rejected') throw four.reason
    return [...(four.status === 'fulfilled' ? four.value : []), ...(six.status === 'fulfilled' ? six.value : [])]
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}
