import {
  claimedAssertion,
  claimedIssuers,
  claimedRequest,
  LoginRefused,
  ResponseRefused,
  readResponse,
  type SamlResponse,
} from '../../../engines/saml/index.ts'
import { rolePairs } from './session-attributes.ts'

/**
 * What a response says of itself in the open. Nothing of it is proven but its form. Plain data: it crosses from another
 * thread.
 */
export interface PresentedFacts {
  readonly isEncrypted: boolean
  /** Whether a signature says that it is of the whole, and not of the assertion alone. */
  readonly isFrameSigned: boolean
  /** Of the whole, and of its assertion. */
  readonly issuers: readonly string[]
  /** The request that it says it answers. */
  readonly answers: string | undefined
  /**
   * The providers whose roles it names, by their ARNs, or why the assertion cannot be read so far; none where it is
   * encrypted.
   */
  readonly providers: readonly string[] | NotRead
}

/** Why a response is not taken: what is not as it has to be, in words for the log and for explanations. */
export interface NotRead {
  readonly wrong: 'encoding' | 'form' | 'status'
  readonly detail: string
}

/** Providers that one assertion is asked about: one for each account that somebody has roles in. */
const MOST_PROVIDERS = 100

/** Reads a response as it is sent: base64 of the whole document. */
export function readPresented(text: string): PresentedFacts | NotRead {
  const xml = decodePresented(text)
  if (xml === undefined) return { wrong: 'encoding', detail: otherThanBase64(text) }
  return reading(() => {
    const response = readResponse(xml)
    return {
      isEncrypted: response.isEncrypted,
      isFrameSigned: response.ownSignature !== undefined,
      issuers: claimedIssuers(response),
      answers: claimedRequest(response),
      providers: reading(() => providersNamed(response)),
    }
  })
}

/** What base64 is of. It is malleable: but for line ends it has to be what it decodes to. `undefined` where it is not. */
export function decodePresented(text: string): string | undefined {
  const base64 = text.replace(/[\r\n]/g, '')
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length === 0 || bytes.toString('base64') !== base64) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function reading<Result>(read: () => Result): Result | NotRead {
  try {
    return read()
  } catch (error) {
    if (error instanceof LoginRefused) return { wrong: 'status', detail: error.message }
    if (error instanceof ResponseRefused) return { wrong: 'form', detail: error.message }
    throw error
  }
}

function providersNamed(response: SamlResponse): readonly string[] {
  const { attributes = new Map() } = claimedAssertion(response) ?? {}
  const named = new Set<string>()
  for (const { providerArn } of rolePairs(attributes)) {
    if (named.size < MOST_PROVIDERS) named.add(providerArn)
  }
  return [...named]
}

function otherThanBase64(text: string): string {
  if (text.trimStart().startsWith('<')) return 'XML itself, not base64 of it'
  return /%[0-9A-F]{2}/i.test(text) ? 'encoded for a URL: decode that first' : 'no base64 of UTF-8'
}
