import { SignatureV4 } from '@smithy/signature-v4'
import type { SignedRequest } from '../../src/engines/sigv4/index.ts'
import type { ClientSettings } from '../../src/model/index.ts'
import { Sha256 } from '../sha256.ts'

type Pair = readonly [name: string, value: string]

/** A call of STS to be signed by the AWS SDK's signer. */
export interface Call {
  readonly host: string
  readonly credentials: ClientSettings['credentials']
  /** In the URL, or in the body of a POST; a string is a body as it is. */
  readonly parameters: readonly Pair[] | string
  readonly method: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly signedAt?: Date
}

/** Signs a call in its headers. */
export async function signed(call: Call): Promise<SignedRequest> {
  const { body, query } = partsOf(call)
  const request = { ...endpointOf(call), method: call.method, query: Object.fromEntries(query), body }
  const type = call.method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded' } : {}
  const { headers } = await signerOf(call).sign(
    { ...request, headers: { host: call.host, ...type, ...call.headers } },
    { signingDate: call.signedAt ?? new Date() },
  )
  return {
    method: call.method,
    target: targetOf(query),
    rawHeaders: Object.entries(headers).flat(),
    body: Buffer.from(body),
  }
}

/** Signs a call in its URL. */
export async function presigned(call: Call): Promise<SignedRequest> {
  const query = Object.fromEntries(partsOf({ ...call, method: 'GET' }).query)
  const presigned = await signerOf(call).presign(
    { ...endpointOf(call), method: 'GET', query, headers: { host: call.host } },
    { signingDate: call.signedAt ?? new Date(), expiresIn: 900 },
  )
  const pairs = Object.entries(presigned.query ?? {}).map(([name, value]): Pair => [name, String(value)])
  return { method: 'GET', target: targetOf(pairs), rawHeaders: ['host', call.host], body: Buffer.alloc(0) }
}

/** A request as bytes. */
export function bytesOf({ method, target, rawHeaders, body }: SignedRequest, extraHeaders = ''): string {
  let head = `${method} ${target} HTTP/1.1\r\n`
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    head += `${rawHeaders[index]}: ${rawHeaders[index + 1]}\r\n`
  }
  if (body.length > 0) head += `Content-Length: ${body.length}\r\n`
  return `${head}${extraHeaders}\r\n${Buffer.from(body).toString('latin1')}`
}

function signerOf({ credentials }: Call): SignatureV4 {
  return new SignatureV4({ service: 'sts', region: 'us-east-1', credentials, sha256: Sha256 })
}

function endpointOf({ host }: Call) {
  return { protocol: 'http:', hostname: host, path: '/' }
}

function partsOf({ method, parameters }: Call): { readonly body: string; readonly query: readonly Pair[] } {
  if (typeof parameters === 'string') return { body: parameters, query: [] }
  // The signer takes no surrogate that stands alone.
  const pairs = parameters.map(([name, value]): Pair => [name.toWellFormed(), value.toWellFormed()])
  return method === 'GET' ? { body: '', query: pairs } : { body: escaped(pairs), query: [] }
}

function targetOf(query: readonly Pair[]): string {
  return query.length === 0 ? '/' : `/?${escaped(query)}`
}

function escaped(pairs: readonly Pair[]): string {
  return pairs.map((pair) => pair.map((text) => encodeURIComponent(text)).join('=')).join('&')
}
