const UNRESERVED = /^[A-Za-z0-9\-._~]*$/
const PERCENT = 0x25
const PLUS = 0x2b

/** How each byte stands in a canonical request: unreserved characters bare, all others `%XX` in upper case. */
const ENCODED: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte)
  return UNRESERVED.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
})

/**
 * Percent-encodes every byte that is not unreserved, `%` included: what is encoded already is encoded once more.
 * @see https://www.rfc-editor.org/rfc/rfc3986#section-2.3
 */
export function encode(text: string): string {
  if (UNRESERVED.test(text)) return text
  let encoded = ''
  for (let index = 0; index < text.length; index++) encoded += ENCODED[text.charCodeAt(index) & 0xff]
  return encoded
}

/**
 * Decodes a name or value of a query string (`+` is a space) and encodes it strictly, byte by byte, so that bytes that
 * are no UTF-8 stay distinct. A `%` that starts no escape stands for itself.
 */
export function reencode(text: string): string {
  if (UNRESERVED.test(text)) return text
  let encoded = ''
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === PERCENT) {
      const byte = byteOfEscape(text, index)
      encoded += ENCODED[byte ?? PERCENT]
      if (byte !== undefined) index += 2
    } else {
      encoded += code === PLUS ? '%20' : ENCODED[code & 0xff]
    }
  }
  return encoded
}

function byteOfEscape(text: string, index: number): number | undefined {
  const high = hexDigit(text.charCodeAt(index + 1))
  const low = hexDigit(text.charCodeAt(index + 2))
  return high === undefined || low === undefined ? undefined : high * 16 + low
}

function hexDigit(code: number): number | undefined {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const letter = code | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : undefined
}
