import querystring from 'node:querystring'
import { encode, reencode } from './percent-encoding.ts'

/** The name and the value of a query parameter, strictly encoded. */
export type QueryParameter = readonly [name: string, value: string]

/**
 * The path of a request target in canonical form: dot segments and duplicate slashes removed, the rest encoded once more.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request
 */
export function canonicalPath(target: string): string {
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  if (path === '/' || path === '') return '/'
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(encode(segment))
  }
  if (segments.length === 0) return '/'
  return `/${segments.join('/')}${path.endsWith('/') ? '/' : ''}`
}

/** The parameters of a request target in wire order, each decoded and strictly encoded; one without `=` has no value. */
export function queryParameters(target: string): readonly QueryParameter[] {
  const parameters: QueryParameter[] = []
  const mark = target.indexOf('?')
  if (mark < 0) return parameters
  for (const pair of target.slice(mark + 1).split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    if (equals < 0) parameters.push([reencode(pair), ''])
    else parameters.push([reencode(pair.slice(0, equals)), reencode(pair.slice(equals + 1))])
  }
  return parameters
}

/** The decoded `X-Amz-*` parameters by name, in exact case; the first of a repeated one. Never fails: bytes that are no UTF-8 become U+FFFD. */
export function signatureFields(target: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  for (const [name, value] of queryParameters(target)) {
    if (name.startsWith('X-Amz-') && !fields.has(name)) fields.set(name, querystring.unescape(value))
  }
  return fields
}

/** Sorts parameters by name, then by value, and joins them, leaving out those named `omitted`. */
export function canonicalQuery(parameters: readonly QueryParameter[], ...omitted: readonly string[]): string {
  if (parameters.length === 0) return ''
  const kept = parameters.filter(([name]) => !omitted.includes(name)).sort(byNameThenValue)
  return kept.map(([name, value]) => `${name}=${value}`).join('&')
}

// Encoded text is ASCII, so the order of UTF-16 units is the order of bytes.
function byNameThenValue([name, value]: QueryParameter, [otherName, otherValue]: QueryParameter): number {
  if (name !== otherName) return name < otherName ? -1 : 1
  if (value === otherValue) return 0
  return value < otherValue ? -1 : 1
}
