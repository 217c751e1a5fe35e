const SERVER = 'EC2ws'
const PLAIN = 'text/plain'

/** What EC2 sends for what is not there: 337 bytes. */
const NOT_FOUND_PAGE = pageOf('404 - Not Found')

/** A page as EC2 words it. */
function pageOf(title: string): Buffer {
  const lines = [
    '<?xml version="1.0" encoding="iso-8859-1"?>',
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"',
    '\t"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">',
    '<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">',
    ' <head>',
    `  <title>${title}</title>`,
    ' </head>',
    ' <body>',
    `  <h1>${title}</h1>`,
    ' </body>',
    '</html>',
    '',
  ]
  return Buffer.from(lines.join('\n'))
}

/** An answer of the metadata service. */
export interface MetadataAnswer {
  readonly status: number
  /** Where it is not 1.1, the headers hold a `Date`. */
  readonly httpVersion?: '1.0'
  readonly reason?: string
  /** Names and values in turn. */
  readonly headers: readonly string[]
  readonly body: Buffer
  /** Status and headers are sent, and the body is waited for in vain. */
  readonly stalls?: true
}

/** A body with what is said of it. */
export interface Found {
  readonly body: Buffer
  readonly contentType?: string
  readonly lastModified: string
  /** What is left of the token that asked; `undefined` for a request without one. */
  readonly tokenSeconds: number | undefined
  readonly isSecret?: boolean
}

const TTL_HEADER = 'X-Aws-Ec2-Metadata-Token-Ttl-Seconds'
const NOTHING = Buffer.alloc(0)

/** What is there. EC2 closes after each answer, so clients are made to see that here too. */
export function found({ body, contentType = PLAIN, lastModified, tokenSeconds, isSecret }: Found): MetadataAnswer {
  const headers = ['Content-Type', contentType, 'Accept-Ranges', 'none', 'Last-Modified', lastModified]
  if (tokenSeconds !== undefined) headers.push(TTL_HEADER, String(tokenSeconds))
  // No capture of EC2 has it, and no client minds: credentials are for nobody's cache.
  if (isSecret) headers.push('Cache-Control', 'no-store')
  headers.push('Content-Length', String(body.length), 'Server', SERVER, 'Connection', 'close')
  return { status: 200, headers, body }
}

/** A session token. No newline after it: clients put the body into a header as it is. */
export function issued(token: string, seconds: number): MetadataAnswer {
  const body = Buffer.from(token)
  return { status: 200, headers: [...headersFor(body), TTL_HEADER, String(seconds)], body }
}

/** Nothing but a status. */
export function bare(status: number): MetadataAnswer {
  return { status, headers: headersFor(NOTHING), body: NOTHING }
}

/** Which methods there are: the answer to `OPTIONS`, or to one that there is not. */
export function methods(status: 200 | 405, allowed: string): MetadataAnswer {
  const headers = ['Allow', allowed, ...headersFor(NOTHING)]
  return { status, reason: status === 405 ? 'Not Allowed' : 'OK', headers, body: NOTHING }
}

/** What is not there. */
export const NOT_FOUND: MetadataAnswer = {
  status: 404,
  headers: headersFor(NOT_FOUND_PAGE, 'text/html'),
  body: NOT_FOUND_PAGE,
}

/** What old hosts of EC2 sent to whoever had no token: 343 bytes. */
export const UNAUTHORIZED_PAGE: Buffer = pageOf('401 - Unauthorized')

/** Headers of an answer that is no leaf of the tree. */
export function headersFor(body: Buffer, contentType = PLAIN): readonly string[] {
  return ['Content-Type', contentType, 'Content-Length', String(body.length), 'Server', SERVER, 'Connection', 'close']
}

/** The same answer with another body. */
export function withBody(answer: MetadataAnswer, body: Buffer): MetadataAnswer {
  const headers = [...answer.headers]
  headers[headers.indexOf('Content-Length') + 1] = String(body.length)
  return { ...answer, headers, body }
}
