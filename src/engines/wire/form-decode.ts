import { MalformedQueryString } from '../../model/index.ts'

const BAD_ESCAPE = /%(?![0-9A-Fa-f]{2})/
const ESCAPED_BYTE = /%([0-9A-Fa-f]{2})/g

/** Whether a percent sign in `text` begins no escape. */
export function hasBadEscape(text: string): boolean {
  return BAD_ESCAPE.test(text)
}

/**
 * Decodes a name or a value of a form: `+` is a space, and escaped bytes that are no UTF-8 become U+FFFD.
 * @throws {@link MalformedQueryString} a percent sign begins no escape
 * @see https://url.spec.whatwg.org/#urlencoded-parsing
 */
export function formDecode(raw: string): string {
  if (!raw.includes('%')) return raw.includes('+') ? raw.replaceAll('+', ' ') : raw
  const bad = BAD_ESCAPE.exec(raw)
  if (bad !== null) throw malformed(raw.slice(bad.index, bad.index + 3))
  const text = raw.replaceAll('+', ' ')
  try {
    return decodeURIComponent(text)
  } catch {
    return decodeBytes(text)
  }
}

function malformed(pattern: string): MalformedQueryString {
  return new MalformedQueryString(
    pattern.length < 3
      ? 'Incomplete trailing escape % sequence'
      : `Illegal hex character in escape % pattern: ${pattern}`,
  )
}

function decodeBytes(text: string): string {
  const bytes = Buffer.from(text, 'utf8').toString('latin1')
  const unescaped = bytes.replace(ESCAPED_BYTE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(unescaped, 'latin1').toString('utf8')
}
