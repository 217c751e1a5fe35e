import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Fault, IdpRejectedClaim, InvalidIdentityToken, type ProofCheck } from '../../../model/index.ts'
import type { Clock } from '../../../platform/clock.ts'
import { checkResponse, type KnownResponse, type SamlExamination } from './check-response.ts'
import { checkIssuer, judgeAssertion, notSigned } from './judge-assertion.ts'
import type { NotRead, PresentedFacts } from './read-presented.ts'
import { ResponseThreads } from './response-threads.ts'
import { identityOf, type SamlIdentity } from './saml-identity.ts'
import { ServiceProvider, type SignInRequest } from './service-provider.ts'
import { checkProvider, type TrustedProvider } from './trusted-provider.ts'
import type { Verification, VerificationTask } from './verify-response.ts'

interface SamlParts {
  /** Real time: assertions are dated by clocks outside. */
  readonly clock: Clock
  readonly partition: string
  readonly publicUrl?: string | undefined
  isRegion(region: string): boolean
  /** What reads and verifies; threads of its own unless told. */
  readonly threads?: Pick<ResponseThreads, 'read' | 'verify' | 'close'>
}

/** A response that was read. Nothing it says is proven but its form. */
export interface ReadResponse extends PresentedFacts {
  /** As it was sent. */
  readonly text: string
}

/** What a response is to be exchanged for. */
interface Wanted {
  /** The role; left out: none was named yet. */
  readonly roleArn?: string | undefined
  /** The request that it has to answer; left out: it may answer none. */
  readonly answers?: string | undefined
}

/** Who sends a response: what takes turns at reading and verifying. */
interface Sender {
  /** The network that it comes from: `peerNetwork`. */
  readonly peer: string
  /** Whose provider it is shown to; left out: it says that itself. */
  readonly account?: string | undefined
}

/** How a response comes. */
interface Coming extends Pick<Sender, 'peer'> {
  /** The request that it has to answer; left out: it may answer none. */
  readonly answers?: string | undefined
}

/** Refusals of what was encrypted come this long after it, so that how long opening it took tells nothing. */
const ENCRYPTED_REFUSAL_MS = 250
/** Sets of certificates that one response is held against: those without the right key cost a thousandth of a second. */
const MOST_VERIFIED = 16
/** Who examines what was refused waits behind themselves, too. */
const OPERATOR = 'operator'

/** Proves responses of SAML identity providers. Who is trusted is for whoever asks. */
export class SamlIdentities {
  readonly #clock: Clock
  readonly #serviceProvider: ServiceProvider
  readonly #threads: Pick<ResponseThreads, 'read' | 'verify' | 'close'>
  /** What was verified of a response, by what it was verified by. */
  readonly #verified = new WeakMap<ReadResponse, Map<string, Promise<Verification>>>()

  constructor({ clock, threads = new ResponseThreads(), ...parts }: SamlParts) {
    this.#clock = clock
    this.#serviceProvider = new ServiceProvider({ publicUrl: undefined, ...parts })
    this.#threads = threads
  }

  /**
   * Reads a response as it is sent: base64 of the whole document.
   * @throws `InvalidIdentityToken`, `IdpRejectedClaim`, `ServiceUnavailable` when too many wait, or it is too much for a
   *   thread
   */
  async read(text: string, { peer, account = '' }: Sender): Promise<ReadResponse> {
    const facts = await this.#threads.read(text, { group: peer, lane: `${account} to be read` })
    if ('wrong' in facts) throw refusalOf(facts)
    return { ...facts, text }
  }

  /**
   * The providers whose roles a response names, by their ARNs: which to ask, and nothing that is proven. None where the
   * assertion is encrypted.
   * @throws `InvalidIdentityToken`
   */
  providersNamed({ providers }: ReadResponse): readonly string[] {
    if ('wrong' in providers) throw refusalOf(providers)
    return providers
  }

  /**
   * Proves a response. The order shows on the wire: what the provider is good for, signatures, then what the assertion
   * says of itself, then what it asks for. Of one response signatures are verified once, however many providers with the
   * same certificates it is proven by.
   * @throws `InvalidIdentityToken`, `ExpiredIdentityToken`, `ServiceUnavailable` when too many are proven at once
   * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html
   */
  async verify(read: ReadResponse, provider: TrustedProvider, coming: Coming): Promise<SamlIdentity> {
    if (!read.isEncrypted || read.isFrameSigned) return await this.#verify(read, provider, coming)
    const held = delay(ENCRYPTED_REFUSAL_MS)
    try {
      return await this.#verify(read, provider, coming)
    } catch (error) {
      await held
      throw error
    }
  }

