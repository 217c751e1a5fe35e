import { LRUCache } from 'lru-cache'
import type { EpochMillis, Fault, ProofCheck } from '../../../model/index.ts'
import type { Clock } from '../../../platform/clock.ts'
import type { OutboundHttp } from '../../../platform/outbound-http.ts'
import { builtInIssuer } from './built-in-issuers.ts'
import { checksOfRefused } from './check-claims.ts'
import { checkPurpose } from './check-purpose.ts'
import { keysOfClaims } from './claim-keys.ts'
import { type Examination, examineToken, type IssuerSearch } from './examine-token.ts'
import { IssuerKeys, noKey, noSignature, type Wait } from './issuer-keys.ts'
import { KeyFetcher } from './key-fetcher.ts'
import { type Algorithm, type KeySet, type PublishedKey, readKeySet, takenAlgorithm } from './key-set.ts'
import { type Jwt, readJwt } from './read-jwt.ts'
import { isAuthorizedFor, readSessionMarks } from './session-claims.ts'
import { checkTimes, readAudience, readClaims } from './token-claims.ts'
import type { ReadToken, TrustedIssuer, WebIdentity } from './trusted-issuer.ts'

/** Where the keys of an issuer come from. */
type Keys = Pick<IssuerKeys, 'candidates'>

/** Issuers whose keys this broker has itself: nobody is asked for them. */
export interface OwnIssuers {
  /** By which their tokens are dated. */
  readonly clock: Clock
  isOwn(issuer: string): boolean
  /** The keys of one of them, as a JSON Web Key Set; `undefined` where there are none. */
  jwks(issuer: string): Promise<string | undefined>
}

/** The keys of a provider, and of what it was when they were first asked for. */
interface Source {
  readonly of: Pick<TrustedIssuer, 'issuer' | 'createdAt' | 'jwks'>
  readonly keys: Keys
}

const NO_KEYS = '{"keys":[]}'
/** Issuers whose keys are remembered. */
const MOST_ISSUERS = 1000

/**
 * Proves the tokens of OpenID Connect issuers. Who is trusted is for whoever asks: nothing is ever fetched that the
 * issuer, as it is given, does not lead to.
 */
export class WebIdentities {
  readonly #outbound: Pick<OutboundHttp, 'get'>
  readonly #clock: Clock
  readonly #acceptsOutbound: boolean
  readonly #withoutBuiltIn: boolean
  readonly #own: OwnIssuers | undefined
  #jose: Promise<typeof import('jose')> | undefined
  readonly #sources = new LRUCache<string, Source>({ max: MOST_ISSUERS })

  /**
   * @param parts - `clock` is real time: tokens are dated by clocks outside; `acceptsOutbound`: tokens of
   *   GetWebIdentityToken are taken, too; `withoutBuiltIn`: those of issuers without a provider are not; `own`: issuers
   *   that are not asked
   */
  constructor(parts: {
    readonly outbound: Pick<OutboundHttp, 'get'>
    readonly clock: Clock
    readonly acceptsOutbound?: boolean
    readonly withoutBuiltIn?: boolean
    readonly own?: OwnIssuers
  }) {
    this.#outbound = parts.outbound
    this.#clock = parts.clock
    this.#acceptsOutbound = parts.acceptsOutbound ?? false
    this.#withoutBuiltIn = parts.withoutBuiltIn ?? false
    this.#own = parts.own
  }

  /** Reads a token, which says who it pretends to be of. @throws {@link InvalidIdentityToken} */
  read(text: string): ReadToken {
    const jwt = readJwt(text)
    return { jwt, claims: readClaims(jwt) }
  }

  /** The issuer at that URL (without scheme) that is known in every account, without a provider. */
  builtIn(url: string): TrustedIssuer | undefined {
    return this.#withoutBuiltIn ? undefined : builtInIssuer(url)
  }

