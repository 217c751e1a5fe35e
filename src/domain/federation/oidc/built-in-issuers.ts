import { epochMillis } from '../../../model/index.ts'
import type { TrustedIssuer } from './trusted-issuer.ts'

/**
 * The issuers of JSON Web Tokens that AWS knows without an OIDC provider in the account: policies name them by host.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-federated-web-identity
 */
const BUILT_IN: ReadonlyMap<string, TrustedIssuer> = new Map(
  ['accounts.google.com', 'cognito-identity.amazonaws.com'].map((url) => [
    url,
    {
      arn: url,
      url,
      issuer: `https://${url}`,
      clientIds: undefined,
      createdAt: epochMillis(0),
      jwks: undefined,
    },
  ]),
)

/** The built-in issuer at that URL (without scheme). */
export function builtInIssuer(url: string): TrustedIssuer | undefined {
  return BUILT_IN.get(url)
}
