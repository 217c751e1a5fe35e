import { type Fault, IdpCommunicationError, InvalidIdentityToken } from '../../../model/index.ts'
import type { Clock } from '../../../platform/clock.ts'
import { type FetchedKeys, type KeysAsked, UnusableKeys } from './key-fetcher.ts'
import type { Algorithm, KeySet, PublishedKey } from './key-set.ts'

/** What the keys of an issuer are made of. */
export interface IssuerKeysParts {
  /** Fetches them. @throws {@link UnusableKeys} */
  fetch(asked: KeysAsked): Promise<FetchedKeys>
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
/** For all that is asked of an issuer at once. */
const TIME_MS = 3 * SECOND_MS
/** How long nobody tries again what has just failed. */
const FAILED_MS = 10 * SECOND_MS
/** Between two looks for keys that nobody has heard of: a new one is seen within this time. */
const COOL_DOWN_MS = 30 * SECOND_MS
/** How long keys count that should have been fetched again and are being fetched: nobody waits for what they have. */
const GRACE_MS = 60 * SECOND_MS
/** How long keys count that cannot be fetched anew. One that was removed meanwhile goes on as long. */
const STALE_MS = 24 * 3600 * SECOND_MS
/**
 * Requests that wait for one issuer; more are told to come again, so that an issuer that hangs holds little memory. Anybody
 * can name a key that there is not: those who do take no places of others.
 */
const MOST_WAITING = { holders: 256, strangers: 32 }

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
  readonly #waiting = { holders: 0, strangers: 0 }

  constructor(parts: IssuerKeysParts) {
    this.#parts = parts
  }

  /**
   * The key that a token names, and for whoever finds that it did not sign the token the one that has taken its place:
   * there are issuers with one name for all their keys.
   * @throws {@link InvalidIdentityToken}, {@link IdpCommunicationError}
   */
  async *candidates(keyId: string | undefined, algorithm: Algorithm, wait: Wait): AsyncGenerator<PublishedKey> {
    const before = this.#known
    await this.#refresh(this.#find(keyId, algorithm) === undefined ? 'strangers' : 'holders', wait)
    const key = this.#find(keyId, algorithm)
    if (key !== undefined) yield key
    // What was fetched for this very request is not fetched once more.
    if (this.#known === before) await this.#lookAgain(wait)
    const other = this.#find(keyId, algorithm)
    if (other !== undefined && other !== key) yield other
    if (key !== undefined || other !== undefined) return
    throw this.#failure === undefined ? noKey('no such key') : faultOf(this.#failure.cause)
  }

  #find(keyId: string | undefined, algorithm: Algorithm): PublishedKey | undefined {
    return this.#known?.keys.find(keyId, algorithm)
  }

  /** Afterwards keys are known that still count. @throws Fault when there are none */
  async #refresh(who: keyof typeof MOST_WAITING, wait: Wait): Promise<void> {
    const now = this.#now()
    if (this.#known !== undefined && now - this.#known.fetchedAt >= STALE_MS) this.#known = undefined
    const known = this.#known
    if (known !== undefined && now < known.freshUntil) return
    const load = this.#load(false)
    // Whoever names a key that is known does not wait in the beginning, nor for another try where one has failed.
    const servesAtOnce = known !== undefined && (this.#failure !== undefined || now < known.freshUntil + GRACE_MS)
    if (servesAtOnce && who === 'holders') return
    await this.#waitFor(load, known === undefined ? 'strangers' : who, wait)
    if (this.#known === undefined && this.#failure !== undefined) throw faultOf(this.#failure.cause)
  }

  /** Looks whether there are new keys, not more often than the cool-down lets anybody. */
  async #lookAgain(wait: Wait): Promise<void> {
    if (this.#loading === undefined && this.#now() - this.#lookedAt < COOL_DOWN_MS) return
    const load = this.#load(true)
    if (load !== undefined) this.#lookedAt = this.#now()
    await this.#waitFor(load, 'strangers', wait)
  }

  /** Fetches, unless that is under way, or has just failed. Never rejects, and always ends. */
  #load(anew: boolean): Promise<void> | undefined {
    const failing = this.#failure !== undefined && this.#now() - this.#failure.at < FAILED_MS
    if (this.#loading === undefined && !failing) {
      this.#loading = this.#fetch(anew).finally(() => {
        this.#loading = undefined
      })
    }
    return this.#loading
  }

  async #fetch(anew: boolean): Promise<void> {
    const signal = AbortSignal.timeout(TIME_MS)
    try {
      const { keys, freshMs } = await inTime(this.#parts.fetch({ signal, anew }), signal)
      const fetchedAt = this.#now()
      this.#known = { keys, fetchedAt, freshUntil: fetchedAt + freshMs }
      this.#failure = undefined
    } catch (error) {
      const cause = error instanceof UnusableKeys ? error : new UnusableKeys('unusable', 'a bug', { cause: error })
      this.#failure = { cause, at: this.#now() }
      if (cause.failure === 'gone') this.#known = undefined
    }
  }

  async #waitFor(load: Promise<void> | undefined, who: keyof typeof MOST_WAITING, wait: Wait): Promise<void> {
    if (load === undefined) return
    if (this.#waiting[who] >= MOST_WAITING[who]) throw new IdpCommunicationError('too many wait for the issuer')
    this.#waiting[who] += 1
    try {
      await wait(load)
    } finally {
      this.#waiting[who] -= 1
    }
  }

  #now(): number {
    return this.#parts.clock.now()
  }
}

/** Does not rely on anybody: what never ends ends with the time, and everybody who waits for it with it. */
async function inTime<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>()
  const end = (): void => reject(new UnusableKeys('unreachable', 'none in time'))
  signal.addEventListener('abort', end, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', end)
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
    case 'gone':
    case 'unusable':
      return noKey(cause.message, cause)
  }
}
