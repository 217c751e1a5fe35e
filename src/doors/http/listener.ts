import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Listen } from '../../platform/config/index.ts'
import type { Logger } from '../../platform/telemetry/index.ts'
import { refuse } from './refuse.ts'

/** What a listener serves, where, and what it endures. */
export interface ListenerOptions {
  readonly listen: Listen
  /** The flag that moves it elsewhere, for whoever reads why it could not start. */
  readonly flag: string
  /** Certificate chain and private key in PEM; without them it speaks HTTP in clear. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined
  /** Request line and headers together; more is answered with 431. */
  readonly maxHeaderBytes: number
  /** For a whole request to arrive, body included; what is slower is answered with 408. */
  readonly requestTimeoutMs: number
  /** For a connection on which nothing moves. */
  readonly idleTimeoutMs: number
  /** Of connections; what comes on top is closed. */
  readonly maxConnections: number
  /** Hands a request on that expects `100 Continue` without telling it to go on. */
  readonly takesExpectations?: boolean
  readonly logger: Logger
}

/** A listener that accepts requests. */
export interface Listener {
  readonly host: string
  /** The real port, where the system was to choose one. */
  readonly port: number
  /** Where it answers: scheme, address and port. */
  readonly origin: string
  /**
   * Has connections refused from now on, and those that there are cut; or accepts them again, at the same port. For tests of
   * what clients do then.
   */
  refuseAll(refuses: boolean): void
  /**
   * Accepts nothing more and lets requests finish that are under way. Resolves when all connections are gone; those
   * still busy after `drainMs` are cut.
   */
  stop(drainMs: number): Promise<void>
}

const DRAIN_POLL_MS = 25
const REOPEN_MS = 500

/**
 * Starts to listen.
 * @throws {Error} naming address and way out, when the address cannot be had
 */
export async function startListener(handler: RequestListener, options: ListenerOptions): Promise<Listener> {
  const { listen, tls, logger } = options
  const server = serverFor(wellFramed(handler), options)
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await bind(server, options)
  let refuses = false
  let reopening: NodeJS.Timeout | undefined
  server.on('error', (error) => {
    // Out of file descriptors, for one: the next connection may do better, and the process must not end of it.
    logger.error('listener.failed', { error })
    // Another program took the port while connections were refused.
    if (!server.listening) reopening = setTimeout(() => server.listen({ host: listen.host, port }), REOPEN_MS)
  })
  server.on('drop', () => logger.warn('connection.dropped', { listener: options.flag }))
  const { address, port, family } = server.address() as AddressInfo
  const host = family === 'IPv6' ? `[${address}]` : address
  return {
    host: listen.host,
    port,
    origin: `${tls === undefined ? 'http' : 'https'}://${host}:${port}`,
    refuseAll(wanted) {
      if (refuses === wanted) return
      refuses = wanted
      clearTimeout(reopening)
      if (!refuses) return void server.listen({ host: listen.host, port })
      // One that is still being opened is not opened then.
      server.close()
      for (const socket of sockets) socket.destroy()
    },
    stop(drainMs) {
      clearTimeout(reopening)
      return drain(server, sockets, drainMs)
    },
  }
}

/** HTTP/1.0 has no chunks: a proxy that knows none would end the request elsewhere. @see RFC 9112 section 6.1 */
function wellFramed(handler: RequestListener): RequestListener {
  return (request, response) => {
    if (request.httpVersion === '1.0' && request.headers['transfer-encoding'] !== undefined) {
      refuse(request, response, 400)
    } else handler(request, response)
  }
}

function serverFor(handler: RequestListener, options: ListenerOptions): Server {
  const { tls, maxHeaderBytes, requestTimeoutMs, idleTimeoutMs, takesExpectations } = options
  const bounds = {
    maxHeaderSize: maxHeaderBytes,
    requestTimeout: requestTimeoutMs,
    headersTimeout: requestTimeoutMs,
    keepAliveTimeout: idleTimeoutMs,
    // How often the timeouts above are looked at: Node's own 30 seconds would make them 40.
    connectionsCheckingInterval: Math.min(1000, requestTimeoutMs),
  }
  const server =
    tls === undefined
      ? createServer(bounds, handler)
      : createTlsServer({ ...bounds, ...tls, minVersion: 'TLSv1.2', handshakeTimeout: requestTimeoutMs }, handler)
  if (takesExpectations) server.on('checkContinue', handler)
  // Also ends connections whose client no longer reads its answer.
  server.timeout = idleTimeoutMs
  server.maxConnections = options.maxConnections
  // Some releases of Node drop headers above a number without a word: then a check would not see what a proxy added last.
  // How many there are is bounded by their size.
  server.maxHeadersCount = 0
  return server
}

function bind(server: Server, { listen: { host, port }, flag }: ListenerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(new Error(`${host}:${port} ${reasonOf(cause)}; choose another address with ${flag}`, { cause }))
    })
    server.listen({ host, port }, () => {
      server.removeAllListeners('error')
      resolve()
    })
  })
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE') return 'is in use'
  if (code === 'EACCES') return 'may not be used by this user'
  if (code === 'EADDRNOTAVAIL') return 'is no address of this machine'
  return `cannot be used (${message})`
}

function drain(server: Server, sockets: ReadonlySet<Socket>, drainMs: number): Promise<void> {
  return new Promise((resolve) => {
    server.prependListener('request', (_, response) => response.setHeader('Connection', 'close'))
    // A connection whose last request began before can become idle at any time.
    const poll = setInterval(() => server.closeIdleConnections(), DRAIN_POLL_MS)
    const deadline = setTimeout(() => {
      for (const socket of sockets) socket.destroy()
    }, drainMs)
    // Before its first request a connection does not count as idle; browsers and proxies keep such in reserve.
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
    server.close(() => {
      clearInterval(poll)
      clearTimeout(deadline)
      resolve()
    })
  })
}
