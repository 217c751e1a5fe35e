import { type ClientRequest, request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'

/**
 * `forbidden`: the URL or an address behind it is not to be asked, and was not. `certificate`: TLS trusts nobody there.
 * `unreachable`: no answer, none in time, or none that ends; it may be better later. `refused`: an answer, and not one
 * that is taken.
 */
export type OutboundFailure = 'forbidden' | 'certificate' | 'unreachable' | 'refused'

/** A request that failed; the message is for the log. */
export class OutboundError extends Error {
  readonly failure: OutboundFailure
  /** Of the answer that was not taken. */
  readonly status: number | undefined

  constructor(failure: OutboundFailure, message: string, options: { cause?: unknown; status?: number } = {}) {
    super(message, options)
    this.failure = failure
    this.status = options.status
  }
}

/** One request, of which everything is settled. */
interface Exchange {
  readonly url: URL
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  readonly maxBytes: number
  readonly signal: AbortSignal
  /** Where the connection goes; as the system resolves the name when `undefined`. */
  readonly addresses: readonly string[] | undefined
  /** Why an answer of that status is not taken; then nothing of it is read. */
  readonly refusal: (status: number) => OutboundFailure | undefined
}

/** What came back. */
interface ExchangeAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

const MAX_HEADER_BYTES = 16_384
/** Answers before the answer, such as 103: each may be as long as a header, and there could be as many as one likes. */
const MOST_INTERIM = 5
/** Whatever else is said. None of the answer may be packed: what is can be of any size. */
const ALWAYS = { 'accept-encoding': 'identity', connection: 'close', 'user-agent': 'rolecall' }
const OF_CERTIFICATES = /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY|DECRYPT|DECODE)/

/**
 * Sends a request once and reads its answer, up to a length and a time: no redirect, no proxy, no cookie.
 * @throws {@link OutboundError}
 */
export function exchangeOnce(exchange: Exchange): Promise<ExchangeAnswer> {
  const { url, method, body, maxBytes, signal, addresses } = exchange
  const { promise, resolve, reject } = Promise.withResolvers<ExchangeAnswer>()
  const headers = { ...exchange.headers, ...ALWAYS }
  const options: RequestOptions = { agent: false, method, headers, signal, maxHeaderSize: MAX_HEADER_BYTES }
  if (addresses !== undefined) options.lookup = lookupOf(addresses)
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  let request: ClientRequest | undefined
  let interim = 0
  let isAnswered = false
  const fail = (error: OutboundError): void => {
    request?.destroy()
    reject(error)
  }
  try {
    request = send(url, options, (response) => {
      isAnswered = true
      const { statusCode: status = 0 } = response
      const refused = exchange.refusal(status)
      if (refused !== undefined) return fail(new OutboundError(refused, `answered ${status}`, { status }))
      const encoding = response.headers['content-encoding'] ?? 'identity'
      if (encoding.toLowerCase() !== 'identity')
        return fail(new OutboundError('unreachable', `packed as ${encoding.slice(0, 20)}`))
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > maxBytes) fail(new OutboundError('unreachable', `more than ${maxBytes} bytes`))
        else chunks.push(chunk)
      })
      response.on('error', (cause) => fail(failureOf(cause)))
      response.on('end', () => resolve({ status, headers: response.headers, body: Buffer.concat(chunks) }))
      response.on('close', () => fail(closed()))
    })
    request.on('information', () => {
      if (++interim > MOST_INTERIM) fail(new OutboundError('unreachable', 'one interim answer after another'))
    })
    request.on('error', (cause) => fail(failureOf(cause)))
    // Not every end is an error: a connection that goes over to another protocol is just closed.
    request.on('close', () => {
      if (!isAnswered) fail(closed())
    })
    request.end(body)
  } catch (cause) {
    reject(failureOf(cause))
  }
  return promise
}

function closed(): OutboundError {
  return new OutboundError('unreachable', 'closed without an answer')
}

function failureOf(cause: unknown): OutboundError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const failure = OF_CERTIFICATES.test(code) ? 'certificate' : 'unreachable'
  return new OutboundError(failure, code === 'ABORT_ERR' ? 'none in time' : code || 'no answer', { cause })
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
