import {
  type AccountId,
  accountId,
  type Cluster,
  type ClusterPlace,
  type EpochMillis,
  Secret,
  type ServiceAccountOrder,
  Violation,
} from '../../../model/index.ts'
import type { Clock } from '../../../platform/clock.ts'
import type { KeyRing } from '../../../platform/keyring/index.ts'
import type { Random } from '../../../platform/random.ts'
import { IssuerKeyPairs } from '../outbound/issuer-key-pairs.ts'
import { serviceAccountClaims } from './service-account-claims.ts'

/** What vouching for pods consults. */
interface ClusterIssuersParts {
  readonly keyring: KeyRing
  readonly random: Random
  /** Dates tokens, and judges them: it can be moved, and they end with it. */
  readonly clock: Clock
  /** The origin that URLs begin with; `undefined` until it is known where the node listens. */
  readonly publicOrigin: string | undefined
  /** The cluster at a place; `undefined` where there is none, and in a closed account. */
  clusterAt(place: ClusterPlace): Promise<Cluster | undefined>
}

/** How the paths of all issuers begin. */
export const CLUSTER_PATHS = '/clusters/'

const ISSUER_PATH = /^\/clusters\/([0-9]{12})\/([a-z0-9-]{1,32})\/([A-Za-z0-9][A-Za-z0-9_-]{0,99})(\/.*)?$/s
const DISCOVERY = '/.well-known/openid-configuration'
/** As at EKS. */
const KEYS = '/keys'

/**
 * The clusters of the directory as OpenID Connect issuers: each has an address and keys of its own, signs what its pods
 * show, and publishes what verifies that. Says nothing of who trusts it: an account does that by a provider.
 * @see https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html
 */
export class ClusterIssuers {
  readonly #parts: ClusterIssuersParts
  readonly #pairs: IssuerKeyPairs
  #origin: string | undefined
  #jose: Promise<typeof import('jose')> | undefined

  constructor(parts: ClusterIssuersParts) {
    this.#parts = parts
    this.#origin = parts.publicOrigin
    this.#pairs = new IssuerKeyPairs(parts.keyring, { label: 'cluster', RS256: 'cluster-rs256' })
  }

  /** Says where this node listens: there its issuers are, unless a public origin was given. */
  listensAt(origin: string): void {
    this.#origin ??= origin
  }

  /** By which their tokens are dated. */
  get clock(): Clock {
    return this.#parts.clock
  }

  /** Whether a URL is how the issuer of a cluster of this broker would be called, whether or not there is one. */
  isOwn(issuer: string): boolean {
    const found = this.#placeAt(issuer)
    return found !== undefined && found.below === undefined
  }

  /** The issuer that the tokens of a cluster name. */
  issuerOf({ account, region, clusterName }: ClusterPlace): string {
    if (this.#origin === undefined) throw new Error('an issuer was asked for before the node listens')
    return `${this.#origin}${CLUSTER_PATHS}${account}/${region}/${clusterName}`
  }

  /** Signs what a pod shows, in the name of its cluster. */
  async sign(
    order: ServiceAccountOrder,
    times: { readonly issuedAt: EpochMillis; readonly expiresAt: EpochMillis },
  ): Promise<Secret> {
    const { cluster } = order
    const claims = serviceAccountClaims(this.issuerOf(cluster), this.#parts.random.uuid(), order, times)
    const { jwk, privateKey } = await this.#pairs.signing(cluster.issuerId, 'RS256')
    // Loaded with the first token; to import it anew costs as much as to sign.
    this.#jose ??= import('jose')
    const { CompactSign } = await this.#jose
    // Kubernetes writes no typ.
    const signing = new CompactSign(Buffer.from(claims)).setProtectedHeader({ alg: 'RS256', kid: jwk.kid })
    return new Secret(await signing.sign(privateKey))
  }

  /**
   * The keys of one of its own issuers, as JSON: nobody has to be asked for them. `undefined` where there is no such
   * cluster any more, or never was.
   */
  async jwks(issuer: string): Promise<string | undefined> {
    const found = this.#placeAt(issuer)
    return found === undefined ? undefined : await this.#keysOf(found.place)
  }

  /**
   * What an issuer publishes at that path, as JSON; `undefined` where there is none.
   * @see https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata
   */
  async document(path: string): Promise<string | undefined> {
    const { place, below } = placeIn(path) ?? {}
    if (place === undefined) return undefined
    if (below === KEYS) return await this.#keysOf(place)
    if (below !== DISCOVERY || (await this.#parts.clusterAt(place)) === undefined) return undefined
    const issuer = this.issuerOf(place)
    // Member by member what EKS publishes.
    return JSON.stringify({
      issuer,
      jwks_uri: `${issuer}${KEYS}`,
      authorization_endpoint: 'urn:kubernetes:programmatic_authorization',
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      claims_supported: ['sub', 'iss'],
      id_token_signing_alg_values_supported: ['RS256'],
    })
  }

  async #keysOf(place: ClusterPlace): Promise<string | undefined> {
    const cluster = await this.#parts.clusterAt(place)
    return cluster && JSON.stringify({ keys: await this.#pairs.published(cluster.issuerId) })
  }

  #placeAt(url: string): ReturnType<typeof placeIn> {
    if (this.#origin === undefined || !url.startsWith(`${this.#origin}${CLUSTER_PATHS}`)) return undefined
    return placeIn(url.slice(this.#origin.length))
  }
}

function placeIn(path: string): { readonly place: ClusterPlace; readonly below: string | undefined } | undefined {
  const [, number = '', region = '', clusterName = '', below] = ISSUER_PATH.exec(path) ?? []
  const account: AccountId | Violation = accountId(number)
  return account instanceof Violation ? undefined : { place: { account, region, clusterName }, below }
}
