/** The alphabet of Base32. @see https://www.rfc-editor.org/rfc/rfc4648#section-6 */
export const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Forty bits as eight characters. */
export function base32(bits: number): string {
  let text = ''
  let rest = bits
  for (let position = 0; position < 8; position++) {
    text = BASE32.charAt(rest % 32) + text
    rest = Math.floor(rest / 32)
  }
  return text
}

/** Bytes as Base32. @param bytes - a multiple of five: then there is nothing to pad */
export function base32Text(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at + 5 <= bytes.length; at += 5) {
    let bits = 0
    for (let index = at; index < at + 5; index++) bits = bits * 256 + (bytes[index] ?? 0)
    text += base32(bits)
  }
  return text
}

/** Whether a text of its characters is Base32 without padding: it has whole bytes, and no bit is left that says anything. */
export function isWholeBase32(text: string): boolean {
  const left = (text.length * 5) % 8
  return left < 5 && BASE32.indexOf(text.charAt(text.length - 1)) % 2 ** left === 0
}
