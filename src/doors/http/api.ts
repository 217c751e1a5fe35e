import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Answer, Received } from '../../engines/wire/index.ts'
import type { Connection } from '../../pipeline/index.ts'
import type { Logger } from '../../platform/telemetry/index.ts'
import { connectionReader } from './connection-facts.ts'
import { answerPage, asksForPage, type Pages } from './pages.ts'
import { answerDocument, asksForDocument, type PublishedDocuments } from './published-documents.ts'
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
  /** What issuers publish; without, there is nothing to read. */
  readonly documents?: PublishedDocuments | undefined
  /** For people; without, their paths are like any other that AWS does not know. */
  readonly pages?: Pages | undefined
  readonly logger: Logger
}

/** Requests of one connection that wait for answers. AWS's clients send one; thousands would crowd out everybody else. */
const MOST_UNANSWERED = 32

/**
 * The app of the API listener: every request, whatever its path and method, is handed on as it came, but for documents
 * of issuers, which are read, and pages for people, which have an app of their own. Only that of a trusted proxy that does not say for whom it speaks is answered with 400,
 * and one too far ahead of its answers with 503. There is nothing to route, so no Express, which gives every request and answer another prototype.
 */
export function apiApp(options: ApiOptions): RequestListener {
  const connectionOf = connectionReader(options.trustedProxies)
  const unanswered = new WeakMap<Socket, number>()
  return async (request, response) => {
    const { socket } = request
    const ahead = unanswered.get(socket) ?? 0
    if (ahead >= MOST_UNANSWERED) return refuse(request, response, 503)
    unanswered.set(socket, ahead + 1)
    await handle(request, response, connectionOf, options)
    unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1)
  }
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  connectionOf: ReturnType<typeof connectionReader>,
  { answer, maxBodyBytes, documents, pages, logger }: ApiOptions,
): Promise<void> {
  try {
    const connection = connectionOf(request)
    if (connection === undefined) return refuse(request, response, 400)
    if (documents !== undefined && asksForDocument(request, documents)) {
      return await answerDocument(request, response, { documents, logger })
    }
    const body = await readBody(request, maxBodyBytes)
    if (body === 'aborted') return
    if (body === 'too-large') return refuse(request, response, 413)
    const { method = '', url = '', rawHeaders } = request
    if (pages !== undefined && asksForPage(url)) return await answerPage(request, response, pages, { body, connection })
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
