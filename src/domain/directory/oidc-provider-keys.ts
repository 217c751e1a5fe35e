import { createPublicKey, type JsonWebKey, type KeyObject, X509Certificate } from 'node:crypto'

/** What only a private key has. @see https://www.rfc-editor.org/rfc/rfc7518#section-6 */
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const
const CURVES: ReadonlySet<unknown> = new Set(['P-256', 'P-384', 'P-521'])
const RSA_BITS = { min: 2048, max: 8192 }
const EXPONENTS = { min: 3n, max: 0xffff_ffffn }
const MOST_OF_A_KIND = 100

/**
 * What is wrong with the JSON Web Key Set of a provider, as sentences: whatever no token could be verified with. It is the
 * only chance to say so, since a key that is passed over later looks like one that is not there.
 */
export function faultsOfKeys(text: string): readonly string[] {
  const keys = keysIn(text)
  if (keys === undefined || keys.length === 0) {
    return ['must be a JSON Web Key Set: { "keys": [...] } with at least one key']
  }
  const faults = keys.flatMap((key, index) => {
    const fault = typeof key === 'object' && key !== null ? faultOf({ ...key }) : 'must be an RSA or EC key'
    return fault === undefined ? [] : [`keys.${index} ${fault}`]
  })
  for (const kind of ['RSA', 'EC']) {
    const count = keys.filter(
      (key) => typeof key === 'object' && key !== null && 'kty' in key && key.kty === kind,
    ).length
    if (count > MOST_OF_A_KIND) faults.push(`at most ${MOST_OF_A_KIND} ${kind} keys`)
  }
  return faults
}

function faultOf(jwk: JsonWebKey & Readonly<Record<string, unknown>>): string | undefined {
  const { kty, kid, use, x5c } = jwk
  if (kty !== 'RSA' && kty !== 'EC') return 'must be an RSA or EC key'
  if (PRIVATE.some((name) => Object.hasOwn(jwk, name))) return 'is a private key: only its public part belongs here'
  if (typeof kid !== 'string' || kid === '') return 'needs a kid: tokens name their key by it'
  const operations = jwk['key_ops'] ?? ['verify']
  if ((use ?? 'sig') !== 'sig' || !Array.isArray(operations) || !operations.includes('verify')) {
    return 'is not for signatures: leave use and key_ops out, or say "sig" and ["verify"]'
  }
  if (kty === 'EC' && !CURVES.has(jwk.crv)) return 'must be of the curve P-256, P-384 or P-521'
  const key = publicKeyOf(jwk)
  if (key === undefined) return 'is no public key: its numbers make none'
  if (kty === 'RSA' && !isTakenRsa(key))
    return `must have ${RSA_BITS.min} to ${RSA_BITS.max} bits, and an exponent of 32 at most`
  return x5c === undefined || isCertified(key, x5c)
    ? undefined
    : 'is not the key of its first certificate: leave x5c out'
}

function publicKeyOf({ kty, n, e, crv, x, y }: JsonWebKey): KeyObject | undefined {
  try {
    const key = kty === 'RSA' ? { kty, n, e } : { kty, crv, x, y }
    return createPublicKey({ key: JSON.parse(JSON.stringify(key)), format: 'jwk' })
  } catch {
    return undefined
  }
}

function isTakenRsa({ asymmetricKeyDetails }: KeyObject): boolean {
  const { modulusLength = 0, publicExponent = 0n } = asymmetricKeyDetails ?? {}
  return (
    modulusLength >= RSA_BITS.min &&
    modulusLength <= RSA_BITS.max &&
    publicExponent >= EXPONENTS.min &&
    publicExponent <= EXPONENTS.max
  )
}

function isCertified(key: KeyObject, certificates: unknown): boolean {
  const first: unknown = Array.isArray(certificates) ? certificates[0] : undefined
  if (typeof first !== 'string') return false
  try {
    return new X509Certificate(Buffer.from(first, 'base64')).publicKey.equals(key)
  } catch {
    return false
  }
}

function keysIn(text: string): readonly unknown[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null || !('keys' in parsed)) return undefined
    return Array.isArray(parsed.keys) ? parsed.keys : undefined
  } catch {
    return undefined
  }
}
