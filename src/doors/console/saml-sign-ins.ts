import type { TerminalLogin } from '../../domain/browser/index.ts'
import type { AccountId, RequestFacts, Secret } from '../../model/index.ts'

/** A role that a response lets somebody choose. */
interface OfferedRole {
  readonly arn: string
  readonly name: string
  /** The ARN of the provider that vouches for it. */
  readonly provider: string
  /** How long the provider lets its session last, in seconds; `undefined`: it does not say. */
  readonly seconds: number | undefined
}

/** An account with the roles that somebody may choose there. */
interface OfferedAccount {
  readonly id: AccountId
  readonly alias: string | undefined
  readonly roles: readonly OfferedRole[]
}

/** A sign-in that was begun here, and is answered. */
interface BegunSignIn {
  readonly ticket: string
  /** SHA-256 of what only the browser holds in which it was begun. */
  readonly browser: string
  /** The program that waits for it; `undefined`: the browser itself is to be signed in. */
  readonly terminal: TerminalLogin | undefined
}

/** What a response proves: the roles to choose from, at least one. For one request; of it only the person and the accounts are shown. */
export interface SamlOffer {
  readonly response: Secret
  /** Whom sessions are called by: who it is about, so that somebody may notice whose response it is. */
  readonly person: string
  readonly accounts: readonly OfferedAccount[]
  /** The sign-in that it answers; `undefined`: it answers none. */
  readonly begun: BegunSignIn | undefined
}

/** What came of choosing a role. */
type SamlOutcome =
  | { readonly outcome: 'for-browser'; readonly sessionToken: string }
  /** The program gets its credentials for the code, once. */
  | { readonly outcome: 'for-terminal'; readonly port: number; readonly code: string; readonly state: string }

/** Signing in with what SAML identity providers say. */
export interface SamlSignIns {
  /** What identity providers import to know this service: metadata of a service provider. */
  metadata(): string
  /**
   * Begins a sign-in at a provider.
   * @param asked - the account by number or alias, and the provider by name, as somebody typed them
   * @returns where the browser has to go, and what it has to hold until it comes back; `undefined` when there is no such
   *   provider, or it is to be begun at the provider only
   */
  begin(
    asked: { readonly account: string; readonly provider: string; readonly terminal: TerminalLogin | undefined },
    facts: RequestFacts,
  ): Promise<{ readonly url: URL; readonly browser: string } | undefined>
  /**
   * Proves a response, and says which roles it lets somebody choose from.
   * @param response - as it was posted; it may be anything
   * @throws Fault in the words of `AssumeRoleWithSAML`; it is recorded as one of that where a known provider is named
   */
  offered(response: Secret, facts: RequestFacts): Promise<SamlOffer>
  /**
   * Exchanges a response for a session of a role: for the browser, or for the program that waits for it. A sign-in that was
   * begun here is over with that, whatever comes of it.
   * @param roleArn - may be anything
   * @param browser - what the browser holds; it has to be the one in which the sign-in was begun
   * @throws Fault in the words of `AssumeRoleWithSAML`
   */
  choose(
    offer: SamlOffer,
    choice: { readonly roleArn: string; readonly browser: string | undefined },
    facts: RequestFacts,
  ): Promise<SamlOutcome>
}
