import type { BrowserHandles, BrowserState } from '../../domain/browser/index.ts'
import type { Received, ResultStructure } from '../../engines/wire/index.ts'
import type {
  AccountCaller,
  AccountId,
  EpochMillis,
  RequestFacts,
  Secret,
  TemporaryCredentials,
} from '../../model/index.ts'
import type { PresentedPassword } from '../../pipeline/authentication/index.ts'
import type { AskedByName, Connection } from '../../pipeline/index.ts'
import type { OidcSignIns } from './oidc-sign-ins.ts'
import type { SamlSignIns } from './saml-sign-ins.ts'
import type { SigninTokens } from './signin-tokens.ts'

/** A browser in which somebody is signed in: proven for one request, and not kept for another. */
export interface ConsoleSession {
  /** What the browser holds; never shown on a page. */
  readonly handle: string
  readonly caller: AccountCaller
  readonly account: AccountId
  /** As GetCallerIdentity says it. */
  readonly arn: string
  /** What every form of this browser carries. */
  readonly formToken: string
  readonly signedInBy: BrowserState['console-session']['signedInBy']
  readonly signedInAt: EpochMillis
  readonly expiresAt: EpochMillis
  readonly sessionToken: Secret
  /** Where a role was switched to: who signed in. */
  readonly switchedFrom: ConsoleSession | undefined
}

/** A role to switch to: by its ARN, or as people know it. It may be anything that somebody typed. */
type SwitchTarget =
  | { readonly roleArn: string }
  | {
      /** Its number, or its alias. */
      readonly account: string
      /** With its path, where it has one. */
      readonly roleName: string
    }

/** The roles of an account that admit somebody. */
export interface SwitchableRoles {
  readonly account: { readonly id: AccountId; readonly alias: string | undefined }
  readonly arns: readonly string[]
  /** False where the account has more roles than were looked at. */
  readonly isAll: boolean
}

/** What somebody types who signs in by password. It may be anything. */
type TypedPassword = Omit<PresentedPassword, 'loginTo'>

/** A browser whose user showed their password, and has to choose another one before anything else. */
export interface PendingPasswordChange {
  /** What the browser holds; never shown on a page. */
  readonly handle: string
  /** What the form for it carries. */
  readonly formToken: string
  /** Somebody else set the password, or it has expired. */
  readonly reason: BrowserState['password-change']['reason']
  readonly account: AccountId
  readonly arn: string
}

/** What came of signing in by password. */
type LoginOutcome =
  | { readonly outcome: 'signed-in'; readonly session: ConsoleSession }
  | { readonly outcome: 'password-change'; readonly change: PendingPasswordChange }

/** What pages can ask of the broker. They act by submitting operations, and see no more of it than this. */
export interface ConsoleBroker {
  /** Scheme, host and port that browsers know it by: every absolute URL begins with it. */
  readonly origin: string
  /** Where its clients say that they are. */
  readonly region: string
  /** What browsers have begun, by kind, behind handles. */
  readonly states: BrowserHandles
  /** Signing in with what SAML identity providers say. */
  readonly saml: SamlSignIns
  /** Signing in at the OpenID Connect providers of the configuration. */
  readonly oidc: OidcSignIns
  /** Links to the console. */
  readonly signinTokens: SigninTokens
  /** The facts of a request that has just come in. Call it once for each. */
  factsOf(received: Pick<Received, 'rawHeaders'>, connection: Connection): RequestFacts
  /**
   * Signs a browser in with a session of a role, or of a federated user, that was minted for whoever uses it. The handle is
   * a new one: what the browser held before, somebody else may have put there.
   * @param until - it ends then, and no later than the session; left out, with the session
   * @throws Fault when the session does not count, or is of a user or root: they show their password
   */
  signIn(
    sessionToken: string,
    signedInBy: Exclude<ConsoleSession['signedInBy'], 'password'>,
    facts: RequestFacts,
    until?: EpochMillis,
  ): Promise<ConsoleSession>
  /**
   * Signs a browser in whose user shows their password, and a code of their MFA device if they have one.
   * @throws SignInRefused in the same words whatever is wrong, also when there were too many wrong passwords
   * @throws AccessDenied when the password has expired and only an administrator may replace it
   * @throws Overloaded when too many sign in to the account at once
   */
  login(typed: TypedPassword, facts: RequestFacts): Promise<LoginOutcome>
  /** Who has to choose another password, by the handle of that; `undefined` whatever the reason nobody has. */
  passwordChangeOf(handle: string, facts: RequestFacts): Promise<PendingPasswordChange | undefined>
  /**
   * Replaces the password and signs the browser in. It may be tried again after a refusal.
   * @returns `undefined` when nobody has to choose a password with that handle, or somebody else has just done it
   * @throws Fault in the words of `iam:ChangePassword`, which its user has to be allowed as at AWS
   */
  changePassword(
    handle: string,
    passwords: { readonly oldPassword: Secret; readonly newPassword: Secret },
    facts: RequestFacts,
  ): Promise<ConsoleSession | undefined>
  /**
   * Who is signed in with a handle, judged anew; `undefined` whatever the reason nobody is, or no longer. A role that was
   * switched to and is over leaves who signed in; forms of the role count for nothing then.
   */
  sessionOf(handle: string, facts: RequestFacts): Promise<ConsoleSession | undefined>
  /** Signs a browser out, of a role that was switched to and of what was before it. Its handle stands for nothing from now on; credentials that were shown count until they expire. */
  signOut(handle: string): Promise<void>
  /**
   * Submits an action of STS or IAM for whoever is signed in, who is proven once more for it.
   * @returns what AWS's answer has, by AWS's names; `undefined` where its model has no output
   * @throws Fault in the words that the wire has
   */
  act(session: ConsoleSession, asked: AskedByName, facts: RequestFacts): Promise<ResultStructure | undefined>
  /**
   * Has whoever signed in assume a role, and the browser act as it: for an hour, and no longer than they are signed in.
   * @returns the session that the browser holds from now on; one that was switched to before is over
   * @throws Fault in the words that the wire has; of an account that was named by its alias, in words that tell nothing of it
   */
  switchRole(session: ConsoleSession, target: SwitchTarget, facts: RequestFacts): Promise<ConsoleSession>
  /** Ends a role that was switched to, and gives who signed in; `undefined` when there was no switch. */
  switchBack(session: ConsoleSession): Promise<ConsoleSession | undefined>
  /** The roles of the account of whoever signed in that they can switch to now, as it is decided when they do. */
  switchableRoles(session: ConsoleSession, facts: RequestFacts): Promise<SwitchableRoles>
  /**
   * Submits an action of STS that nobody signs: what proves the caller is among its parameters.
   * @throws Fault in the words that the wire has
   */
  exchange(
    action: 'AssumeRoleWithSAML' | 'AssumeRoleWithWebIdentity',
    params: AskedByName['params'],
    facts: RequestFacts,
  ): Promise<ResultStructure | undefined>
  /**
   * The credentials of a role's session, for the page that shows them. `undefined` for users and root: as at AWS, nobody
   * gets credentials out of their console session, which may do more than a session that signs.
   */
  credentialsOf(session: ConsoleSession): TemporaryCredentials | undefined
  /**
   * The credentials that somebody signed in for in a browser, for the program that waits for them: once. The code is used
   * up by whoever shows it.
   * @param verifier - what the challenge was made of with which the sign-in began
   * @returns `undefined` whatever the reason there are none
   */
  redeem(code: string, verifier: Secret, facts: RequestFacts): Promise<TemporaryCredentials | undefined>
}
