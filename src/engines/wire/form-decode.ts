import { MalformedQueryString } from '../../model/index.ts'

const BAD_ESCAPE = /%(?![0-9A-Fa-f]{2})/
const PERCENT = 0x25
const PLUS = 0x2b
const SPACE = 0x20

/** What a byte is worth as a hexadecimal digit; -1 when it is none. */
const HEX_DIGITS = new Int8Array(256).fill(-1)
for (let digit = 0; digit < 16; digit++) {
  const text = digit.toString(16)
  HEX_DIGITS[text.charCodeAt(0)] = digit
  HEX_DIGITS[text.toUpperCase().charCodeAt(0)] = digit
}

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
  if (!raw.includes('%') && !raw.includes('+')) return raw
  // One pass, in place: decoded text is never longer.
  const bytes = Buffer.from(raw, 'utf8')
  let length = 0
  for (let index = 0; index < bytes.length; index++) {
    let byte = bytes[index] ?? 0
    if (byte === PLUS) byte = SPACE
    else if (byte === PERCENT) {
      // Negative when either of them is no digit, or is not there.
      byte = (hexDigit(bytes[index + 1]) << 4) | hexDigit(bytes[index + 2])
      if (byte < 0) throw malformed(raw)
      index += 2
    }
    bytes[length++] = byte
  }
  return bytes.toString('utf8', 0, length)
}

function hexDigit(byte: number | undefined): number {
  return HEX_DIGITS[byte ?? 0] ?? -1
}

function malformed(raw: string): MalformedQueryString {
  const at = raw.search(BAD_ESCAPE)
  const pattern = raw.slice(at, at + 3)
  return new MalformedQueryString(
    pattern.length < 3
      ? 'Incomplete trailing escape % sequence'
      : `Illegal hex character in escape % pattern: ${pattern}`,
  )
}
