import { hash } from 'node:crypto'
import { IncompleteSignature } from '../../model/index.ts'
import { ALGORITHM } from './canonical-request.ts'
import type { CanonicalHeaders } from './headers.ts'
import type { SignatureParts } from './signature-parts.ts'
import { basicFromHttpDate } from './timestamp.ts'

/**
 * Reads `AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=...`, the last of a repeated field, and the date
 * from `X-Amz-Date` or else `Date`.
 * @throws {@link IncompleteSignature} for another algorithm, a part without `=`, and a missing part
 */
export function readAuthorization(authorization: string, headers: CanonicalHeaders): SignatureParts {
  const space = authorization.indexOf(' ')
  const algorithm = space < 0 ? authorization : authorization.slice(0, space)
  if (algorithm !== ALGORITHM) throw new IncompleteSignature(`Unsupported AWS 'algorithm': '${algorithm}'.`)

  let credential: string | undefined
  let signature: string | undefined
  let signedHeaders: string | undefined
  if (space > 0) {
    for (const part of authorization.slice(space + 1).split(',')) {
      const field = part.trim()
      const equals = field.indexOf('=')
      if (equals < 0) {
        throw new IncompleteSignature(
          `Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '${fingerprint(authorization)}'.`,
        )
      }
      const value = field.slice(equals + 1)
      switch (field.slice(0, equals)) {
        case 'Credential':
          credential = value
          break
        case 'SignedHeaders':
          signedHeaders = value
          break
        case 'Signature':
          signature = value
          break
      }
    }
  }

  const date = headers.get('x-amz-date') ?? fromDateHeader(headers.get('date'))
  if (credential === undefined || signature === undefined || signedHeaders === undefined || date === undefined) {
    let missing = ''
    if (credential === undefined) missing += `Authorization header requires 'Credential' parameter. `
    if (signature === undefined) missing += `Authorization header requires 'Signature' parameter. `
    if (signedHeaders === undefined) missing += `Authorization header requires 'SignedHeaders' parameter. `
    if (date === undefined) {
      missing += `Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. `
    }
    throw new IncompleteSignature(
      `${missing}(Hashed with SHA-256 and encoded with Base64) Authorization=${fingerprint(authorization)}`,
    )
  }
  return {
    carrier: 'header',
    credential,
    signature,
    signedHeaders,
    date,
    sessionToken: headers.get('x-amz-security-token'),
  }
}

function fromDateHeader(date: string | undefined): string | undefined {
  return date === undefined ? undefined : basicFromHttpDate(date)
}

/** Names the header to its sender without repeating a signature in an answer. */
function fingerprint(authorization: string): string {
  return hash('sha256', Buffer.from(authorization, 'latin1'), 'base64')
}
