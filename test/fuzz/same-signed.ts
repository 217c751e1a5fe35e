import { posix } from 'node:path'
import type { SignedRequest } from '../../src/engines/sigv4/index.ts'

const SIGNATURE = 'X-Amz-Signature'
const TOKEN = 'X-Amz-Security-Token'

/**
 * Whether two requests agree in everything that a signature covers, written down once more from AWS's rules and by other
 * means than the broker's own. What is not covered may differ: the order and the case of headers, other spellings of
 * the same query, headers that are not signed.
 * @param original - a request to `/` as an SDK signed it
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function sameSigned(original: SignedRequest, request: SignedRequest): boolean {
  const query = queryOf(original)
  const otherQuery = queryOf(request)
  const authorization = headerOf(original, 'authorization')
  const listed = /SignedHeaders=([^,]+)/.exec(authorization ?? '')?.[1] ?? query.get('X-Amz-SignedHeaders')
  if (listed === undefined || listed === null) throw new Error('the original is not signed')
  return (
    original.method === request.method &&
    posix.normalize(`/${pathOf(request)}`) === '/' &&
    signatureOf(authorization, query) === signatureOf(headerOf(request, 'authorization'), otherQuery) &&
    sortedEntries(query, query) === sortedEntries(otherQuery, query) &&
    listed.split(';').every((name) => headerOf(original, name) === headerOf(request, name)) &&
    amzHeaders(original) === amzHeaders(request) &&
    Buffer.from(original.body).equals(request.body)
  )
}

function pathOf({ target }: SignedRequest): string {
  return target.split('?', 1)[0] ?? ''
}

function queryOf(request: SignedRequest): URLSearchParams {
  return new URLSearchParams(request.target.slice(pathOf(request).length + 1))
}

/** Which key signed, for where, and the signature. */
function signatureOf(authorization: string | undefined, query: URLSearchParams): string {
  if (authorization === undefined) return `${query.get('X-Amz-Credential')} ${query.get(SIGNATURE)}`
  const parts = new Map<string, string>()
  for (const part of authorization.slice(authorization.indexOf(' ') + 1).split(',')) {
    const [name = '', ...value] = part.trim().split('=')
    parts.set(name, value.join('='))
  }
  return `${parts.get('Credential')} ${parts.get('Signature')}`
}

/** A token may be added to a URL after it was signed, so where the original has none it is not covered. */
function sortedEntries(query: URLSearchParams, original: URLSearchParams): string {
  const entries = [...query].filter(([name]) => name !== SIGNATURE && (name !== TOKEN || original.has(TOKEN)))
  return JSON.stringify(entries.map((entry) => entry.join('=')).sort())
}

/** Every header of that prefix has to be signed. */
function amzHeaders({ rawHeaders }: SignedRequest): string {
  const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())
  return [...new Set(names)]
    .filter((name) => name.startsWith('x-amz-'))
    .sort()
    .join(';')
}

function headerOf({ rawHeaders }: SignedRequest, wanted: string): string | undefined {
  const values: string[] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() !== wanted) continue
    const value = (rawHeaders[index + 1] ?? '').replaceAll(/[ \t\r\n]+/g, ' ').replaceAll(/^ | $/g, '')
    // The same token twice is one token.
    if (wanted !== TOKEN.toLowerCase() || values[0] !== value) values.push(value)
  }
  return values.length === 0 ? undefined : values.join(',')
}
