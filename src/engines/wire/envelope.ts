import type { EpochMillis } from '../../model/index.ts'
import { headerOf, type Received } from './messages.ts'

/** What every answer to one request says beside its content. */
export interface Envelope {
  readonly format: 'xml' | 'json'
  readonly requestId: string
  readonly extendedRequestId: string
  /** Whether pages of any origin may read the answer. */
  readonly cors: boolean
}

/** What a request does not say of itself: where and when it is answered, and under which id. */
export interface Circumstances {
  readonly requestId: string
  readonly region: string
  readonly now: EpochMillis
  /** At least eight random bytes: they name the request to support, and protect nothing. */
  readonly randomness: Uint8Array
  readonly cors: boolean
}

const LISTS_JSON = /(?:^|,)[ \t]*application\/json[ \t]*(?:[;,]|$)/i
const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/**
 * Addresses the answer to a request. JSON only when `Accept` lists `application/json`, as the EKS token webhook and
 * Envoy do; XML for everybody else. Never fails, so a fault can always be answered.
 */
export function envelopeFor(received: Received, circumstances: Circumstances): Envelope {
  const { requestId, region, now, randomness, cors } = circumstances
  let tail = ''
  for (let index = 0; index < 8; index++) tail += ALPHANUMERIC.charAt((randomness[index] ?? 0) % ALPHANUMERIC.length)
  return {
    format: LISTS_JSON.test(headerOf(received, 'accept') ?? '') ? 'json' : 'xml',
    requestId,
    extendedRequestId: Buffer.from(`1:${region}:S:${now}:R:${tail}`).toString('base64'),
    cors,
  }
}
