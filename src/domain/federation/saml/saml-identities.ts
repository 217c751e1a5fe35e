import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import {
  type Assertion,
  claimedAssertion,
  claimedIssuers,
  claimedRequest,
  LoginRefused,
  ResponseRefused,
  readResponse,
  type SamlResponse,
} from '../../../engines/saml/index.ts'
import {
  AccessDenied,
  type AccountId,
  type EpochMillis,
  IdpRejectedClaim,
  InvalidIdentityToken,
  type Secret,
} from '../../../model/index.ts'
import type { Clock } from '../../../platform/clock.ts'
import { keysOfAttributes } from './attribute-keys.ts'
import { checkIssuer, judgeAssertion, notSigned } from './judge-assertion.ts'
import { ServiceProvider, type SignInRequest } from './service-provider.ts'
import { readSessionAttributes, rolePairs, type SessionAttributes } from './session-attributes.ts'
import { VerifierThreads } from './verifier-threads.ts'
import type { Verification, VerificationTask } from './verify-response.ts'

/** A provider whose assertions are trusted. */
export interface TrustedProvider {
  readonly account: AccountId
  readonly name: string
  readonly arn: string
  readonly uniqueId: string
  readonly entityId: string
  readonly signingCertificates: readonly string[]
  readonly validUntil: EpochMillis
  /** Whether assertions have to be encrypted. */
  readonly requiresEncryption: boolean
  readonly privateKeys: readonly Secret[]
  /** Whether only answers to sign-ins that were asked for here are taken. */
  readonly spInitiatedOnly: boolean
  /** Where browsers are sent to sign in; `undefined` when the metadata has no such place. */
  readonly signOnUrl: string | undefined
}

/** A response that was read. Nothing it says is proven but for its form. */
export interface ReadResponse {
  readonly xml: string
  readonly response: SamlResponse
  /** The request that it says it answers. */
  readonly answers: string | undefined
}

/** What a response proves. */
export interface SamlIdentity extends SessionAttributes {
  readonly assertionId: string
  /** The text of the NameID, and its format as AWS answers it. */
  readonly subject: string
  readonly subjectType: string
  readonly issuer: string
  /** Where it was to be shown: what AWS calls its audience. */
  readonly audience: string
  /** Tells subjects of different providers apart. */
  readonly nameQualifier: string
  /** Until when it can be exchanged. */
  readonly redeemableUntil: EpochMillis
  /** When the provider's own session ends; `undefined` when it does not say. */
  readonly sessionEndsAt: EpochMillis | undefined
  /** Condition keys by their names in lower case. */
  readonly keys: ReadonlyMap<string, string | readonly string[]>
}

interface SamlParts {
  /** Real time: assertions are dated by clocks outside. */
  readonly clock: Clock
  readonly partition: string
  readonly publicUrl?: string | undefined
  isRegion(region: string): boolean
  /** What verifies; threads of its own unless told. */
  readonly threads?: VerifierThreads
}

/** Refusals of what was encrypted come this long after it, so that how long opening it took tells nothing. */
const ENCRYPTED_REFUSAL_MS = 250
const NAME_ID_FORMAT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:'
const UNSPECIFIED = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified'
/** In characters: it stands in audit records and conditions. */
const LONGEST_NAME_ID = 1024
const LONGEST_ISSUER = 1024
/** Providers that one assertion is asked about: one for each account that somebody has roles in. */
const MOST_PROVIDERS = 100
/** Sets of certificates that one response is held against. */
const MOST_VERIFIED = 4
// What a name may not have in it, wherever it is shown.
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u

/** Proves responses of SAML identity providers. Who is trusted is for whoever asks. */
export class SamlIdentities {
  readonly #clock: Clock
  readonly #serviceProvider: ServiceProvider
  readonly #threads: VerifierThreads
  /** What was verified of a response, by what it was verified by. */
  readonly #verified = new WeakMap<ReadResponse, Map<string, Promise<Verification>>>()

  constructor({ clock, threads = new VerifierThreads(), ...parts }: SamlParts) {
    this.#clock = clock
    this.#serviceProvider = new ServiceProvider({ publicUrl: undefined, ...parts })
    this.#threads = threads
  }

  /**
   * Reads a response as it is sent: base64 of the whole document.
   * @throws {@link InvalidIdentityToken}, {@link IdpRejectedClaim}
   */
  read(text: string): ReadResponse {
    const xml = decoded(text)
    try {
      const response = readResponse(xml)
      return { xml, response, answers: claimedRequest(response) }
    } catch (error) {
      throw refusalOf(error)
    }
  }

