import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { TLSSocket } from 'node:tls'
import ipaddr from 'ipaddr.js'
import type { Connection } from '../../pipeline/index.ts'

type Address = ReturnType<typeof ipaddr.process>
type Network = ReturnType<typeof ipaddr.parseCIDR>

const MAPPED = '::ffff:'

/**
 * Tells who is at the other end of requests. Only a peer in one of `trustedProxies` (CIDR) may speak for somebody
 * else, with `X-Forwarded-For` and `X-Forwarded-Proto`: anybody could send these headers. It has to, and is not
 * understood (`undefined`) when it names nobody: its own address would let everybody behind it pass for the proxy. So
 * health checks of a proxy belong to the admin listener. A proxy must set `X-Forwarded-Proto` itself, whatever its
 * client sent: a value that it hands on is believed.
 */
export function connectionReader(
  trustedProxies: readonly string[],
): (request: IncomingMessage) => Connection | undefined {
  const networks = trustedProxies.map((text) => ipaddr.parseCIDR(text))
  return (request) => {
    const peer = plainAddress(request.socket.remoteAddress ?? '')
    const encrypted = request.socket instanceof TLSSocket
    if (networks.length === 0 || !isTrusted(peer, networks)) return { sourceIp: peer, secureTransport: encrypted }
    const sourceIp = forwardedFor(request, networks)
    return sourceIp === undefined ? undefined : { sourceIp, secureTransport: forwardedProto(request) ?? encrypted }
  }
}

/** The address as policies write it: an IPv4 client of an IPv6 socket is an IPv4 client; no zone. */
function plainAddress(text: string): string {
  const zone = text.indexOf('%')
  const address = zone < 0 ? text : text.slice(0, zone)
  return address.startsWith(MAPPED) && address.includes('.') ? address.slice(MAPPED.length) : address
}

/**
 * The nearest address that no trusted proxy has, or the farthest of all. Proxies append, so the header is read from its
 * right end: what stands left of the first stranger is the stranger's own claim. `undefined` where a proxy put no
 * address.
 */
function forwardedFor(request: IncomingMessage, networks: readonly Network[]): string | undefined {
  const header = request.headers['x-forwarded-for']
  const hops = Array.isArray(header) ? header.join(',') : (header ?? '')
  for (let end = hops.length; ; ) {
    const comma = end === 0 ? -1 : hops.lastIndexOf(',', end - 1)
    const address = parseAddress(hops.slice(comma + 1, end).trim())
    if (address === undefined) return undefined
    if (comma < 0 || !isIn(address, networks)) return address.toString()
    end = comma
  }
}

/** What the nearest proxy says; a list is one entry for each proxy. */
function forwardedProto(request: IncomingMessage): boolean | undefined {
  const header = request.headers['x-forwarded-proto']
  if (typeof header !== 'string') return undefined
  return (
    header
      .slice(header.lastIndexOf(',') + 1)
      .trim()
      .toLowerCase() === 'https'
  )
}

function isTrusted(text: string, networks: readonly Network[]): boolean {
  const address = parseAddress(text)
  return address !== undefined && isIn(address, networks)
}

function isIn(address: Address, networks: readonly Network[]): boolean {
  for (const network of networks) {
    if (network[0].kind() === address.kind() && address.match(network)) return true
  }
  return false
}

/** An address with or without port. `isIP` first: the parser alone would take `1` and `010.1`, too. */
function parseAddress(text: string): Address | undefined {
  const host = /^\[([^\]]*)\](?::[0-9]{1,5})?$/.exec(text)?.[1] ?? /^([0-9.]+):[0-9]{1,5}$/.exec(text)?.[1] ?? text
  const address = plainAddress(host)
  return isIP(address) === 0 ? undefined : ipaddr.process(address)
}
