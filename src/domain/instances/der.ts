/**
 * The few forms of DER that certificates and signatures need, each as its bytes.
 * @see https://www.itu.int/rec/T-REC-X.690
 */
export function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, ...parts)
}

/** SET OF: its members in the order of their bytes. */
export function setOf(...parts: readonly Buffer[]): Buffer {
  return tagged(0x31, ...parts.toSorted(Buffer.compare))
}

/** Whatever tag it has, around its content. */
export function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag, ...lengthOf(content.length)]), content])
}

/** A number from 0 up. */
export function integer(value: bigint | number): Buffer {
  const hex = value.toString(16)
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  // A first bit of 1 would make it negative.
  return tagged(0x02, (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.from([0]), bytes]))
}

export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

export function octets(bytes: Uint8Array): Buffer {
  return tagged(0x04, Buffer.from(bytes))
}

/** Whole bytes as a BIT STRING. */
export function bits(bytes: Uint8Array): Buffer {
  return tagged(0x03, Buffer.from([0]), Buffer.from(bytes))
}

export function utf8(text: string): Buffer {
  return tagged(0x0c, Buffer.from(text))
}

export const NULL: Buffer = tagged(0x05)

/** An instant: two digits for years before 2050, four from then on. @see RFC 5280 section 4.1.2.5 */
export function time(millis: number): Buffer {
  const digits = `${new Date(millis).toISOString().slice(0, 19).replaceAll(/\D/g, '')}Z`
  return digits < '2050' ? tagged(0x17, Buffer.from(digits.slice(2))) : tagged(0x18, Buffer.from(digits))
}

function lengthOf(length: number): readonly number[] {
  if (length < 0x80) return [length]
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff)
  return [0x80 | bytes.length, ...bytes]
}

function base128(value: number): readonly number[] {
  const bytes = [value & 0x7f]
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift(0x80 | (rest & 0x7f))
  return bytes
}
