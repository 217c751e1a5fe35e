import type { IncomingMessage, ServerResponse } from 'node:http'
import express, { type Express } from 'express'
import type { Answer, Received } from '../../engines/wire/index.ts'
import type { Connection } from '../../pipeline/index.ts'
import type { Logger } from '../../platform/telemetry/index.ts'
import { connectionReader } from './connection-facts.ts'
import { readBody } from './read-body.ts'

/** Whom the API asks for its answers, and what it takes in. */
export interface ApiOptions {
  /** Has an answer for whatever comes; that it rejects is a bug. */
  answer(received: Received, connection: Connection): Promise<Answer>
  /** Networks in CIDR form whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies: readonly string[]
  /** More is answered with 413. */
  readonly maxBodyBytes: number
  readonly logger: Logger
}

/** The app of the API listener: every request, whatever its path and method, is handed on as it came. */
export function apiApp(options: ApiOptions): Express {
  const connectionOf = connectionReader(options.trustedProxies)
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use((request, response) => handle(request, response, connectionOf(request), options))
  return app
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  connection: Connection,
  { answer, maxBodyBytes, logger }: ApiOptions,
): Promise<void> {
  const body = await readBody(request, maxBodyBytes)
  if (body === 'aborted') return
  if (body === 'too-large') {
    refuseLargeBody(request, response)
    return
  }
  const { method = '', url = '', rawHeaders } = request
  try {
    send(response, await answer({ method, target: url, rawHeaders, body }, connection))
  } catch (error) {
    logger.error('answer.failed', { error })
    if (!response.headersSent) response.writeHead(500, { 'Content-Length': 0 })
    response.end()
  }
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const lines = ['Content-Length', String(Buffer.byteLength(body))]
  for (const name in headers) lines.push(name, headers[name] ?? '')
  // Headers and body leave in one write.
  response.writeHead(status, lines).end(body)
}

/**
 * Answers at once, but closes only when the client has stopped sending: closing on unread bytes would reset the
 * connection, and many clients would never see the answer. The request's timeout bounds the wait.
 */
function refuseLargeBody(request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(413, { 'Content-Length': 0, Connection: 'close' })
  response.flushHeaders()
  request.once('close', () => response.end())
  request.resume()
}
