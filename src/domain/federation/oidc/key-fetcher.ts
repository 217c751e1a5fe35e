import type { Clock } from '../../../platform/clock.ts'
import { OutboundError } from '../../../platform/outbound-exchange.ts'
import type { OutboundHttp } from '../../../platform/outbound-http.ts'
import { memberOf, readJsonObject } from './json-object.ts'
import { type KeySet, readKeySet } from './key-set.ts'

/** Keys as they were fetched, and for how long the issuer wants them to count. */
export interface FetchedKeys {
  readonly keys: KeySet
  readonly freshMs: number
}

/** How keys are asked for. */
export interface KeysAsked {
  /** Ends it. */
  readonly signal: AbortSignal
  /** From where the issuer says by now that they are, whatever it said before. */
  readonly anew: boolean
}

/**
 * `unusable`: it answers, and with something else. `gone`: where the issuer was there is none, or another. The others are
 * those of any request that fails.
 */
type KeysFailure = 'unusable' | 'gone' | 'certificate' | 'unreachable'

/** What the issuer publishes cannot be used. */
export class UnusableKeys extends Error {
  readonly failure: KeysFailure

  constructor(failure: KeysFailure, message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.failure = failure
  }
}

const DISCOVERY_BYTES = 65_536
const JWKS_BYTES = 524_288
const MINUTE_MS = 60_000
/** How long keys count. */
const KEYS_MS = { min: MINUTE_MS, standard: 10 * MINUTE_MS, max: 60 * MINUTE_MS }
/** How long a discovery document counts: it says where the keys are, and hardly ever something else. */
const DISCOVERY_MS = { min: 10 * MINUTE_MS, standard: 60 * MINUTE_MS, max: 24 * 60 * MINUTE_MS }
const NOT_THERE: ReadonlySet<number | undefined> = new Set([404, 410])
const BYTE_ORDER_MARK = Buffer.from('\ufeff')

/**
 * Fetches the keys of an issuer, by way of its discovery document, which is remembered.
 * @see https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
 */
export class KeyFetcher {
  readonly #issuer: string
  readonly #outbound: Pick<OutboundHttp, 'get'>
  readonly #clock: Clock
  #discovered: { readonly jwksUri: string; readonly until: number } | undefined

  /** @param issuer - as its tokens have it in `iss`; `clock` is real time */
  constructor(issuer: string, outbound: Pick<OutboundHttp, 'get'>, clock: Clock) {
    this.#issuer = issuer
    this.#outbound = outbound
    this.#clock = clock
  }

  /** Fetches the keys. @throws {@link UnusableKeys} */
  async fetch({ signal, anew }: KeysAsked): Promise<FetchedKeys> {
    const known = anew ? undefined : this.#discovered
    if (known !== undefined && this.#clock.now() < known.until) {
      const keys = await this.#keysAt(known.jwksUri, signal).catch(unlessUnusable)
      if (keys !== undefined) return keys
    }
    return await this.#keysAt(await this.#discover(signal), signal)
  }

  async #discover(signal: AbortSignal): Promise<string> {
    this.#discovered = undefined
    const url = `${this.#issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
    const { body, cacheControl } = await this.#get(url, DISCOVERY_BYTES, signal).catch(goneUnlessThere)
    const document = readJsonObject(body)
    if (document === undefined) throw new UnusableKeys('unusable', 'the discovery document is no JSON object')
    if (memberOf(document, 'issuer') !== this.#issuer)
      throw new UnusableKeys('gone', 'the discovery document is of another issuer')
    const jwksUri = memberOf(document, 'jwks_uri')
    if (typeof jwksUri !== 'string') throw new UnusableKeys('unusable', 'the discovery document has no jwks_uri')
    this.#discovered = { jwksUri, until: this.#clock.now() + freshMs(cacheControl, DISCOVERY_MS) }
    return jwksUri
  }

  async #keysAt(url: string, signal: AbortSignal): Promise<FetchedKeys> {
    const { body, cacheControl } = await this.#get(url, JWKS_BYTES, signal)
    const keys = readKeySet(body)
    if (keys === undefined) throw new UnusableKeys('unusable', 'what jwks_uri leads to is no key set')
    return { keys, freshMs: freshMs(cacheControl, KEYS_MS) }
  }

  async #get(url: string, maxBytes: number, signal: AbortSignal) {
    try {
      const { origin } = new URL(this.#issuer)
      const answer = await this.#outbound.get({ url, issuer: origin, maxBytes, signal })
      return { ...answer, body: withoutMark(answer.body) }
    } catch (error) {
      throw unusable(error)
    }
  }
}

/** Whoever moved the keys says in discovery where they are now. */
function unlessUnusable(error: unknown): undefined {
  if (!(error instanceof UnusableKeys && error.failure === 'unusable')) throw error
}

/** An issuer that is no longer where it was has no keys any more; one that cannot be reached may be back in a moment. */
function goneUnlessThere(error: unknown): never {
  const { cause } = error instanceof UnusableKeys ? error : {}
  if (cause instanceof OutboundError && NOT_THERE.has(cause.status)) {
    throw new UnusableKeys('gone', `discovery ${cause.message}`, { cause })
  }
  throw error
}

function unusable(error: unknown): unknown {
  if (!(error instanceof OutboundError)) return error
  const { failure, message } = error
  return new UnusableKeys(failure === 'forbidden' || failure === 'refused' ? 'unusable' : failure, message, {
    cause: error,
  })
}

/** Some editors leave it in files; in tokens it is refused. */
function withoutMark(body: Buffer): Buffer {
  return body.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK) ? body.subarray(BYTE_ORDER_MARK.length) : body
}

function freshMs(cacheControl: string | undefined, bounds: typeof KEYS_MS): number {
  const seconds = /(?:^|[\s,])max-age=([0-9]{1,9})(?:$|[\s,])/i.exec(cacheControl ?? '')?.[1]
  if (seconds === undefined) return bounds.standard
  return Math.min(bounds.max, Math.max(bounds.min, Number(seconds) * 1000))
}
