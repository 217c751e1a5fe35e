import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import type { Request, RequestHandler, Response } from 'express'

const HOST = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::[0-9]{1,5})?$/
const JSON_TYPE = /^application\/json[ \t]*(?:;|$)/i

/**
 * Refuses what a web page could send to a listener of this machine. A page whose own name was made to resolve to
 * loopback (DNS rebinding) still names itself in `Host`; a page elsewhere is told by `Origin` or `Sec-Fetch-Site`; and
 * what a form can post is no `application/json`.
 * @param hostnames - names and addresses that are this listener's own, beside `localhost` and loopback addresses
 * @see https://fetch.spec.whatwg.org/#origin-header
 */
export function hostCheck(hostnames: readonly string[]): RequestHandler {
  const isOwn = ownHosts(hostnames)
  return (request, response, next) => {
    const { host, origin, 'sec-fetch-site': site } = request.headers
    if (!isOwn(host) || hasSecondHost(request))
      return refuse(response, 403, 'This listener does not answer to that Host.')
    if (isFromElsewhere(origin, host, site)) return refuse(response, 403, 'Pages of other origins may not call this.')
    if (hasBody(request) && !JSON_TYPE.test(request.headers['content-type'] ?? '')) {
      return refuse(response, 415, 'A body has to be application/json.')
    }
    return next()
  }
}

/**
 * Tells whether a `Host` header names this listener.
 * @param hostnames - as {@link hostCheck} takes them
 */
export function ownHosts(hostnames: readonly string[]): (header: string | undefined) => boolean {
  const own = new Set(['localhost', ...hostnames.map((name) => name.toLowerCase())])
  return (header) => {
    const name = HOST.exec(header?.toLowerCase() ?? '')?.[1]
    if (name === undefined) return false
    return own.has(name) || name === '[::1]' || (isIP(name) === 4 && name.startsWith('127.'))
  }
}

/**
 * Whether a request names more than one host: Node takes the first, and whoever stands between may have taken the last.
 * @see RFC 9112 section 3.2
 */
export function hasSecondHost({ rawHeaders }: IncomingMessage): boolean {
  let count = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]
    // Most names are of another length, and nothing has to be made of them.
    if (name?.length === 4 && name.toLowerCase() === 'host') count++
  }
  return count > 1
}

function refuse(response: Response, status: number, reason: string): void {
  // A body that is not read must not be taken for the next request.
  response.status(status).set('Connection', 'close').type('text/plain').send(`${reason}\n`)
}

function isFromElsewhere(origin: string | undefined, host: string | undefined, site: string | string[] | undefined) {
  if (origin !== undefined && origin.toLowerCase() !== `http://${host?.toLowerCase()}`) return true
  return site !== undefined && site !== 'same-origin' && site !== 'none'
}

function hasBody({ headers: { 'content-length': length, 'transfer-encoding': chunked } }: Request): boolean {
  return chunked !== undefined || (length !== undefined && length !== '0')
}
