import { InvalidIdentityToken } from '../../../model/index.ts'
import { AWS_CLAIM } from '../outbound/identity-claims.ts'
import type { TokenClaims } from './token-claims.ts'

/**
 * Checks that a token is none that AWS or a broker signed to be shown elsewhere: whoever has a session could get another
 * that outlives it.
 * @param acceptsOutbound - then they are taken
 * @throws {@link InvalidIdentityToken}
 */
export function checkPurpose({ all }: TokenClaims, acceptsOutbound: boolean): void {
  if (acceptsOutbound || !Object.hasOwn(all, AWS_CLAIM)) return
  // AWS's words for it are not known.
  throw new InvalidIdentityToken('Tokens of GetWebIdentityToken cannot be used with AssumeRoleWithWebIdentity.')
}
