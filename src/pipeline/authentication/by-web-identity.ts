import type { Directory } from '../../domain/directory/index.ts'
import { builtInIssuer, type ReadToken, type TrustedIssuer, type WebIdentities } from '../../domain/federation/index.ts'
import {
  AccessDenied,
  type AccountId,
  type Arn,
  accountId,
  Fault,
  InvalidIdentityToken,
  type Secret,
  Violation,
  type WebIdentityCaller,
} from '../../model/index.ts'
import type { Proven } from './proven.ts'

/** A token that somebody shows instead of signing, and the role that they show it for. */
export interface PresentedToken {
  readonly token: Secret
  /** Named only with tokens of another kind, which are none of OpenID Connect. */
  readonly providerId: string | undefined
  readonly roleArn: Arn
}

/** What proving a token consults. */
interface TokenSources {
  readonly directory: Directory
  readonly webIdentities: WebIdentities
}

const HTTPS = 'https://'
const HTTP = 'http://'
/** In characters: what is longer names no provider, and is not looked up. */
const LONGEST_ISSUER = 255
const PRINTABLE = /^[\x21-\x7e]+$/
const AMAZON = 'www.amazon.com'

/**
 * Proves who shows a token: it is read, its issuer found among the providers of the role's account, and what it says
 * verified with that provider's keys. Nothing is fetched for an issuer that the account does not know. Whether the role
 * exists is not asked.
 * @param region - that answers: nothing in the request names one
 * @param wait - waits for the issuer, and lets others work meanwhile
 * @throws InvalidIdentityToken, ExpiredIdentityToken, IdpCommunicationError
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
export async function byWebIdentity(
  { token, providerId, roleArn }: PresentedToken,
  region: string,
  { directory, webIdentities }: TokenSources,
  wait: (load: Promise<void>) => Promise<void>,
): Promise<Proven<WebIdentityCaller>> {
  const text = token.reveal()
  if (providerId !== undefined) throw otherProvider(providerId, text)
  const read = webIdentities.read(text)
  const account = accountId(roleArn.account)
  const issuer = account instanceof Violation ? undefined : await issuerOf(read, account, directory)
  if (account instanceof Violation || issuer === undefined) {
    const told = read.claims.issuer.slice(0, 2 * LONGEST_ISSUER)
    throw new InvalidIdentityToken(`No OpenIDConnect provider found in your account for ${told}`)
  }
  const provider = issuer.arn
  try {
    const { authorizedByIdp, keys, ...proven } = await webIdentities.verify(read, issuer, roleArn.text, wait)
    const all = new Map([...keys, ['sts:roleauthorizedbyidp', String(authorizedByIdp)]])
    return { caller: { kind: 'web-identity', account, provider, keys: all, ...proven }, region, presigned: false }
  } catch (error) {
    if (error instanceof Fault) error.suspect = { kind: 'suspected-identity', account, provider }
    throw error
  }
}

/** The provider of exactly that issuer; AWS takes those that it knows itself with and without the scheme. */
async function issuerOf(
  { claims: { issuer } }: ReadToken,
  account: AccountId,
  directory: Directory,
): Promise<TrustedIssuer | undefined> {
  if (issuer.length > LONGEST_ISSUER || !PRINTABLE.test(issuer)) return undefined
  const url = issuer.startsWith(HTTPS)
    ? issuer.slice(HTTPS.length)
    : issuer.startsWith(HTTP)
      ? issuer.slice(HTTP.length)
      : issuer
  const provider = await directory.oidcProvider(account, url)
  if (provider?.issuer === issuer) return provider
  const builtIn = builtInIssuer(url)
  const knowsIt = builtIn !== undefined && !issuer.startsWith(HTTP) && (await directory.isOpen(account))
  return knowsIt ? builtIn : undefined
}

/** Tokens of other kinds than JWTs would have to be shown to their issuer: none are taken. */
function otherProvider(providerId: string, text: string): Fault {
  // AWS's words for a JWT that is passed off as a token of Login with Amazon.
  if (providerId === AMAZON && text.split('.', 4).length === 3) {
    return new InvalidIdentityToken('Provided Token is not a Login With Amazon token')
  }
  return new AccessDenied(
    'Unrecognized OAuth provider. Do not include a provider parameter when submitting OpenIDConnect ID tokens',
  )
}
