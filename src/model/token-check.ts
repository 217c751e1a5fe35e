/**
 * The checks that a token of an identity provider has to pass, in their order: a token is refused by the first that it
 * does not.
 */
export type TokenCheckName =
  | 'form'
  | 'claims'
  | 'issuer'
  | 'purpose'
  | 'audience'
  | 'algorithm'
  | 'key'
  | 'signature'
  | 'times'
  | 'tags'
  | 'roles'

/** What came of one check of a token. */
export interface TokenCheck {
  readonly check: TokenCheckName
  /** `unknown`: what comes before it has to be there first. */
  readonly outcome: 'ok' | 'no' | 'unknown'
  /** What the token has there, and what is asked for. Of the token nothing but the claims that are checked. */
  readonly found: string
  /** What would have to change, and what else it may be. */
  readonly changes: readonly string[]
}
