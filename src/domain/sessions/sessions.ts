import { LRUCache } from 'lru-cache'
import {
  type AccountId,
  accessKeyId,
  type EpochMillis,
  epochMillis,
  PackedPolicyTooLarge,
  type Secret,
  type Session,
  type SessionHolder,
  type SessionTerms,
  type TemporaryCredentials,
} from '../../model/index.ts'
import type { KeyRing } from '../../platform/keyring/index.ts'
import type { Random } from '../../platform/random.ts'
import { toClaims, toSession } from './session-claims.ts'
import { secretOf } from './session-secret.ts'
import { openToken, type SealHeader, sealHeader, sealToken } from './session-token.ts'

/** What a new session is to be. */
export interface SessionRequest {
  readonly account: AccountId
  readonly holder: SessionHolder
  readonly issuedAt: EpochMillis
  readonly lifetimeMs: number
  readonly terms: SessionTerms
}

/** A session token that was opened: what it means, and the secret that must have signed beside it. */
export interface OpenedSession {
  readonly session: Session
  readonly secretAccessKey: Secret
}

interface SeenSession extends OpenedSession {
  readonly sealKeyId: string
  readonly deriveKeyId: string
}

/** Makes temporary credentials and opens their tokens. Nothing is kept per session but a cache that may forget. */
export class Sessions {
  readonly #keyring: KeyRing
  readonly #random: Random
  readonly #seen: LRUCache<string, SeenSession>
  #header: SealHeader | undefined

  constructor(parts: { keyring: KeyRing; random: Random; cachedSessions: number }) {
    this.#keyring = parts.keyring
    this.#random = parts.random
    this.#seen = new LRUCache({ max: parts.cachedSessions })
  }

  /**
   * Mints the credentials of a session. Who may have them was decided before.
   * @throws {@link PackedPolicyTooLarge} when what it is limited and marked by makes the token too long to travel
   */
  mint(request: SessionRequest): { readonly session: Session; readonly credentials: TemporaryCredentials } {
    const { account, holder, issuedAt, lifetimeMs, terms } = request
    const randomness = this.#random.bytes(21)
    const id = randomness.toString('base64url', 0, 16)
    const keyId = accessKeyId('ASIA', account, randomness.subarray(16))
    const expiresAt = epochMillis(issuedAt + lifetimeMs)
    const session = { id, accessKeyId: keyId, account, holder, issuedAt, expiresAt, terms }

    const deriveKey = this.#keyring.active('session-secret')
    const claims = toClaims(session, deriveKey.id)
    const sessionToken = sealToken(claims, this.#sealHeader(), this.#random)
    if (sessionToken === undefined) {
      throw new PackedPolicyTooLarge(
        'The session token would be too long, please use smaller policies, tags and names.',
      )
    }
    const secretAccessKey = secretOf(sessionToken, deriveKey)
    return { session, credentials: { sessionId: id, accessKeyId: keyId, secretAccessKey, sessionToken, expiresAt } }
  }

  /**
   * Opens a session token; `undefined` whatever the reason it does not open: not ours, damaged, or sealed under a key
   * that is destroyed. Expiry and the role's existence are for whoever authenticates.
   */
  open(token: string): OpenedSession | undefined {
    const seen = this.#seen.get(token)
    if (seen !== undefined && this.#stillOpens(seen)) return seen
    const opened = openToken(token, this.#keyring)
    const deriveKey = opened && this.#keyring.find('session-secret', opened.claims.dkid)
    if (opened === undefined || deriveKey === undefined) return undefined
    const fresh = {
      session: toSession(opened.claims),
      secretAccessKey: secretOf(token, deriveKey),
      sealKeyId: opened.keyId,
      deriveKeyId: deriveKey.id,
    }
    // Keyed by the whole text: it is canonical, or it would not have opened.
    this.#seen.set(token, fresh)
    return fresh
  }

  #sealHeader(): SealHeader {
    const key = this.#keyring.active('session-seal')
    if (this.#header?.key !== key) this.#header = sealHeader(key)
    return this.#header
  }

  /** A destroyed key ends every session under it at once, remembered or not. */
  #stillOpens({ sealKeyId, deriveKeyId }: SeenSession): boolean {
    return (
      this.#keyring.find('session-seal', sealKeyId) !== undefined &&
      this.#keyring.find('session-secret', deriveKeyId) !== undefined
    )
  }
}
