import { hash } from 'node:crypto'
import type { CanonicalHeaders } from './headers.ts'
import { type CredentialScope, type SigningKey, TERMINATOR } from './signing-key.ts'
import { canonicalPath } from './target.ts'

/** The one algorithm that is signed and verified. */
export const ALGORITHM = 'AWS4-HMAC-SHA256'

/** What a canonical request is made of, besides its query. */
export interface CanonicalParts {
  readonly method: string
  readonly target: string
  readonly headers: CanonicalHeaders
  /** Lower-case and sorted; every one of them stands in `headers`. */
  readonly signedHeaders: readonly string[]
  /** SHA-256 of the body, in lower-case hexadecimal. */
  readonly payloadHash: string
}

/** When a request is signed (`YYYYMMDDTHHMMSSZ`), and for what. */
export interface SigningOccasion extends CredentialScope {
  readonly timestamp: string
}

/**
 * Calculates the signature of a request: 64 lower-case hexadecimal digits.
 * @param query - from `canonicalQuery`
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signatureOf(
  parts: CanonicalParts,
  query: string,
  { timestamp, date, region, service }: SigningOccasion,
  signingKey: SigningKey,
): string {
  let text = `${parts.method}\n${canonicalPath(parts.target)}\n${query}\n`
  for (const name of parts.signedHeaders) text += `${name}:${parts.headers.get(name)}\n`
  text += `\n${parts.signedHeaders.join(';')}\n${parts.payloadHash}`
  // Node gives one character per byte: Latin-1 restores the bytes that the client signed.
  const requestHash = hash('sha256', Buffer.from(text, 'latin1'))
  return signingKey.mac(`${ALGORITHM}\n${timestamp}\n${date}/${region}/${service}/${TERMINATOR}\n${requestHash}`)
}
