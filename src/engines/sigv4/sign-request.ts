import { hash } from 'node:crypto'
import type { EpochMillis, Secret } from '../../model/index.ts'
import { ALGORITHM, type SigningOccasion, signatureOf } from './canonical-request.ts'
import { canonicalHeaders } from './headers.ts'
import { encode } from './percent-encoding.ts'
import type { SignedRequest } from './signed-request.ts'
import { deriveSigningKey, TERMINATOR } from './signing-key.ts'
import { canonicalQuery, queryParameters } from './target.ts'
import { formatTimestamp } from './timestamp.ts'

/** Who signs, for which service in which region. */
export interface Signer {
  readonly accessKeyId: string
  readonly secretAccessKey: Secret
  readonly sessionToken?: string | undefined
  readonly region: string
  readonly service: string
}

/**
 * Signs a request in its headers. Every header given is signed, so `Host` must be among them and nothing may be that a
 * proxy rewrites.
 * @returns the headers to send besides those given: `X-Amz-Date`, `Authorization` and, with a session token, `X-Amz-Security-Token`
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signRequest(request: SignedRequest, signer: Signer, now: EpochMillis): Record<string, string> {
  const occasion = occasionOf(signer, now)
  const added: Record<string, string> = { 'X-Amz-Date': occasion.timestamp }
  if (signer.sessionToken !== undefined) added['X-Amz-Security-Token'] = signer.sessionToken
  const rawHeaders = [...request.rawHeaders, ...Object.entries(added).flat()]
  const names = sortedNames(rawHeaders).join(';')
  const signature = sign({ ...request, rawHeaders }, signer, occasion)
  return {
    ...added,
    Authorization: `${ALGORITHM} Credential=${credentialOf(signer, occasion)}, SignedHeaders=${names}, Signature=${signature}`,
  }
}

/**
 * Signs a request in its URL. Every header given is signed and has to be sent with it; `Host` must be among them.
 * @param lifetimeSeconds - goes into `X-Amz-Expires`; STS accepts the URL for 15 minutes whatever it says
 * @returns the target to request: the one given, with the signature's parameters
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function presignRequest(
  request: SignedRequest,
  signer: Signer,
  now: EpochMillis,
  lifetimeSeconds: number,
): string {
  const occasion = occasionOf(signer, now)
  let target = request.target + (request.target.includes('?') ? '&' : '?')
  target += `X-Amz-Algorithm=${ALGORITHM}`
  target += `&X-Amz-Credential=${encode(credentialOf(signer, occasion))}`
  target += `&X-Amz-Date=${occasion.timestamp}`
  target += `&X-Amz-Expires=${lifetimeSeconds}`
  target += `&X-Amz-SignedHeaders=${encode(sortedNames(request.rawHeaders).join(';'))}`
  if (signer.sessionToken !== undefined) target += `&X-Amz-Security-Token=${encode(signer.sessionToken)}`
  return `${target}&X-Amz-Signature=${sign({ ...request, target }, signer, occasion)}`
}

function sign({ method, target, rawHeaders, body }: SignedRequest, signer: Signer, occasion: SigningOccasion): string {
  const headers = canonicalHeaders(rawHeaders)
  const parts = { method, target, headers, signedHeaders: sortedNames(rawHeaders), payloadHash: hash('sha256', body) }
  const signingKey = deriveSigningKey(signer.secretAccessKey, occasion)
  return signatureOf(parts, canonicalQuery(queryParameters(target)), occasion, signingKey)
}

function sortedNames(rawHeaders: readonly string[]): readonly string[] {
  return [...canonicalHeaders(rawHeaders).keys()].sort()
}

function occasionOf({ region, service }: Signer, now: EpochMillis): SigningOccasion {
  const timestamp = formatTimestamp(now)
  return { timestamp, date: timestamp.slice(0, 8), region, service }
}

function credentialOf({ accessKeyId }: Signer, { date, region, service }: SigningOccasion): string {
  return `${accessKeyId}/${date}/${region}/${service}/${TERMINATOR}`
}
