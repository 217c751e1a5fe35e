import type { EpochMillis, RequestFacts } from '../../model/index.ts'
import type { ShownCredentials } from '../../pipeline/authentication/index.ts'

/** Links to the console, as programs make them for people who sign in elsewhere. */
export interface SigninTokens {
  /**
   * A token for the session of credentials that are shown: it is good once, for 15 minutes, to sign a browser in.
   * @param sessionDuration - in seconds, as it was sent; it may be anything
   * @throws Fault in the same words whatever is wrong with the credentials; in others for what cannot be had with them
   */
  issue(shown: ShownCredentials, sessionDuration: string | undefined, facts: RequestFacts): Promise<string>
  /** The session that a token is for, and when the sign-in ends at the latest; `undefined` whatever the reason there is none. */
  take(
    token: string,
    facts: RequestFacts,
  ): Promise<{ readonly sessionToken: string; readonly until: EpochMillis | undefined } | undefined>
}
