import { OutboundError, type OutboundFailure } from '../../../platform/outbound-exchange.ts'
import type { OutboundHttp } from '../../../platform/outbound-http.ts'
import { memberOf, readJsonObject } from './json-object.ts'
import { type KeySet, readKeySet } from './key-set.ts'

/** Keys as they were fetched, and for how long the issuer wants them to count. */
export interface FetchedKeys {
  readonly keys: KeySet
  readonly freshMs: number
}

/** What the issuer publishes is not usable: it answers, and with something else. */
export class UnusableKeys extends Error {
  readonly failure: Exclude<OutboundFailure, 'forbidden' | 'refused'> | 'unusable'

  constructor(failure: UnusableKeys['failure'], message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.failure = failure
  }
}

/** For discovery and keys together. */
const TIME_MS = 3000
const DISCOVERY_BYTES = 65_536
const JWKS_BYTES = 524_288
const MINUTE_MS = 60_000
const FRESH_MS = { min: MINUTE_MS, standard: 10 * MINUTE_MS, max: 60 * MINUTE_MS }

/**
 * Fetches the keys of an issuer, by way of its discovery document.
 * @param issuer - as its tokens have it in `iss`
 * @throws {@link UnusableKeys}
 * @see https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
 */
export async function fetchKeys(issuer: string, outbound: Pick<OutboundHttp, 'get'>): Promise<FetchedKeys> {
  const signal = AbortSignal.timeout(TIME_MS)
  const origin = new URL(issuer).origin
  const get = async (url: string, maxBytes: number) => {
    try {
      return await outbound.get({ url, issuer: origin, maxBytes, signal })
    } catch (error) {
      throw unusable(error)
    }
  }
  const discovery = await get(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, DISCOVERY_BYTES)
  const document = readJsonObject(discovery.body)
  if (document === undefined) throw new UnusableKeys('unusable', 'the discovery document is no JSON object')
  if (memberOf(document, 'issuer') !== issuer)
    throw new UnusableKeys('unusable', 'the discovery document is of another issuer')
  const url = memberOf(document, 'jwks_uri')
  if (typeof url !== 'string') throw new UnusableKeys('unusable', 'the discovery document has no jwks_uri')
  const { body, cacheControl } = await get(url, JWKS_BYTES)
  const keys = readKeySet(body)
  if (keys === undefined) throw new UnusableKeys('unusable', 'what jwks_uri leads to is no key set')
  return { keys, freshMs: freshMs(cacheControl) }
}

function unusable(error: unknown): unknown {
  if (!(error instanceof OutboundError)) return error
  const { failure, message } = error
  return new UnusableKeys(failure === 'forbidden' || failure === 'refused' ? 'unusable' : failure, message, {
    cause: error,
  })
}

function freshMs(cacheControl: string | undefined): number {
  const seconds = /(?:^|[\s,])max-age=([0-9]{1,9})(?:$|[\s,])/i.exec(cacheControl ?? '')?.[1]
  if (seconds === undefined) return FRESH_MS.standard
  return Math.min(FRESH_MS.max, Math.max(FRESH_MS.min, Number(seconds) * 1000))
}
