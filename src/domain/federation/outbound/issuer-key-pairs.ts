import { createPublicKey, hash, type KeyObject, type webcrypto } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import {
  deriveP384Key,
  deriveRsaKey,
  type Key,
  type KeyPurpose,
  type KeyRing,
} from '../../../platform/keyring/index.ts'

/** How tokens are signed. @see https://www.rfc-editor.org/rfc/rfc7518#section-3.1 */
export const SIGNING_ALGORITHMS = ['RS256', 'ES384'] as const

/** One of {@link SIGNING_ALGORITHMS}. */
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number]

/** A public key as issuers publish it. */
export interface PublishedJwk {
  readonly alg: SigningAlgorithm
  /** Its thumbprint, so that no two keys have the same. @see https://www.rfc-editor.org/rfc/rfc7638 */
  readonly kid: string
  readonly use: 'sig'
  /** `kty` and the numbers of the key. */
  readonly [member: string]: string
}

/** A key pair of one issuer. */
export interface KeyPair {
  readonly algorithm: SigningAlgorithm
  readonly jwk: PublishedJwk
  readonly privateKey: webcrypto.CryptoKey
}

/** What the keys of a kind of issuer are made of: a purpose of the ring for each algorithm that it signs with. */
export interface IssuerPurposes extends Readonly<Partial<Record<SigningAlgorithm, KeyPurpose>>> {
  /** Tells keys of kinds of issuers apart. */
  readonly label: string
}

const OUTBOUND: IssuerPurposes = { label: 'outbound', RS256: 'outbound-rs256', ES384: 'outbound-es384' }

interface Kind {
  /** The members that the thumbprint is made of, in its order. */
  readonly members: readonly string[]
  derive(secret: KeyObject, name: string): Promise<KeyObject> | KeyObject
  importFor: webcrypto.RsaHashedImportParams | webcrypto.EcKeyImportParams
}

const KINDS: Readonly<Record<SigningAlgorithm, Kind>> = {
  RS256: {
    members: ['e', 'kty', 'n'],
    derive: (secret, name) => deriveRsaKey(secret, name, 2048),
    importFor: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  },
  ES384: {
    members: ['crv', 'kty', 'x', 'y'],
    derive: deriveP384Key,
    importFor: { name: 'ECDSA', namedCurve: 'P-384' },
  },
}

/** Pairs that are remembered: two for each issuer, and while keys follow each other up to six. */
const MOST_PAIRS = 3000

/**
 * The key pairs of issuers. Each issuer has its own, derived from the ring's keys and the issuer's id: nodes that share a
 * ring sign and publish alike, nothing else is kept, and no issuer's key ever verifies what another one signed.
 */
export class IssuerKeyPairs {
  readonly #keyring: KeyRing
  readonly #purposes: IssuerPurposes
  /** Made with the first pair: its place is taken at once, and most nodes sign nothing. */
  #pairs: LRUCache<string, Promise<KeyPair>> | undefined
  #turn: Promise<unknown> = Promise.resolve()

  /** @param purposes - those of accounts that vouch for their principals, unless told otherwise */
  constructor(keyring: KeyRing, purposes: IssuerPurposes = OUTBOUND) {
    this.#keyring = keyring
    this.#purposes = purposes
  }

  /** The pair that signs now. */
  signing(issuerId: string, algorithm: SigningAlgorithm): Promise<KeyPair> {
    const purpose = this.#purposes[algorithm]
    if (purpose === undefined) throw new Error(`these issuers do not sign with ${algorithm}`)
    return this.#pair(issuerId, algorithm, this.#keyring.active(purpose))
  }

  /** The public keys of all that may verify something: those that will sign, those that do, and those that did. */
  async published(issuerId: string): Promise<readonly PublishedJwk[]> {
    const jwks: PublishedJwk[] = []
    for (const algorithm of SIGNING_ALGORITHMS) {
      const purpose = this.#purposes[algorithm]
      if (purpose === undefined) continue
      for (const key of this.#keyring.all(purpose)) {
        jwks.push((await this.#pair(issuerId, algorithm, key)).jwk)
      }
    }
    return jwks
  }

  /** Finding primes takes a moment: each pair is made when it is first needed, and then remembered. */
  #pair(issuerId: string, algorithm: SigningAlgorithm, key: Key): Promise<KeyPair> {
    const name = `${key.id} ${issuerId}`
    this.#pairs ??= new LRUCache({ max: MOST_PAIRS })
    const pairs = this.#pairs
    const known = pairs.get(name)
    if (known !== undefined) return known
    // One at a time: whoever asks for many issuers at once holds no more than one thread.
    const made = this.#turn.then(() => makePair(`${this.#purposes.label}/v1/${algorithm}/${issuerId}`, algorithm, key))
    this.#turn = made.catch(() => pairs.delete(name))
    pairs.set(name, made)
    return made
  }
}

async function makePair(name: string, algorithm: SigningAlgorithm, { material }: Key): Promise<KeyPair> {
  const { derive, members, importFor } = KINDS[algorithm]
  const key = await derive(material, `rolecall/${name}`)
  const exported = new Map(Object.entries(createPublicKey(key).export({ format: 'jwk' })))
  const numbers = Object.fromEntries(members.map((member) => [member, String(exported.get(member))]))
  const kid = hash('sha256', JSON.stringify(numbers), 'base64url')
  return {
    algorithm,
    jwk: { alg: algorithm, kid, use: 'sig', ...numbers },
    privateKey: key.toCryptoKey(importFor, false, ['sign']),
  }
}
