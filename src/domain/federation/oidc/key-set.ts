import { X509Certificate } from 'node:crypto'
import type { CryptoKey, JWK } from 'jose'
import { isObject, type JsonObject, memberOf, parseShallow } from './json-object.ts'
import { type Jwt, notAJwt } from './read-jwt.ts'

/** The key types that a signature algorithm takes. @see https://www.rfc-editor.org/rfc/rfc7518#section-3.1 */
const ALGORITHMS = {
  RS256: 'RSA',
  RS384: 'RSA',
  RS512: 'RSA',
  ES256: 'P-256',
  ES384: 'P-384',
  ES512: 'P-521',
} as const

/** A signature algorithm that AWS takes: asymmetric, every one. */
export type Algorithm = keyof typeof ALGORITHMS
type KeyType = (typeof ALGORITHMS)[Algorithm]

/** Whether a token's `alg` is one that is taken. */
export function isAlgorithm(value: unknown): value is Algorithm {
  return typeof value === 'string' && Object.hasOwn(ALGORITHMS, value)
}

/** The algorithm that a token is signed with. @throws {@link InvalidIdentityToken} for one that is not taken */
export function takenAlgorithm({ algorithm }: Pick<Jwt, 'algorithm'>): Algorithm {
  if (!isAlgorithm(algorithm)) throw notAJwt('another algorithm')
  return algorithm
}

const MOST_KEYS_OF_A_KIND = 100
/** Colons, commas and brackets of all keys together: 400 keys with ten members each have fewer. */
const MOST_MARKS = 10_000
/** Cost grows with the square of a modulus, and with an exponent: nobody makes us work longer than for these. */
const RSA_BITS = { min: 2048, max: 8192 }
/** An exponent of 1 signs nothing at all. */
const EXPONENT_BITS = { min: 2, max: 32 }

/** A public key as it was published, made usable when it is first asked for: a set has many, and tokens name few. */
export class PublishedKey {
  readonly type: KeyType
  readonly #jwk: JWK
  readonly #certificate: unknown
  readonly #imported = new Map<Algorithm, Promise<CryptoKey | undefined>>()

  constructor(type: KeyType, jwk: JWK, certificate: unknown) {
    this.type = type
    this.#jwk = jwk
    this.#certificate = certificate
  }

  /** The key to verify with; `undefined` when it turns out to be none. */
  usedFor(algorithm: Algorithm): Promise<CryptoKey | undefined> {
    let imported = this.#imported.get(algorithm)
    if (imported === undefined) {
      imported = this.#prepare(algorithm)
      this.#imported.set(algorithm, imported)
    }
    return imported
  }

  async #prepare(algorithm: Algorithm): Promise<CryptoKey | undefined> {
    if (this.#certificate !== undefined && !isOf(this.#certificate, this.#jwk)) return undefined
    const { importJWK } = await import('jose')
    const key = await importJWK(this.#jwk, algorithm).catch(() => undefined)
    return key === undefined || key instanceof Uint8Array ? undefined : key
  }
}

/**
 * The keys that an issuer publishes. Only public ones that can be named and may verify: others are passed over.
 * @see https://www.rfc-editor.org/rfc/rfc7517
 */
export class KeySet {
  readonly #keys: ReadonlyMap<string, PublishedKey>

  constructor(keys: ReadonlyMap<string, PublishedKey>) {
    this.#keys = keys
  }