  /**
   * The providers whose roles a response names, by their ARNs: which to ask, and nothing that is proven. None where the
   * assertion is encrypted.
   * @throws {@link InvalidIdentityToken}
   */
  providersNamed({ response }: ReadResponse): readonly string[] {
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

  /**
   * Proves a response. The order shows on the wire: what the provider is good for, signatures, then what the assertion
   * says of itself, then what it asks for. Of one response signatures are verified once, however many providers with the
   * same certificates it is proven by.
   * @param answers - the request that it has to answer; left out: it may answer none
   * @throws {@link InvalidIdentityToken}, `ExpiredIdentityToken`, `ServiceUnavailable` when too many are proven at once
   * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html
   */
  async verify(read: ReadResponse, provider: TrustedProvider, answers?: string): Promise<SamlIdentity> {
    const { response } = read
    if (!response.isEncrypted || response.ownSignature !== undefined) return await this.#verify(read, provider, answers)
    const held = delay(ENCRYPTED_REFUSAL_MS)
    try {
      return await this.#verify(read, provider, answers)
    } catch (error) {
      await held
      throw error
    }
  }

  /**
   * The URL that takes a browser to a provider to sign in, in our own name. `undefined` where its metadata has no place
   * for that.
   */
  requestSignIn({ signOnUrl }: TrustedProvider, request: SignInRequest): string | undefined {
    return signOnUrl === undefined ? undefined : this.#serviceProvider.requestSignIn(signOnUrl, request)
  }

  /** What identity providers import to know us by our own name and address: metadata of a service provider. */
  metadata(): string {
    return this.#serviceProvider.metadata()
  }

  /** Says where this node listens: there assertions may be sent, unless a public origin was given. */
  listensAt(origin: string): void {
    this.#serviceProvider.listensAt(origin)
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    await this.#threads.close()
  }

  async #verify(read: ReadResponse, provider: TrustedProvider, answers: string | undefined): Promise<SamlIdentity> {
    const { xml, response } = read
    const { entityId, uniqueId, signingCertificates: certificates, privateKeys } = provider
    if (provider.validUntil <= this.#clock.now()) {
      throw new InvalidIdentityToken('The metadata of the specified provider is not valid any more.')
    }
    if (provider.requiresEncryption && !response.isEncrypted) {
      throw new InvalidIdentityToken('The specified provider requires encrypted assertions.')
    }
    if (provider.spInitiatedOnly && answers === undefined) {
      throw new InvalidIdentityToken('The specified provider takes answers to sign-ins that began here only.')
    }
    // Before any work: what is of another issuer would be refused after it.
    for (const issuer of claimedIssuers(response)) checkIssuer(issuer, entityId)
    const keys = response.isEncrypted ? privateKeys.map((key) => key.reveal()) : []
    const verification = await this.#verifyOnce(read, { xml, certificates, privateKeys: keys }, uniqueId)
    if ('refused' in verification) throw notSigned(verification.refused)
    const { assertion } = verification
    const redeemableUntil = judgeAssertion(
      {
        ...verification,
        entityId,
        answers,
        isRecipient: (url) => this.#serviceProvider.isRecipient(url, uniqueId),
        isAudience: (name) => this.#serviceProvider.isAudience(name, uniqueId),
      },
      this.#clock.now(),
    )
    return { ...identityOf(assertion, provider), redeemableUntil }
  }

  #verifyOnce(read: ReadResponse, task: VerificationTask, providerId: string): Promise<Verification> {
    const by = read.response.isEncrypted ? providerId : task.certificates.join()
    const verified = this.#verified.get(read) ?? new Map<string, Promise<Verification>>()
    this.#verified.set(read, verified)
    const known = verified.get(by)
    if (known !== undefined) return known
    // Certificates of a provider change; a few sets of them are in use at a time.
    if (verified.size >= MOST_VERIFIED) throw notSigned('too many sets of certificates')
    const verification = this.#threads.verify(task)
    verified.set(by, verification)
    return verification
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
  throw new InvalidIdentityToken('Invalid base64 SAMLResponse')
}

function identityOf(assertion: Assertion, provider: TrustedProvider): Omit<SamlIdentity, 'redeemableUntil'> {
  const { id: assertionId, issuer, subject, confirmation, sessionEndsAt, attributes } = assertion
  const { account, name, arn } = provider
  const nameId = subject?.nameId ?? ''
  if (nameId.length > LONGEST_NAME_ID || CONTROLS.test(nameId)) throw notSigned('a NameID that names nobody')
  // As AWS documents it for an assertion that names nobody.
  if (nameId === '') throw new AccessDenied('Not authorized to perform sts:AssumeRoleWithSAML')
  const subjectType = shortFormat(subject?.format)
  if (subjectType.length > LONGEST_NAME_ID || issuer.length > LONGEST_ISSUER) throw notSigned('names that are too long')
  const nameQualifier = createHash('sha1').update(`${issuer}${account}/${name}`).digest('base64')
  const audience = confirmation.recipient
  const keys = new Map([
    ...keysOfAttributes(attributes),
    ['saml:aud', audience],
    ['saml:iss', issuer],
    ['saml:sub', nameId],
    ['saml:sub_type', subjectType],
    ['saml:namequalifier', nameQualifier],
    ['saml:doc', `${account}/${name}`],
  ])
  const asked = readSessionAttributes(attributes, arn)
  return { assertionId, subject: nameId, subjectType, issuer, audience, nameQualifier, sessionEndsAt, keys, ...asked }
}

function shortFormat(format: string = UNSPECIFIED): string {
  return format.startsWith(NAME_ID_FORMAT) ? format.slice(NAME_ID_FORMAT.length) : format
}
