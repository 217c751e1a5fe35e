import type { OidcProvider } from '../../../model/index.ts'
import type { SessionMarks } from '../session-marks.ts'
import type { Jwt } from './read-jwt.ts'
import type { TokenClaims } from './token-claims.ts'

/** Who may have issued a token. */
export type TrustedIssuer = Pick<OidcProvider, 'arn' | 'url' | 'issuer' | 'createdAt' | 'jwks'> & {
  /** `undefined` for a provider that AWS knows without being told: there only policies limit the audience. */
  readonly clientIds: readonly string[] | undefined
}

/** A token that was read. Nothing it says is proven but for its form. */
export interface ReadToken {
  readonly jwt: Jwt
  readonly claims: TokenClaims
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
