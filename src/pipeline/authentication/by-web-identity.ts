import { noProvider } from '../../domain/federation/index.ts'
import {
  AccessDenied,
  type Arn,
  accountId,
  Fault,
  InvalidIdentityToken,
  type Secret,
  ServiceUnavailable,
  Violation,
  type WebIdentityCaller,
} from '../../model/index.ts'
import { webIdentityCaller } from './callers.ts'
import { type IssuerSources, issuerOf } from './issuer-of.ts'
import type { Proven } from './proven.ts'
import { RefusedProof } from './refused-proof.ts'

/** A token that somebody shows instead of signing, and the role that they show it for. */
export interface PresentedToken {
  readonly token: Secret
  /** Named only with tokens of another kind, which are none of OpenID Connect. */
  readonly providerId: string | undefined
  readonly roleArn: Arn
}

const AMAZON = 'www.amazon.com'
const ATTEMPTS = 10

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
  sources: IssuerSources,
  wait: (load: Promise<void>) => Promise<void>,
): Promise<Proven<WebIdentityCaller>> {
  const { directory, webIdentities } = sources
  const text = token.reveal()
  if (providerId !== undefined) throw otherProvider(providerId, text)
  const read = webIdentities.read(text)
  const account = accountId(roleArn.account)
  if (account instanceof Violation) throw noProvider(read.claims.issuer)
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { version } = directory
    const issuer = await issuerOf(read, account, sources)
    if (issuer === undefined) throw noProvider(read.claims.issuer)
    const provider = issuer.arn
    try {
      const identity = await webIdentities.verify(read, issuer, roleArn.text, wait)
      // While the issuer was asked, the provider may have been taken away, or told to take less: then it is judged anew.
      if (directory.version !== version && (await issuerOf(read, account, sources)) !== issuer) continue
      return { caller: webIdentityCaller(account, provider, identity), region, presigned: false }
    } catch (error) {
      if (error instanceof Fault) {
        error.suspect = { kind: 'suspected-identity', as: 'web-identity', account, provider }
        if (error.httpStatus < 500)
          error.cause = new RefusedProof(roleArn.text, webIdentities.whyRefused(read, issuer, roleArn.text, error))
      }
      throw error
    }
  }
  throw new ServiceUnavailable('the provider changes faster than its tokens can be judged')
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
