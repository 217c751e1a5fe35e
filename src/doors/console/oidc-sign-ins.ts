import type { LoginFailure } from '../../domain/login/index.ts'
import type { AccountId, Fault, RequestFacts } from '../../model/index.ts'

/** An account with the roles that somebody may choose there. */
interface OfferedAccount {
  readonly id: AccountId
  readonly alias: string | undefined
  readonly roles: readonly { readonly arn: string; readonly name: string }[]
}

/** The roles that take a token, as far as they were looked for. */
export interface OidcOffer {
  /** None without roles. */
  readonly accounts: readonly OfferedAccount[]
  /** False when there are more roles than are judged for one sign-in. */
  readonly isWhole: boolean
}

/** The provider let nobody in, or nobody got through to it. */
interface FailedSignIn {
  readonly outcome: 'failed'
  readonly failure: LoginFailure
  /** With the reason in its detail, for the log. */
  readonly because: Fault
}

/** Where a browser goes that begins to sign in. */
type BegunSignIn =
  /** `handle` is for the browser to keep until it comes back. */
  { readonly outcome: 'begun'; readonly url: URL; readonly handle: string } | FailedSignIn

/** What came of a sign-in. */
export type FinishedSignIn =
  /** The browser is to be signed in with this session. */
  | { readonly outcome: 'for-browser'; readonly sessionToken: string }
  /** There are several roles; `handle` stands for who somebody is until one is chosen. */
  | { readonly outcome: 'to-choose'; readonly handle: string }
  /** No role takes the token of those that were judged, and there are more. */
  | { readonly outcome: 'cut-short'; readonly because: Fault }
  /** Nothing that was begun in this browser, or is still waited for. */
  | { readonly outcome: 'not-begun' }
  | FailedSignIn

/** Signing in at OpenID Connect providers, by the doors that the configuration names. */
export interface OidcSignIns {
  /** The names of the doors. */
  readonly doors: readonly string[]
  /** Begins a sign-in. `undefined` when there is no such door. */
  begin(door: string, facts: RequestFacts): Promise<BegunSignIn | undefined>
  /**
   * Finishes it, with what the browser brought back: whatever comes of it, it is over. The only role that takes the token
   * is taken at once.
   * @param answer - the parameters of the provider's answer
   * @param handle - what the browser kept
   * @returns `undefined` when there is no such door
   * @throws Fault in the words of `AssumeRoleWithWebIdentity`
   */
  finish(
    door: string,
    answer: Readonly<Record<string, string>>,
    handle: string | undefined,
    facts: RequestFacts,
  ): Promise<FinishedSignIn | undefined>
  /**
   * The roles to choose from, judged now. `undefined` when nobody has to choose with that handle.
   * @throws Fault in the words of `AssumeRoleWithWebIdentity`, also when there is none any more
   */
  offered(door: string, handle: string, facts: RequestFacts): Promise<OidcOffer | undefined>
  /**
   * Exchanges who somebody is for a session of a role: with the same handle once, whatever comes of it.
   * @param roleArn - may be anything
   * @returns its token; `undefined` when nobody has to choose with that handle
   * @throws Fault in the words of `AssumeRoleWithWebIdentity`
   */
  choose(door: string, handle: string, roleArn: string, facts: RequestFacts): Promise<string | undefined>
}