  /**
   * Makes every check of a response that can be made, whatever came of those before it: what {@link verify} does, for
   * whoever wants to know why it does not.
   * @param asked - whether the sign-in was asked for that it says it answers
   * @param personal - whether what names a person is shown whole
   */
  async examine(
    text: string,
    provider: TrustedProvider,
    { roleArn, asked, personal }: { readonly roleArn: string; readonly asked: boolean; readonly personal: boolean },
  ): Promise<SamlExamination> {
    const read = await this.read(text, { peer: OPERATOR }).catch(refusedOr)
    const verification = read instanceof Fault ? undefined : await this.#verifyOnce(read, provider, OPERATOR)
    const answers = asked && !(read instanceof Fault) ? read.answers : undefined
    const known = this.#known(text.length, read, provider, verification, { roleArn, answers })
    return checkResponse(known, { serviceProvider: this.#serviceProvider, personal })
  }

  /**
   * What came of the checks of a response that {@link verify} or {@link read} has just refused: to be asked while nobody
   * waits. Holds what the assertion says, and not its text; what names a person is masked.
   * @param read - the response, or why it could not be read
   * @param length - of what was sent
   */
  async whyRefused(
    read: ReadResponse | Fault,
    length: number,
    provider: TrustedProvider,
    wanted: Wanted,
  ): Promise<() => readonly ProofCheck[]> {
    const verified = read instanceof Fault ? undefined : this.#verified.get(read)?.get(setOf(read, provider))
    const known = this.#known(length, read, provider, await verified, wanted)
    return () => checkResponse(known, { serviceProvider: this.#serviceProvider, personal: false }).checks
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

  async #verify(read: ReadResponse, provider: TrustedProvider, { peer, answers }: Coming): Promise<SamlIdentity> {
    checkProvider(provider, { isEncrypted: read.isEncrypted, answers, now: this.#clock.now() })
    // Before any work: what is of another issuer would be refused after it.
    for (const issuer of read.issuers) checkIssuer(issuer, provider.entityId)
    const verification = await this.#verifyOnce(read, provider, peer)
    if ('refused' in verification) throw notSigned(verification.refused)
    const judged = { ...verification, ...this.#serviceProvider.judging(provider), answers }
    const redeemableUntil = judgeAssertion(judged, this.#clock.now())
    return { ...identityOf(verification.assertion, provider), redeemableUntil }
  }

  #verifyOnce(read: ReadResponse, provider: TrustedProvider, peer: string): Promise<Verification> {
    const verified = this.#verified.get(read) ?? new Map<string, Promise<Verification>>()
    this.#verified.set(read, verified)
    const by = setOf(read, provider)
    const known = verified.get(by)
    if (known !== undefined) return known
    // Certificates of a provider change; a few sets of them are in use at a time.
    if (verified.size >= MOST_VERIFIED) throw notSigned('too many sets of certificates')
    const keys = read.isEncrypted ? provider.privateKeys.map((key) => key.reveal()) : []
    const task: VerificationTask = { text: read.text, certificates: certificatesOf(provider), privateKeys: keys }
    const verification = this.#threads.verify(task, { group: peer, lane: provider.account })
    verified.set(by, verification)
    return verification
  }

  #known(
    length: number,
    read: ReadResponse | Fault,
    provider: TrustedProvider,
    verification: Verification | undefined,
    { roleArn, answers }: Wanted,
  ): KnownResponse {
    // Not the text: this may be kept until somebody asks.
    const facts = read instanceof Fault ? read : { isEncrypted: read.isEncrypted, issuers: read.issuers }
    // What verified says which certificates by their places.
    const inOrder = { ...provider, signingCertificates: certificatesOf(provider) }
    return { length, read: facts, provider: inOrder, verification, answers, roleArn, now: this.#clock.now() }
  }
}

/** What a response is verified by: the same for providers of the same certificates, unless other private keys open it. */
function setOf({ isEncrypted }: ReadResponse, provider: TrustedProvider): string {
  const set = certificatesOf(provider).join()
  if (!isEncrypted) return set
  const keys = provider.privateKeys.map((key) => createHash('sha256').update(key.reveal()).digest('base64url'))
  return `${set} ${keys.sort().join()}`
}

/** In an order that does not depend on that of the metadata. */
function certificatesOf({ signingCertificates }: TrustedProvider): readonly string[] {
  return signingCertificates.toSorted()
}

/** What the caller is told of a document that is not taken. */
function refusalOf({ wrong, detail }: NotRead): Fault {
  if (wrong === 'encoding') return new InvalidIdentityToken('Invalid base64 SAMLResponse', { detail })
  return wrong === 'status' ? new IdpRejectedClaim(detail) : notSigned(detail)
}

function refusedOr(error: unknown): Fault {
  if (error instanceof Fault && error.httpStatus < 500) return error
  throw error
}
