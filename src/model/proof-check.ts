/**
 * The checks that a token of an identity provider has to pass, in their order: a token is refused by the first that it
 * does not.
 */
type TokenCheckName =
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

/** The same of the response with an assertion that a SAML provider gives. */
export type AssertionCheckName =
  | 'form'
  | 'status'
  | 'provider'
  | 'issuer'
  | 'signature'
  | 'destination'
  | 'conditions'
  | 'audience'
  | 'recipient'
  | 'confirmation'
  | 'request'
  | 'issued'
  | 'subject'
  | 'session'
  | 'roles'
  | 'use'

/** What came of one check of what an identity provider says of somebody. */
export interface ProofCheck {
  readonly check: TokenCheckName | AssertionCheckName
  /** `unknown`: what comes before it has to be there first. */
  readonly outcome: 'ok' | 'no' | 'unknown'
  /** What is there, and what is asked for. Of what was sent nothing but what is checked. */
  readonly found: string
  /** What would have to change, and what else it may be. */
  readonly changes: readonly string[]
}
