import {
  claimedAssertion,
  claimedRequest,
  LoginRefused,
  ResponseRefused,
  readResponse,
  type SamlResponse,
} from '../../../engines/saml/index.ts'
import { IdpRejectedClaim, InvalidIdentityToken } from '../../../model/index.ts'
import { notSigned } from './judge-assertion.ts'
import { rolePairs } from './session-attributes.ts'

/** A response that was read. Nothing it says is proven but for its form. */
export interface ReadResponse {
  readonly xml: string
  /** Of what was sent, in characters. */
  readonly length: number
  readonly response: SamlResponse
  /** The request that it says it answers. */
  readonly answers: string | undefined
}

/** Providers that one assertion is asked about: one for each account that somebody has roles in. */
const MOST_PROVIDERS = 100

/**
 * Reads a response as it is sent: base64 of the whole document.
 * @throws {@link InvalidIdentityToken}, {@link IdpRejectedClaim}
 */
export function readPresented(text: string): ReadResponse {
  const xml = decoded(text)
  try {
    const response = readResponse(xml)
    return { xml, length: text.length, response, answers: claimedRequest(response) }
  } catch (error) {
    throw refusalOf(error)
  }
}

/**
 * The providers whose roles a response names, by their ARNs: which to ask, and nothing that is proven. None where the
 * assertion is encrypted.
 * @throws {@link InvalidIdentityToken}
 */
export function providersNamed({ response }: ReadResponse): readonly string[] {
  try {
    const { attributes = new Map() } = claimedAssertion(response) ?? {}
    const named = new Set<string>()
    for (const { providerArn } of rolePairs(attributes)) {
      if (named.size < MOST_PROVIDERS) named.add(providerArn)
    }
    return [...named]
  } catch (error) {
    throw refusalOf(error)
  }
}

/** What the caller is told of a document that is not taken. */
function refusalOf(error: unknown): unknown {
  if (error instanceof LoginRefused) return new IdpRejectedClaim(error.message)
  if (error instanceof ResponseRefused) return notSigned(error.message)
  return error
}

/** Base64 is malleable: but for line ends it has to be what it decodes to. */
function decoded(text: string): string {
  const base64 = text.replace(/[\r\n]/g, '')
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length > 0 && bytes.toString('base64') === base64) {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch {
      // Answered as what is no base64 is.
    }
  }
  throw new InvalidIdentityToken('Invalid base64 SAMLResponse', { detail: otherThanBase64(text) })
}

function otherThanBase64(text: string): string {
  if (text.trimStart().startsWith('<')) return 'XML itself, not base64 of it'
  return /%[0-9A-F]{2}/i.test(text) ? 'encoded for a URL: decode that first' : 'no base64 of UTF-8'
}
