import { type IncomingMessage, type RequestListener, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { CONTAINER_ADDRESSES } from '../../platform/config/index.ts'
import type { Logger } from '../../platform/telemetry/index.ts'
import type { Answered, MetadataAnswer, MetadataClient, MetadataDoor } from '../metadata/index.ts'
import { hasSecondHost, ownHosts } from './host-check.ts'
import { readBody } from './read-body.ts'
import { refuse } from './refuse.ts'

/** What answers on a listener of the metadata service, and for whom. */
export interface MetadataAppOptions {
  readonly door: MetadataDoor
  /** For which instance this listener answers now. */
  client(): MetadataClient
  /** How long a client waits for an answer that cannot reach it, before its connection is cut. */
  readonly holdMs: number
  /** Whoever waits for such an answer is cut off at once when this says so: a stop would wait for it. */
  readonly stopping: AbortSignal
  /** The address it is bound to. */
  readonly host: string
  readonly logger: Logger
}

/** Where EC2 answers. */
const IPV4_ENDPOINT = '169.254.169.254'
const IPV6_ENDPOINT = 'fd00:ec2::254'
const { ecs, eks, eksIpv6 } = CONTAINER_ADDRESSES
const CONTAINER_HOSTS = [ecs, eks, `[${eksIpv6}]`]
/** Those that are not loopback. */
const LINK_LOCAL: ReadonlySet<string> = new Set([IPV4_ENDPOINT, IPV6_ENDPOINT, ecs, eks, eksIpv6])
const MAX_TARGET_LENGTH = 4096
/** Nobody has a reason to send one; a little is read so that the answer arrives. */
const MAX_BODY_BYTES = 1024
const NOTHING = Buffer.alloc(0)

/**
 * The app of a listener of the metadata service: for programs of this machine alone. What a web page or another machine
 * could send is refused with nothing in the answer. There is nothing to route, so no Express; and a request without a
 * body, which nearly all are, is answered in the turn in which it came.
 */
export function metadataApp({ door, client, holdMs, stopping, host, logger }: MetadataAppOptions): RequestListener {
  const isOwnHost = ownHosts([host, `[${host}]`, IPV4_ENDPOINT, `[${IPV6_ENDPOINT}]`, ...CONTAINER_HOSTS])
  const isLinkLocal = LINK_LOCAL.has(host)
  return (request, response) => {
    const asking = client()
    if (isLinkLocal && !mayConnect(request.socket, host, asking)) {
      request.socket.destroy()
      return
    }
    const refusal = refusalOf(request, isOwnHost)
    if (refusal !== undefined) return refuse(request, response, refusal)
    const { 'content-length': length, 'transfer-encoding': chunked } = request.headers
    if (chunked === undefined && (length === undefined || length === '0')) return answer(request, response, asking)
    void answerWithBody(request, response, asking)
  }

  async function answerWithBody(request: IncomingMessage, response: ServerResponse, asking: MetadataClient) {
    const body = await readBody(request, MAX_BODY_BYTES)
    if (body === 'aborted') return
    if (body === 'too-large') refuse(request, response, 413)
    else answer(request, response, asking)
  }

  function answer(request: IncomingMessage, response: ServerResponse, asking: MetadataClient): void {
    try {
      const answered = door(request, asking)
      if (answered instanceof Promise) {
        answered.then((later) => settle(request, response, later)).catch((error: unknown) => fail(response, error))
      } else settle(request, response, answered)
    } catch (error) {
      fail(response, error)
    }
  }

  function settle(request: IncomingMessage, response: ServerResponse, answered: Answered): void {
    if (answered === undefined) leaveUnanswered(response, holdMs, stopping)
    else if (answered === 'reset') response.socket?.resetAndDestroy()
    else {
      send(request, response, answered)
      if (answered.stalls) leaveUnanswered(response, holdMs, stopping)
    }
  }

  function fail(response: ServerResponse, error: unknown): void {
    logger.error('answer.failed', { error })
    if (!response.headersSent) response.writeHead(500, { 'Content-Length': 0 })
    response.end()
  }
}

/** The status that a request is refused with, whatever it asks. */
function refusalOf(request: IncomingMessage, isOwnHost: (header: string) => boolean): number | undefined {
  const { headers, httpVersion, url = '' } = request
  const { host, origin, 'sec-fetch-site': site } = headers
  // HTTP/1.0 knows no Host, and no page can send such a request.
  if (host === undefined ? httpVersion !== '1.0' : !isOwnHost(host) || hasSecondHost(request)) return 403
  if (origin !== undefined || (site !== undefined && site !== 'none')) return 403
  return url.length > MAX_TARGET_LENGTH ? 414 : undefined
}

function send(request: IncomingMessage, response: ServerResponse, answer: MetadataAnswer): void {
  const { status, httpVersion, reason, headers, body, stalls } = answer
  // Headers and body leave in one write.
  if (stalls) response.writeHead(status, reason, headers.slice()).flushHeaders()
  else if (httpVersion === undefined) response.writeHead(status, reason, headers.slice()).end(body)
  else sendRaw(request, response, answer)
}

/** Node writes 1.1 whatever it is told, so that every other version is written by hand. The connection ends with it. */
function sendRaw({ method }: IncomingMessage, response: ServerResponse, answer: MetadataAnswer): void {
  const { status, httpVersion, reason = STATUS_CODES[status], headers, body } = answer
  let head = `HTTP/${httpVersion} ${status} ${reason}\r\n`
  for (let at = 0; at < headers.length; at += 2) head += `${headers[at]}: ${headers[at + 1]}\r\n`
  const bytes = Buffer.concat([Buffer.from(`${head}\r\n`, 'latin1'), method === 'HEAD' ? NOTHING : body])
  // Behind another request on its connection there is no socket yet, and will be none: that one's answer ends it.
  response.socket?.write(bytes)
  response.socket?.destroySoon()
}

/** The client gives up, or is cut off; until then nothing comes. */
function leaveUnanswered(response: ServerResponse, holdMs: number, stopping: AbortSignal): void {
  const cut = () => response.destroy()
  const timer = setTimeout(cut, holdMs)
  stopping.addEventListener('abort', cut)
  response.once('close', () => {
    clearTimeout(timer)
    stopping.removeEventListener('abort', cut)
  })
  if (stopping.aborted) cut()
}

/** An address that is not loopback can be reached from elsewhere where the machine routes it; IPv6 is off unless asked for. */
function mayConnect({ remoteAddress, localAddress }: Socket, host: string, { instance }: MetadataClient): boolean {
  if (host === IPV6_ENDPOINT && instance?.instance.options.httpProtocolIpv6 !== 'enabled') return false
  return remoteAddress !== undefined && (remoteAddress === localAddress || /^127\.|^::1$/.test(remoteAddress))
}
