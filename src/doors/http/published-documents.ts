import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from '../../platform/telemetry/index.ts'

/** What issuers publish, for whoever verifies what they sign. */
export interface PublishedDocuments {
  /** How the paths of all of them begin: one of these. */
  readonly paths: readonly string[]
  /** How long they may be remembered, in seconds. */
  readonly maxAgeS: number
  /** The document at a path, as JSON; `undefined` where there is none. @throws when that cannot be told */
  read(path: string): Promise<string | undefined>
}

/** Whether a request is for one of them: it is read, and not called. */
export function asksForDocument({ method, url = '' }: IncomingMessage, { paths }: PublishedDocuments): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  for (const path of paths) if (url.startsWith(path)) return true
  return false
}

/**
 * Answers with a document. Anybody may read it, from pages of other origins too: it is public, and says nothing else to
 * whoever is signed in somewhere.
 */
export async function answerDocument(
  { url = '', method }: IncomingMessage,
  response: ServerResponse,
  { documents, logger }: { readonly documents: PublishedDocuments; readonly logger: Logger },
): Promise<void> {
  const query = url.indexOf('?')
  let document: string | undefined
  try {
    document = await documents.read(query < 0 ? url : url.slice(0, query))
  } catch (error) {
    // A verifier tries again, and goes on with the keys it knows.
    logger.error('document.failed', { error })
    response.writeHead(503, { 'Content-Length': 0, 'Cache-Control': 'no-store' }).end()
    return
  }
  if (document === undefined) {
    response.writeHead(404, { 'Content-Length': 0, 'Cache-Control': 'no-store', ...FOR_ANYBODY }).end()
    return
  }
  response
    .writeHead(200, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(document),
      'Cache-Control': `public, max-age=${documents.maxAgeS}`,
      'X-Content-Type-Options': 'nosniff',
      ...FOR_ANYBODY,
    })
    .end(method === 'HEAD' ? undefined : document)
}

const FOR_ANYBODY = { 'Access-Control-Allow-Origin': '*' }
