import { checkPrime, createCipheriv, createECDH, createPrivateKey, hkdfSync, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'

const EXPONENT = 65_537n
/** How many points the curve P-384 has. @see https://doi.org/10.6028/NIST.SP.800-186 section 3.2.1.4 */
const ORDER_OF_P384 = BigInt(
  '0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
)

/**
 * The RSA key that a secret stands for: the same secret and name give the same key, on every node and after every
 * start, so nothing but the secret has to be kept. Primes are taken from the secret's stream as FIPS 186-5 takes them
 * from a generator of random bits. Takes some tenths of a second, of one thread of Node's pool.
 * @param name - of the key, and of the purpose that it is for: no other key of the secret has it
 * @see https://csrc.nist.gov/pubs/fips/186-5/final appendix A.1.3
 */
export async function deriveRsaKey(secret: KeyObject, name: string, bits: 1024 | 2048): Promise<KeyObject> {
  const next = streamOf(secret, name)
  const p = await nextPrime(next, bits / 2)
  const q = await nextPrime(next, bits / 2)
  const d = inverse(EXPONENT, (p - 1n) * (q - 1n))
  const numbers = { n: p * q, e: EXPONENT, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) }
  const key = Object.fromEntries(Object.entries(numbers).map(([member, value]) => [member, base64url(value)]))
  return createPrivateKey({ key: { kty: 'RSA', ...key }, format: 'jwk' })
}

/** The key on the curve P-384 that a secret stands for. @see https://csrc.nist.gov/pubs/fips/186-5/final appendix A.2.1 */
export function deriveP384Key(secret: KeyObject, name: string): KeyObject {
  const d = Buffer.from(deriveNumber(secret, name, ORDER_OF_P384).toString(16).padStart(96, '0'), 'hex')
  const pair = createECDH('secp384r1')
  pair.setPrivateKey(d)
  // Uncompressed: a byte that says so, then both coordinates.
  const point = pair.getPublicKey()
  const [x, y] = [point.subarray(1, 49), point.subarray(49)]
  const numbers = { x: x.toString('base64url'), y: y.toString('base64url'), d: d.toString('base64url') }
  return createPrivateKey({ key: { kty: 'EC', crv: 'P-384', ...numbers }, format: 'jwk' })
}

/** The number that a secret stands for: from 1, and below `bound`. */
export function deriveNumber(secret: KeyObject, name: string, bound: bigint): bigint {
  // Eight bytes more than needed, so that the remainder favours no number.
  return (numberOf(streamOf(secret, name)(byteLength(bound) + 8)) % (bound - 1n)) + 1n
}

/** Bytes without end that only the secret and the name decide. */
function streamOf(secret: KeyObject, name: string): (length: number) => Buffer {
  const key = Buffer.from(hkdfSync('sha256', secret, '', name, 32))
  // The key is used for nothing else, so the counter may begin anywhere.
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16))
  return (length) => cipher.update(Buffer.alloc(length))
}

const isPrime = promisify(checkPrime)

async function nextPrime(next: (length: number) => Buffer, bits: number): Promise<bigint> {
  for (;;) {
    const bytes = next(bits / 8)
    // The two highest bits make the product as long as it has to be; the lowest makes it odd.
    bytes[0] = (bytes[0] ?? 0) | 0xc0
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) | 1
    const candidate = numberOf(bytes)
    if ((candidate - 1n) % EXPONENT !== 0n && (await isPrime(candidate))) return candidate
  }
}

/** `1 / value` modulo `modulus`, by Euclid's algorithm. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [before, rest] = [modulus, value % modulus]
  let [coefficientBefore, coefficient] = [0n, 1n]
  while (rest !== 0n) {
    const quotient = before / rest
    ;[before, rest] = [rest, before - quotient * rest]
    ;[coefficientBefore, coefficient] = [coefficient, coefficientBefore - quotient * coefficient]
  }
  return ((coefficientBefore % modulus) + modulus) % modulus
}

function numberOf(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`)
}

function byteLength(value: bigint): number {
  return Math.ceil(value.toString(16).length / 2)
}

function base64url(value: bigint): string {
  return Buffer.from(value.toString(16).padStart(2 * byteLength(value), '0'), 'hex').toString('base64url')
}
