import { Resolver } from 'node:dns/promises'
import { type ClientRequest, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { isPublicAddress } from './public-address.ts'

/** A fetch that this process makes for an identity provider. */
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

/**
 * `forbidden`: the URL or an address behind it is not to be asked, and was not. `certificate`: TLS trusts nobody there.
 * `unreachable`: no answer, none in time, or none that ends; it may be better later. `refused`: another answer than 200.
 */
export type OutboundFailure = 'forbidden' | 'certificate' | 'unreachable' | 'refused'

/** A fetch that failed; the message is for the log. */
export class OutboundError extends Error {
  readonly failure: OutboundFailure

  constructor(failure: OutboundFailure, message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.failure = failure
  }
}

/** Fetches what identity providers publish. */
export interface OutboundHttp {
  /** Gets a document, once: no redirect, no proxy, no credentials. @throws {@link OutboundError} */
  get(request: OutboundRequest): Promise<OutboundAnswer>
}

/** How an outbound client is set up. */
export interface OutboundOptions {
  /** Origins that may be plain http, have a port, or be any address. */
  readonly localIssuers: readonly string[]
  /** The addresses of a host; the name servers' answer unless told. @throws when there are none */
  readonly resolve?: (host: string, signal: AbortSignal) => Promise<readonly string[]>
}

const MAX_HEADER_BYTES = 16_384
const ATTEMPT_MS = 1000
const HEADERS = {
  accept: 'application/json',
  'accept-encoding': 'identity',
  connection: 'close',
  'user-agent': 'rolecall',
}
const OF_CERTIFICATES = /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY|DECRYPT|DECODE)/

/**
 * The one way out of this process. Only https on its own port to hosts of the internet: a host is resolved once, every
 * address is checked, and the connection goes to a checked one, so that no name can lead elsewhere in between.
 */
export function outboundHttp({ localIssuers, resolve = resolveByName }: OutboundOptions): OutboundHttp {
  return {
    async get(asked) {
      const url = URL.parse(asked.url)
      if (url === null || url.username !== '' || url.password !== '') throw forbidden('no URL', asked)
      const isLocal = url.origin === asked.issuer && localIssuers.includes(url.origin)
      if (isLocal) return await fetchOnce(url, asked, undefined)
      if (url.protocol !== 'https:') throw forbidden('not https', asked)
      if (url.port !== '') throw forbidden('a port', asked)
      if (isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0) throw forbidden('an address instead of a name', asked)
      return await fetchOnce(url, asked, await checkedAddresses(url.hostname, asked, resolve))
    },
  }
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

function fetchOnce(
  url: URL,
  { maxBytes, signal }: OutboundRequest,
  addresses: readonly string[] | undefined,
): Promise<OutboundAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<OutboundAnswer>()
  const options: RequestOptions = { agent: false, headers: HEADERS, signal, maxHeaderSize: MAX_HEADER_BYTES }
  if (addresses !== undefined) options.lookup = lookupOf(addresses)
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  let request: ClientRequest | undefined
  const fail = (error: OutboundError): void => {
    request?.destroy()
    reject(error)
  }
  try {
    request = send(url, options, (response) => {
      const refusal = refusalOf(response)
      if (refusal !== undefined) return fail(refusal)
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > maxBytes) fail(new OutboundError('unreachable', `more than ${maxBytes} bytes`))
        else chunks.push(chunk)
      })
      response.on('error', (cause) => fail(failureOf(cause)))
      response.on('end', () =>
        resolve({ body: Buffer.concat(chunks), cacheControl: response.headers['cache-control'] }),
      )
    })
    request.on('error', (cause) => fail(failureOf(cause)))
    request.end()
  } catch (cause) {
    reject(failureOf(cause))
  }
  return promise
}

function refusalOf({ statusCode = 0, headers }: IncomingMessage): OutboundError | undefined {
  if (statusCode >= 500) return new OutboundError('unreachable', `answered ${statusCode}`)
  if (statusCode !== 200) return new OutboundError('refused', `answered ${statusCode}`)
  const encoding = headers['content-encoding'] ?? 'identity'
  // None was asked for, and what is packed can be of any size.
  return encoding === 'identity' ? undefined : new OutboundError('unreachable', `packed as ${encoding.slice(0, 20)}`)
}

function failureOf(cause: unknown): OutboundError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const failure = OF_CERTIFICATES.test(code) ? 'certificate' : 'unreachable'
  return new OutboundError(failure, code || 'no answer', { cause })
}

/** Answers with what was checked, whatever is asked. */
function lookupOf(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }))
  return (_host, { all: wantsAll }, callback) => {
    const [first] = all
    if (wantsAll) callback(null, all)
    else callback(null, first?.address ?? '', first?.family)
  }
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