  /** The key for a token: of its id, or the only one that there is for its algorithm when the token names none. */
  find(keyId: string | undefined, algorithm: Algorithm): PublishedKey | undefined {
    const type = ALGORITHMS[algorithm]
    if (keyId !== undefined) {
      const key = this.#keys.get(keyId)
      return key?.type === type ? key : undefined
    }
    let only: PublishedKey | undefined
    for (const key of this.#keys.values()) {
      if (key.type !== type) continue
      if (only !== undefined) return undefined
      only = key
    }
    return only
  }
}

/** Reads a JSON Web Key Set; `undefined` when it is none. Of more than 100 keys of a kind none of that kind counts. */
export function readKeySet(bytes: Uint8Array): KeySet | undefined {
  const keys = keysIn(bytes)
  if (keys === undefined) return undefined
  const counted = { RSA: 0, EC: 0 }
  const usable = new Map<string, PublishedKey>()
  for (const jwk of keys) {
    if (!isObject(jwk)) continue
    const kty = memberOf(jwk, 'kty')
    if (kty === 'RSA' || kty === 'EC') counted[kty] += 1
    const keyId = memberOf(jwk, 'kid')
    if (typeof keyId !== 'string' || !mayVerify(jwk)) continue
    const key = kty === 'RSA' ? rsaKey(jwk) : kty === 'EC' ? ecKey(jwk) : undefined
    // As at AWS, a later one of the same id takes the place of the earlier one.
    if (key !== undefined) usable.set(keyId, key)
  }
  for (const [keyId, { type }] of usable) {
    if (counted[type === 'RSA' ? 'RSA' : 'EC'] > MOST_KEYS_OF_A_KIND) usable.delete(keyId)
  }
  return new KeySet(usable)
}

function keysIn(bytes: Uint8Array): readonly unknown[] | undefined {
  try {
    // Not `readJsonObject`, which is bounded for tokens; a member that stands there twice is the issuer's own affair.
    const value = parseShallow(bytes, MOST_MARKS)
    const keys = isObject(value) ? memberOf(value, 'keys') : undefined
    return Array.isArray(keys) ? keys : undefined
  } catch {
    return undefined
  }
}

/** What only a private key has. @see https://www.rfc-editor.org/rfc/rfc7518#section-6 */
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const

/** A private key that is published is everybody's. */
function mayVerify(jwk: JsonObject): boolean {
  const use = memberOf(jwk, 'use') ?? undefined
  const operations = memberOf(jwk, 'key_ops') ?? undefined
  if (PRIVATE.some((name) => Object.hasOwn(jwk, name)) || (use !== undefined && use !== 'sig')) return false
  return operations === undefined || (Array.isArray(operations) && operations.includes('verify'))
}

function rsaKey(jwk: JsonObject): PublishedKey | undefined {
  const n = memberOf(jwk, 'n')
  const e = memberOf(jwk, 'e')
  if (typeof n !== 'string' || typeof e !== 'string') return undefined
  if (!lies(bitsOf(n), RSA_BITS) || !lies(bitsOf(e), EXPONENT_BITS)) return undefined
  return new PublishedKey('RSA', { kty: 'RSA', n, e }, memberOf(jwk, 'x5c'))
}

function ecKey(jwk: JsonObject): PublishedKey | undefined {
  const crv = memberOf(jwk, 'crv')
  const x = memberOf(jwk, 'x')
  const y = memberOf(jwk, 'y')
  if (typeof x !== 'string' || typeof y !== 'string') return undefined
  if (crv !== 'P-256' && crv !== 'P-384' && crv !== 'P-521') return undefined
  return new PublishedKey(crv, { kty: 'EC', crv, x, y }, memberOf(jwk, 'x5c'))
}

function lies(bits: number, { min, max }: { readonly min: number; readonly max: number }): boolean {
  return bits >= min && bits <= max
}

function bitsOf(number: string): number {
  const bytes = Buffer.from(number, 'base64url')
  let zeros = 0
  while (zeros < bytes.length && bytes[zeros] === 0) zeros++
  const [first = 0] = bytes.subarray(zeros)
  return (bytes.length - zeros) * 8 - (first === 0 ? 0 : Math.clz32(first) - 24)
}

/** Whether the first certificate that comes with a key is of that key: AWS takes none that contradicts it. */
function isOf(certificates: unknown, jwk: JWK): boolean {
  const first: unknown = Array.isArray(certificates) ? certificates[0] : undefined
  if (typeof first !== 'string') return false
  try {
    const { n, e, x, y } = new X509Certificate(Buffer.from(first, 'base64')).publicKey.export({ format: 'jwk' })
    return n === jwk.n && e === jwk.e && x === jwk.x && y === jwk.y
  } catch {
    return false
  }
}
