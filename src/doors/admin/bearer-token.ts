import { hash, timingSafeEqual } from 'node:crypto'
import type { RequestHandler } from 'express'
import type { Secret } from '../../model/index.ts'

const BEARER = /^Bearer +([\x21-\x7e]+) *$/i

/** Lets through who sends `Authorization: Bearer` with the token; 401 to everybody else. @see RFC 6750 section 2.1 */
export function requireBearer(token: Secret): RequestHandler {
  const expected = digest(token.reveal())
  return (request, response, next) => {
    const sent = BEARER.exec(request.headers.authorization ?? '')?.[1]
    // Digests, because the comparison takes equal lengths, and the time it takes must not tell how far they agree.
    if (sent !== undefined && timingSafeEqual(digest(sent), expected)) return next()
    const error = { Code: 'Unauthorized', Message: 'Send the operator token: Authorization: Bearer TOKEN' }
    response.status(401).set('WWW-Authenticate', 'Bearer').json({ Error: error })
  }
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}
