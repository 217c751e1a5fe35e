import { deriveSigningKey, type PresentedSignature, type SigningKey } from '../../engines/sigv4/index.ts'
import type { Secret } from '../../model/index.ts'

const SCOPES_PER_SECRET = 8

type CredentialScope = Pick<PresentedSignature, 'date' | 'region' | 'service'>

interface Derived extends CredentialScope {
  readonly key: SigningKey
}

/**
 * Signing keys that were derived already: deriving one costs four HMACs, using it one. They live exactly as long as the
 * secret they come from is remembered, and a secret has them for few scopes: a client signs for one day and region.
 */
export class SigningKeys {
  readonly #derived = new WeakMap<Secret, Derived[]>()

  /** The key that `secret` signs with in that scope. */
  of(secret: Secret, { date, region, service }: CredentialScope): SigningKey {
    let known = this.#derived.get(secret)
    if (known === undefined) {
      known = []
      this.#derived.set(secret, known)
    }
    for (const each of known) {
      if (each.date === date && each.region === region && each.service === service) return each.key
    }
    const key = deriveSigningKey(secret, { date, region, service })
    if (known.length === SCOPES_PER_SECRET) known.shift()
    known.push({ date, region, service, key })
    return key
  }
}
