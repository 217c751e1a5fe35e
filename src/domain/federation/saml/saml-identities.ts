import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Fault, type ProofCheck } from '../../../model/index.ts'
import type { Clock } from '../../../platform/clock.ts'
import { checkResponse, factsOf, type KnownResponse, type SamlExamination } from './check-response.ts'
import { checkIssuer, judgeAssertion, notSigned } from './judge-assertion.ts'
import { providersNamed, type ReadResponse, readPresented } from './read-presented.ts'
import { identityOf, type SamlIdentity } from './saml-identity.ts'
import { ServiceProvider, type SignInRequest } from './service-provider.ts'
import { checkProvider, type TrustedProvider } from './trusted-provider.ts'
import { VerifierThreads } from './verifier-threads.ts'
import type { Verification, VerificationTask } from './verify-response.ts'

interface SamlParts {
  /** Real time: assertions are dated by clocks outside. */
  readonly clock: Clock
  readonly partition: string
  readonly publicUrl?: string | undefined
  isRegion(region: string): boolean
  /** What verifies; threads of its own unless told. */
  readonly threads?: Pick<VerifierThreads, 'inTurn' | 'verify' | 'close'>
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
  readonly #threads: Pick<VerifierThreads, 'inTurn' | 'verify' | 'close'>
  /** What was verified of a response, by what it was verified by. */
  readonly #verified = new WeakMap<ReadResponse, Map<string, Promise<Verification>>>()

  constructor({ clock, threads = new VerifierThreads(), ...parts }: SamlParts) {
    this.#clock = clock
    this.#serviceProvider = new ServiceProvider({ publicUrl: undefined, ...parts })
    this.#threads = threads
  }

  /**
   * Reads a response as it is sent: base64 of the whole document. A crowd is read at the pace at which it is verified, so
   * that what is between belongs to others.
   * @throws `InvalidIdentityToken`, `IdpRejectedClaim`, `Overloaded` when too many wait
   */
  async read(text: string, { peer, account = '' }: Sender): Promise<ReadResponse> {
    return await this.#threads.inTurn({ group: peer, lane: `${account} to be read` }, () => readPresented(text))
  }

  /**
   * The providers whose roles a response names, by their ARNs: which to ask, and nothing that is proven. None where the
   * assertion is encrypted.
   * @throws `InvalidIdentityToken`
   */
  providersNamed(read: ReadResponse): readonly string[] {
    return providersNamed(read)
  }

  /**
   * Proves a response. The order shows on the wire: what the provider is good for, signatures, then what the assertion
   * says of itself, then what it asks for. Of one response signatures are verified once, however many providers with the
   * same certificates it is proven by.
   * @throws `InvalidIdentityToken`, `ExpiredIdentityToken`, `ServiceUnavailable` when too many are proven at once
   * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithSAML.html
   */
  async verify(read: ReadResponse, provider: TrustedProvider, coming: Coming): Promise<SamlIdentity> {
    const { response } = read
    if (!response.isEncrypted || response.ownSignature !== undefined) return await this.#verify(read, provider, coming)
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
    const facts = factsOf(read)
    checkProvider(provider, { ...facts, answers, now: this.#clock.now() })
    // Before any work: what is of another issuer would be refused after it.
    for (const issuer of facts.issuers) checkIssuer(issuer, provider.entityId)
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
    const keys = read.response.isEncrypted ? provider.privateKeys.map((key) => key.reveal()) : []
    const task: VerificationTask = { xml: read.xml, certificates: certificatesOf(provider), privateKeys: keys }
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
    const facts = read instanceof Fault ? read : factsOf(read)
    // What verified says which certificates by their places.
    const inOrder = { ...provider, signingCertificates: certificatesOf(provider) }
    return { length, read: facts, provider: inOrder, verification, answers, roleArn, now: this.#clock.now() }
  }
}

/** What a response is verified by: the same for providers of the same certificates, unless other private keys open it. */
function setOf({ response }: ReadResponse, provider: TrustedProvider): string {
  const set = certificatesOf(provider).join()
  if (!response.isEncrypted) return set
  const keys = provider.privateKeys.map((key) => createHash('sha256').update(key.reveal()).digest('base64url'))
  return `${set} ${keys.sort().join()}`
}

/** In an order that does not depend on that of the metadata. */
function certificatesOf({ signingCertificates }: TrustedProvider): readonly string[] {
  return signingCertificates.toSorted()
}

function refusedOr(error: unknown): Fault {
  if (error instanceof Fault && error.httpStatus < 500) return error
  throw error
}
