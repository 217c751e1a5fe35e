import { type Fault, IdpCommunicationError, InvalidIdentityToken } from '../../../model/index.ts'
import type { Clock } from '../../../platform/clock.ts'
import { type FetchedKeys, UnusableKeys } from './fetch-keys.ts'
import type { Algorithm, KeySet, PublishedKey } from './key-set.ts'

/** What the keys of an issuer are made of. */
export interface IssuerKeysParts {
  /** Fetches them. @throws {@link UnusableKeys} */
  fetch(): Promise<FetchedKeys>
  /** Real time. */
  readonly clock: Clock
}

/** Waits for the issuer, and lets others work meanwhile. */
export type Wait = (load: Promise<void>) => Promise<void>

interface Known {
  readonly keys: KeySet
  readonly fetchedAt: number
  readonly freshUntil: number
}

const SECOND_MS = 1000
/** How long nobody tries again what has just failed. */
const FAILED_MS = 10 * SECOND_MS
/** Between two looks for keys that nobody has heard of: a new one is seen within this time. */
const COOL_DOWN_MS = 30 * SECOND_MS
/** How long keys count that cannot be fetched anew. One that was removed meanwhile goes on as long. */
const STALE_MS = 24 * 3600 * SECOND_MS
/** Requests that wait for one issuer; more are told to come again, so that an issuer that hangs holds little memory. */
const MOST_WAITING = 32

/**
 * The keys of one issuer: fetched when they are first needed, again when they are old, and when a token names one that is
 * not known. Whoever needs them at the same time waits for one fetch. What fails is not tried by every request.
 */
export class IssuerKeys {
  readonly #parts: IssuerKeysParts
  #known: Known | undefined
  #failure: { readonly cause: UnusableKeys; readonly at: number } | undefined
  #loading: Promise<void> | undefined
  #lookedAt = Number.NEGATIVE_INFINITY
  #waiting = 0

  constructor(parts: IssuerKeysParts) {
    this.#parts = parts
  }

  /** The key that a token names. @throws {@link InvalidIdentityToken}, {@link IdpCommunicationError} */
  async find(keyId: string | undefined, algorithm: Algorithm, wait: Wait): Promise<PublishedKey> {
    const before = this.#known
    await this.#refresh(wait)
    const key = this.#find(keyId, algorithm)
    if (key !== undefined) return key
    // What was fetched for this very request is not fetched once more.
    if (this.#known === before) await this.#lookAgain(wait)
    const found = this.#find(keyId, algorithm)
    if (found !== undefined) return found
    throw this.#failure === undefined ? noKey('no such key') : faultOf(this.#failure.cause)
  }

  #find(keyId: string | undefined, algorithm: Algorithm): PublishedKey | undefined {
    return this.#known?.keys.find(keyId, algorithm)
  }

  /** Afterwards keys are known that still count. @throws Fault when there are none */
  async #refresh(wait: Wait): Promise<void> {
    const now = this.#now()
    const known = this.#known
    if (known !== undefined && now < known.freshUntil) return
    const serves = known !== undefined && now - known.fetchedAt < STALE_MS
    const load = this.#load()
    // It failed before: whoever names a key that is known does not wait for another try.
    if (serves && this.#failure !== undefined) return
    await this.#waitFor(load, wait)
    if (this.#failure === undefined || serves) return
    this.#known = undefined
    throw faultOf(this.#failure.cause)
  }

  /** Looks whether there are new keys, not more often than the cool-down lets anybody. */
  async #lookAgain(wait: Wait): Promise<void> {
    if (this.#loading === undefined && this.#now() - this.#lookedAt < COOL_DOWN_MS) return
    const load = this.#load()
    if (load !== undefined) this.#lookedAt = this.#now()
    await this.#waitFor(load, wait)
  }

  /** Fetches, unless that is under way, or has just failed. Never rejects. */
  #load(): Promise<void> | undefined {
    const failing = this.#failure !== undefined && this.#now() - this.#failure.at < FAILED_MS
    if (this.#loading === undefined && !failing) {
      this.#loading = this.#fetch().finally(() => {
        this.#loading = undefined
      })
    }
    return this.#loading
  }

  async #fetch(): Promise<void> {
    try {
      const { keys, freshMs } = await this.#parts.fetch()
      const fetchedAt = this.#now()
      this.#known = { keys, fetchedAt, freshUntil: fetchedAt + freshMs }
      this.#failure = undefined
    } catch (error) {
      const cause = error instanceof UnusableKeys ? error : new UnusableKeys('unusable', 'a bug', { cause: error })
      this.#failure = { cause, at: this.#now() }
    }
  }

  async #waitFor(load: Promise<void> | undefined, wait: Wait): Promise<void> {
    if (load === undefined) return
    if (this.#waiting >= MOST_WAITING) throw new IdpCommunicationError('too many wait for the issuer')
    this.#waiting += 1
    try {
      await wait(load)
    } finally {
      this.#waiting -= 1
    }
  }

  #now(): number {
    return this.#parts.clock.now()
  }
}

/** AWS's answer when there is no key for a token; there are two spaces in it. @param detail - for the log */
export function noKey(detail: string, cause?: unknown): InvalidIdentityToken {
  return new InvalidIdentityToken(
    "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
    { detail, cause },
  )
}

const FORGED = 'the signature does not verify'

/** The answer to a signature that is none: that to an unknown key, because which of the two it was is no forger's business. */
export function noSignature(cause: unknown): InvalidIdentityToken {
  return noKey(FORGED, cause)
}

/** Whether it was the signature, for those whose business it is. */
export function isOfSignature({ detail }: Fault): boolean {
  return detail === FORGED
}

function faultOf(cause: UnusableKeys): Fault {
  switch (cause.failure) {
    case 'unreachable':
      return new IdpCommunicationError(cause.message, { cause })
    case 'certificate':
      return new InvalidIdentityToken(
        "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
        { detail: cause.message, cause },
      )
    case 'unusable':
      return noKey(cause.message, cause)
  }
}
