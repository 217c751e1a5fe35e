import { isIP } from 'node:net'
import type { OidcProvider } from '../../model/index.ts'
import type { NameRule } from './rules.ts'

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const OIDC_QUOTAS = { clientIds: 100, thumbprints: 5 } as const

/** Of the entries of a provider. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html */
export const OIDC_RULES = {
  clientId: { min: 1, max: 255, matches: /^[^\p{Cc}\p{Cs}]+$/u, says: 'must be 1 to 255 characters' },
  thumbprint: { matches: /^[0-9A-Fa-f]{40}$/, says: 'must be 40 hexadecimal digits: a SHA-1 of a certificate' },
} as const satisfies Record<string, NameRule>

const LONGEST_URL = 255
/** Where a path has none of these there is one way to write it, and a policy can name it without wildcards. */
const PATH = /^(?:\/[A-Za-z0-9._~!$'()+,;=:@-]+)*\/?$/
const HOST = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** As issuers of clusters have it, of this broker or of one that was elsewhere before. */
const CLUSTER_PATH = /^\/clusters\/[0-9]{12}\/[a-z0-9-]+\/[A-Za-z0-9_-]+$/

/** Issuers that need not be hosts of the internet. */
export interface NearbyIssuers {
  /** Origins that may be plain http, have a port or be an address. */
  readonly localIssuers: readonly string[]
  /** Whether a URL is that of an issuer of this broker: nobody is asked for its keys, so it may be anywhere. */
  isOwnIssuer(url: string): boolean
}

/**
 * Reads the URL of a provider: exactly as its tokens have it in `iss`, a slash at the end included. Of two spellings of
 * one address only the normal one is taken, so that no two providers look alike.
 * @returns what is wrong with it, as a sentence goes on after the URL, when it is none
 */
export function readProviderUrl(
  text: string,
  { localIssuers, isOwnIssuer }: NearbyIssuers,
): Pick<OidcProvider, 'issuer' | 'url'> | string {
  if (text.length > LONGEST_URL) return `must have at most ${LONGEST_URL} characters`
  const parsed = URL.parse(text)
  const isLocal = parsed !== null && (localIssuers.includes(parsed.origin) || isOwnIssuer(text))
  const moved =
    parsed !== null && CLUSTER_PATH.test(parsed.pathname)
      ? `; of a cluster of this broker it has to begin as its API's address does now: serve --public-url ${parsed.origin} keeps it`
      : ''
  if (!text.startsWith('https://') && !isLocal) return `must begin with https://${moved}`
  if (parsed === null || !isNormal(text, parsed)) {
    return 'must be a URL in its normal form: host in lower case, then a path; no query, no escapes'
  }
  const { host, hostname, protocol } = parsed
  if (!isLocal && (isIP(hostname) !== 0 || host !== hostname || !HOST.test(host))) {
    return `must name a host of the internet, without port; serve --local-issuer ORIGIN allows one that is not${moved}`
  }
  return { issuer: text, url: text.slice(protocol.length + '//'.length) }
}

function isNormal(text: string, { origin, pathname }: URL): boolean {
  return (text === origin || text === `${origin}${pathname}`) && PATH.test(pathname)
}
