import { hash, timingSafeEqual } from 'node:crypto'
import { type CanonicalParts, signatureOf } from './canonical-request.ts'
import { type CanonicalHeaders, canonicalHeaders } from './headers.ts'
import type { PresentedSignature } from './read-signature.ts'
import type { SignedRequest } from './signed-request.ts'
import type { SigningKey } from './signing-key.ts'
import { canonicalQuery, queryParameters } from './target.ts'

const MAX_PARAMETERS = 1_000

/**
 * Whether the signature is the one that `signingKey` makes over this request, compared in constant time.
 * False as well when a listed header is absent, when an `x-amz-*` header is not listed, when `x-amz-content-sha256`
 * is not the hash of the body (so `UNSIGNED-PAYLOAD` and `STREAMING-*` never match), when a presigned request has a body,
 * and beyond 1,000 query parameters.
 * @param presented - what `readSignature` read from this same request
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signatureMatches(
  presented: PresentedSignature,
  request: SignedRequest,
  signingKey: SigningKey,
): boolean {
  const { carrier, signedHeaders } = presented
  const headers = canonicalHeaders(request.rawHeaders)
  if (!listsWhatItMust(signedHeaders, headers)) return false
  if (carrier === 'query' && request.body.length > 0) return false
  const parameters = queryParameters(request.target)
  if (parameters.length > MAX_PARAMETERS) return false
  const payloadHash = hash('sha256', request.body)
  if ((headers.get('x-amz-content-sha256') ?? payloadHash) !== payloadHash) return false

  const parts = { method: request.method, target: request.target, headers, signedHeaders, payloadHash }
  if (carrier === 'header') return agrees(presented, parts, canonicalQuery(parameters), signingKey)
  if (agrees(presented, parts, canonicalQuery(parameters, 'X-Amz-Signature'), signingKey)) return true
  if (presented.sessionToken === undefined) return false
  // Some signers append the session token to the URL after they have signed it.
  const tokenless = canonicalQuery(parameters, 'X-Amz-Signature', 'X-Amz-Security-Token')
  return agrees(presented, parts, tokenless, signingKey)
}

/** The listed names are sorted, distinct and present, and no `x-amz-*` header is left out of them. */
function listsWhatItMust(signedHeaders: readonly string[], headers: CanonicalHeaders): boolean {
  let unlisted = 0
  for (const name of headers.keys()) if (name.startsWith('x-amz-')) unlisted++
  let previous = ''
  for (const name of signedHeaders) {
    if (name <= previous || !headers.has(name)) return false
    if (name.startsWith('x-amz-')) unlisted--
    previous = name
  }
  return unlisted === 0
}

function agrees(presented: PresentedSignature, parts: CanonicalParts, query: string, signingKey: SigningKey): boolean {
  const calculated = Buffer.from(signatureOf(parts, query, presented, signingKey))
  const given = Buffer.from(presented.signature)
  return given.length === calculated.length && timingSafeEqual(given, calculated)
}
