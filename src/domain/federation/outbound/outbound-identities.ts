import {
  type EpochMillis,
  isEnabled,
  JwtPayloadSizeExceeded,
  type OutboundFederation,
  OutboundWebIdentityFederationDisabled,
  Secret,
} from '../../../model/index.ts'
import type { Clock } from '../../../platform/clock.ts'
import type { KeyRing } from '../../../platform/keyring/index.ts'
import type { Random } from '../../../platform/random.ts'
import { AWS_CLAIM, identityClaims, type TokenOrder } from './identity-claims.ts'
import { IssuerKeyPairs, SIGNING_ALGORITHMS, type SigningAlgorithm } from './issuer-key-pairs.ts'

/** What signing for accounts consults. */
interface OutboundParts {
  readonly keyring: KeyRing
  readonly random: Random
  /** Judges what has ended. */
  readonly clock: Clock
  /** The origin that URLs begin with; `undefined` until it is known where the node listens. */
  readonly publicOrigin: string | undefined
  /** As which issuer an account vouches; `undefined` for one that is not there, is closed, or never did. */
  federationOf(account: string): Promise<OutboundFederation | undefined>
}

/** How the paths of all issuers begin. */
export const ISSUER_PATHS = '/tokens/'

const DOCUMENT = /^\/tokens\/([0-9]{12})\/([0-9a-f-]{36})\/\.well-known\/(openid-configuration|jwks\.json)$/
/** Bytes of claims. Measured at AWS, whose documentation does not say it. */
const MOST_BYTES = 14_984
/** The longest that a token is good for: so long after an issuer was disabled there may be something to verify. */
const LONGEST_TOKEN_MS = 3_600_000

/** Vouches outside for the principals of accounts: signs tokens that say who they are, and publishes what verifies them. */
export class OutboundIdentities {
  readonly #parts: OutboundParts
  readonly #pairs: IssuerKeyPairs
  #origin: string | undefined
  #jose: Promise<typeof import('jose')> | undefined

  constructor(parts: OutboundParts) {
    this.#parts = parts
    this.#origin = parts.publicOrigin
    this.#pairs = new IssuerKeyPairs(parts.keyring)
  }

  /** Says where this node listens: there its issuers are, unless a public origin was given. */
  listensAt(origin: string): void {
    this.#origin ??= origin
  }

  /** The issuer that an account's tokens name. */
  issuerOf(account: string, { issuerId }: OutboundFederation): string {
    if (this.#origin === undefined) throw new Error('an issuer was asked for before the node listens')
    return `${this.#origin}${ISSUER_PATHS}${account}/${issuerId}`
  }

  /**
   * Signs a token that says who the caller is, in the name of the caller's account and of no other.
   * @throws {@link OutboundWebIdentityFederationDisabled}, {@link JwtPayloadSizeExceeded}
   */
  async sign(order: TokenOrder, algorithm: SigningAlgorithm): Promise<Secret> {
    const { account } = order.caller
    const federation = await this.#parts.federationOf(account)
    if (!isEnabled(federation)) throw new OutboundWebIdentityFederationDisabled()
    const issuer = this.issuerOf(account, federation)
    const claims = new TextEncoder().encode(identityClaims(issuer, this.#parts.random.uuid(), order))
    if (claims.length > MOST_BYTES) throw new JwtPayloadSizeExceeded()
    const { jwk, privateKey } = await this.#pairs.signing(federation.issuerId, algorithm)
    // Loaded with the first token; to import it anew costs as much as to sign.
    this.#jose ??= import('jose')
    const { CompactSign } = await this.#jose
    const header = { kid: jwk.kid, typ: 'JWT', alg: algorithm }
    return new Secret(await new CompactSign(claims).setProtectedHeader(header).sign(privateKey))
  }

  /**
   * What an issuer publishes at that path, as JSON. `undefined` where there is none: the account is not there, is
   * closed, never was an issuer, or is none any more and what it signed has expired.
   * @see https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata
   */
  async document(path: string): Promise<string | undefined> {
    const [, account = '', issuerId, name] = DOCUMENT.exec(path) ?? []
    if (issuerId === undefined) return undefined
    const federation = await this.#parts.federationOf(account)
    if (federation?.issuerId !== issuerId || this.#isOver(federation, this.#parts.clock.now())) return undefined
    if (name === 'jwks.json') return JSON.stringify({ keys: await this.#pairs.published(issuerId) })
    const issuer = this.issuerOf(account, federation)
    return JSON.stringify({
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: SIGNING_ALGORITHMS,
      claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'jti', AWS_CLAIM],
    })
  }

  /** Disabling does not touch tokens that were issued before, as at AWS. */
  #isOver({ disabledAt }: OutboundFederation, now: EpochMillis): boolean {
    return disabledAt !== undefined && now >= disabledAt + LONGEST_TOKEN_MS
  }
}
