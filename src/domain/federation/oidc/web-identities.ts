import { LRUCache } from 'lru-cache'
import { type EpochMillis, InvalidIdentityToken, type OidcProvider } from '../../../model/index.ts'
import type { Clock } from '../../../platform/clock.ts'
import type { OutboundHttp } from '../../../platform/outbound-http.ts'
import { AWS_CLAIM } from '../outbound/identity-claims.ts'
import { keysOfClaims } from './claim-keys.ts'
import { fetchKeys } from './fetch-keys.ts'
import { IssuerKeys, noKey, type Wait } from './issuer-keys.ts'
import { type Algorithm, isAlgorithm, type KeySet, type PublishedKey, readKeySet } from './key-set.ts'
import { type Jwt, notAJwt, readJwt } from './read-jwt.ts'
import { isAuthorizedFor, readSessionMarks, type SessionMarks } from './session-claims.ts'
import { checkTimes, readAudience, readClaims, type TokenClaims } from './token-claims.ts'

/** A token that was read. Nothing it says is proven but for its form. */
export interface ReadToken {
  readonly jwt: Jwt
  readonly claims: TokenClaims
}

/** Who may have issued a token. */
export type TrustedIssuer = Pick<OidcProvider, 'arn' | 'url' | 'issuer' | 'createdAt' | 'jwks'> & {
  /** `undefined` for a provider that AWS knows without being told: there only policies limit the audience. */
  readonly clientIds: readonly string[] | undefined
}

/** What a token proves. */
export interface WebIdentity extends SessionMarks {
  readonly subject: string
  readonly audience: string
  /** Condition keys by their names in lower case. */
  readonly keys: ReadonlyMap<string, string | readonly string[]>
  /** Whether the token names the role among those that it is for. */
  readonly authorizedByIdp: boolean
}

interface Source {
  readonly version: EpochMillis
  readonly jwks: string | undefined
  readonly keys: Pick<IssuerKeys, 'find'>
}

/** Issuers whose keys are remembered. */
const MOST_ISSUERS = 1000

/**
 * Proves the tokens of OpenID Connect issuers. Who is trusted is for whoever asks: nothing is ever fetched that the
 * issuer, as it is given, does not lead to.
 */
export class WebIdentities {
  readonly #outbound: OutboundHttp
  readonly #clock: Clock
  readonly #acceptsOutbound: boolean
  #jose: Promise<typeof import('jose')> | undefined
  readonly #sources = new LRUCache<string, Source>({ max: MOST_ISSUERS })

  /**
   * @param parts - `clock` is real time: tokens are dated by clocks outside; `acceptsOutbound`: tokens of
   *   GetWebIdentityToken are taken, too
   */
  constructor(parts: {
    readonly outbound: OutboundHttp
    readonly clock: Clock
    readonly acceptsOutbound?: boolean
  }) {
    this.#outbound = parts.outbound
    this.#clock = parts.clock
    this.#acceptsOutbound = parts.acceptsOutbound ?? false
  }

  /** Reads a token, which says who it pretends to be of. @throws {@link InvalidIdentityToken} */
  read(text: string): ReadToken {
    const jwt = readJwt(text)
    return { jwt, claims: readClaims(jwt) }
  }

  /**
   * Proves a token. One that AWS or a broker signed to be shown elsewhere is none. The order shows on the wire: audience, algorithm, key, signature, times; then what it asks for.
   * @param roleArn - the role that it is to be exchanged for
   * @param wait - waits for the issuer, and lets others work meanwhile
   * @throws {@link InvalidIdentityToken}, `ExpiredIdentityToken`, `IdpCommunicationError`
   * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
   */
  async verify({ jwt, claims }: ReadToken, issuer: TrustedIssuer, roleArn: string, wait: Wait): Promise<WebIdentity> {
    if (!this.#acceptsOutbound && Object.hasOwn(claims.all, AWS_CLAIM)) throw outboundToken()
    const audience = readAudience(claims.all, issuer.clientIds)
    const { algorithm } = jwt
    if (!isAlgorithm(algorithm)) throw notAJwt('another algorithm')
    const published = await this.#keysOf(issuer).find(jwt.keyId, algorithm, wait)
    // Loaded with the first token; to import it anew costs as much as to verify.
    this.#jose ??= import('jose')
    await verifySignature(jwt, algorithm, published, await this.#jose)
    checkTimes(claims, this.#clock.now())
    const { subject, all } = claims
    const marks = readSessionMarks(all)
    const keys = keysOfClaims(issuer.url, subject, audience, all)
    const authorizedByIdp = isAuthorizedFor(roleArn, all)
    return { subject, audience: audience.audience, keys, authorizedByIdp, ...marks }
  }

  #keysOf({ arn, issuer, createdAt: version, jwks }: TrustedIssuer): Source['keys'] {
    const known = this.#sources.get(arn)
    // One that was made again, or was given other keys, begins anew.
    if (known !== undefined && known.version === version && known.jwks === jwks) return known.keys
    const keys =
      jwks === undefined
        ? new IssuerKeys({ fetch: () => fetchKeys(issuer, this.#outbound), clock: this.#clock })
        : new StaticKeys(readKeySet(Buffer.from(jwks)))
    this.#sources.set(arn, { version, jwks, keys })
    return keys
  }
}

/** Whoever has a session could get another that outlives it. AWS's words for it are not known. */
function outboundToken(): InvalidIdentityToken {
  return new InvalidIdentityToken('Tokens of GetWebIdentityToken cannot be used with AssumeRoleWithWebIdentity.')
}

async function verifySignature(
  { text }: Jwt,
  algorithm: Algorithm,
  published: PublishedKey,
  { compactVerify }: typeof import('jose'),
): Promise<void> {
  const key = await published.usedFor(algorithm)
  if (key === undefined) throw noKey('the key is none')
  try {
    await compactVerify(text, key, { algorithms: [algorithm] })
  } catch (cause) {
    // The answer to an unknown key: which of the two it was is no forger's business.
    throw noKey('the signature does not verify', cause)
  }
}

/** Keys that were given once and for all. */
class StaticKeys implements Pick<IssuerKeys, 'find'> {
  readonly #keys: KeySet | undefined

  constructor(keys: KeySet | undefined) {
    this.#keys = keys
  }

  async find(keyId: string | undefined, algorithm: Algorithm): Promise<PublishedKey> {
    const key = this.#keys?.find(keyId, algorithm)
    if (key === undefined) throw noKey('no such key among those given')
    return key
  }
}