  /**
   * Proves a token. The order shows on the wire: what it was signed for, audience, algorithm, key, signature, times; then
   * what it asks for.
   * @param roleArn - the role that it is to be exchanged for
   * @param wait - waits for the issuer, and lets others work meanwhile
   * @throws {@link InvalidIdentityToken}, `ExpiredIdentityToken`, `IdpCommunicationError`
   * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
   */
  async verify({ jwt, claims }: ReadToken, issuer: TrustedIssuer, roleArn: string, wait: Wait): Promise<WebIdentity> {
    checkPurpose(claims, this.#acceptsOutbound)
    const audience = readAudience(claims.all, issuer.clientIds)
    await this.#prove(jwt, takenAlgorithm(jwt), issuer, wait)
    checkTimes(claims, this.#nowOf(issuer))
    const { subject, all } = claims
    const marks = readSessionMarks(all)
    const keys = keysOfClaims(issuer.url, subject, audience, all)
    const authorizedByIdp = isAuthorizedFor(roleArn, all)
    return { subject, audience: audience.audience, keys, authorizedByIdp, ...marks }
  }

  /**
   * Makes every check of a token that can be made, whatever came of those before it: what {@link verify} does, for
   * whoever wants to know why it does not.
   * @param search - where its issuer is looked for
   */
  async examine(text: string, search: IssuerSearch, roleArn: string): Promise<Examination> {
    return await examineToken(text, {
      search,
      roleArn,
      acceptsOutbound: this.#acceptsOutbound,
      prove: (jwt, algorithm, issuer) => this.#prove(jwt, algorithm, issuer, (load) => load),
      now: (issuer) => this.#nowOf(issuer),
    })
  }

  /**
   * What came of the checks of a token that {@link verify} has just refused: to be asked while nobody waits. Holds what the
   * token says, and not the token.
   */
  whyRefused(read: ReadToken, issuer: TrustedIssuer, roleArn: string, fault: Fault): () => readonly ProofCheck[] {
    const { text: _text, ...jwt } = read.jwt
    const { length } = read.jwt.text
    const now = this.#nowOf(issuer)
    const acceptsOutbound = this.#acceptsOutbound
    return () => checksOfRefused({ jwt, length, claims: read.claims, issuer, roleArn, acceptsOutbound, now }, fault)
  }

  async #prove(jwt: Jwt, algorithm: Algorithm, issuer: TrustedIssuer, wait: Wait): Promise<void> {
    const keys = await this.#keysOf(issuer)
    let refusal: Fault | undefined
    for await (const published of keys.candidates(jwt.keyId, algorithm, wait)) {
      // Loaded with the first token; to import it anew costs as much as to verify.
      this.#jose ??= import('jose')
      refusal = await forgeryOf(jwt, algorithm, published, await this.#jose)
      if (refusal === undefined) return
    }
    throw refusal ?? noKey('no such key')
  }

  #nowOf({ issuer }: TrustedIssuer): EpochMillis {
    return (this.#own?.isOwn(issuer) ? this.#own.clock : this.#clock).now()
  }

  async #keysOf({ arn, issuer, createdAt, jwks: given }: TrustedIssuer): Promise<Keys> {
    const isOwn = given === undefined && this.#own?.isOwn(issuer)
    const jwks = isOwn ? ((await this.#own?.jwks(issuer)) ?? NO_KEYS) : given
    const known = this.#sources.get(arn)
    // One that was made again, has another scheme, or was given other keys, begins anew.
    if (known?.of.issuer === issuer && known.of.createdAt === createdAt && known.of.jwks === jwks) return known.keys
    const keys = jwks === undefined ? this.#publishedBy(issuer) : new StaticKeys(readKeySet(Buffer.from(jwks)))
    this.#sources.set(arn, { of: { issuer, createdAt, jwks }, keys })
    return keys
  }

  #publishedBy(issuer: string): IssuerKeys {
    const fetcher = new KeyFetcher(issuer, this.#outbound, this.#clock)
    return new IssuerKeys({ fetch: (asked) => fetcher.fetch(asked), clock: this.#clock })
  }
}

/** What is to be said of a signature that is not by that key. */
async function forgeryOf(
  { text }: Jwt,
  algorithm: Algorithm,
  published: PublishedKey,
  { compactVerify }: typeof import('jose'),
): Promise<Fault | undefined> {
  const key = await published.usedFor(algorithm)
  if (key === undefined) return noKey('the key is none')
  try {
    await compactVerify(text, key, { algorithms: [algorithm] })
    return undefined
  } catch (cause) {
    return noSignature(cause)
  }
}

/** Keys that were given once and for all. */
class StaticKeys implements Keys {
  readonly #keys: KeySet | undefined

  constructor(keys: KeySet | undefined) {
    this.#keys = keys
  }

  async *candidates(keyId: string | undefined, algorithm: Algorithm): AsyncGenerator<PublishedKey> {
    const key = this.#keys?.find(keyId, algorithm)
    if (key === undefined) throw noKey('no such key among those given')
    yield key
  }
}
