/** Header values by lower-case name, as a canonical request has them. */
export type CanonicalHeaders = ReadonlyMap<string, string>

const UNTIDY = /^ | $| {2}|[\t\r\n]/
const WHITE_SPACE = /[ \t\r\n]+/g

/**
 * Brings raw headers into canonical form: names lower-case, values trimmed, runs of white space (folded lines too, and
 * inside quotes) made one space, the values of a repeated header joined by `,` in wire order.
 * @param only - the names that are wanted, where not all are
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request
 */
export function canonicalHeaders(rawHeaders: readonly string[], only?: ReadonlySet<string>): CanonicalHeaders {
  const headers = new Map<string, string>()
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? ''
    if (only !== undefined && !only.has(name)) continue
    const value = canonicalValue(rawHeaders[index + 1] ?? '')
    const earlier = headers.get(name)
    if (earlier === undefined) {
      headers.set(name, value)
      // AWS takes the same session token twice for one token; two different ones make a text that no token matches.
    } else if (name !== 'x-amz-security-token' || earlier !== value) {
      headers.set(name, `${earlier},${value}`)
    }
  }
  return headers
}

function canonicalValue(value: string): string {
  if (!UNTIDY.test(value)) return value
  const spaced = value.replace(WHITE_SPACE, ' ')
  return spaced.slice(spaced.startsWith(' ') ? 1 : 0, spaced.length > 1 && spaced.endsWith(' ') ? -1 : undefined)
}
