import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Answer, Received } from '../../engines/wire/index.ts'
import type { Connection } from '../../pipeline/index.ts'
import type { Logger } from '../../platform/telemetry/index.ts'
import { bareApp } from './bare-app.ts'
import { connectionReader } from './connection-facts.ts'
import { readBody } from './read-body.ts'
import { refuse } from './refuse.ts'

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

/**
 * The app of the API listener: every request, whatever its path and method, is handed on as it came. Only that of a
 * trusted proxy that does not say for whom it speaks is answered with 400.
 */
export function apiApp(options: ApiOptions): RequestListener {
  const connectionOf = connectionReader(options.trustedProxies)
  return bareApp((request, response) => {
    const connection = connectionOf(request)
    if (connection === undefined) return refuse(request, response, 400)
    return handle(request, response, connection, options)
  })
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
    refuse(request, response, 413)
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
