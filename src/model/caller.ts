import type { AccountId } from './account-id.ts'
import type { EpochMillis } from './epoch-millis.ts'
import type { ProvenCode } from './proven-code.ts'
import type { Session } from './session.ts'
import type { Tag } from './tag.ts'

interface Principal {
  readonly account: AccountId
  /** The ARN that GetCallerIdentity answers and refusals name: the session's, for role and federated sessions. */
  readonly arn: string
  /** `aws:PrincipalArn`: the role's ARN, path included, for a role session. */
  readonly principalArn: string
  /** `aws:userid`: the unique id, with `:` and the session name for a role session. */
  readonly userId: string
  /** The key that signed. */
  readonly accessKeyId: string
  /** `aws:PrincipalTag`: those of the user or role, and over them those of the session. */
  readonly tags: readonly Tag[]
  /** What the temporary credential that signed means; `undefined` for a long-term key. */
  readonly session: Session | undefined
  /** Of an MFA device of the caller's: it came with this request, which few do. */
  readonly oneTimeCode?: ProvenCode | undefined
}

/** The root user of an account, with its long-term key or a session of GetSessionToken. */
export interface RootCaller extends Principal {
  readonly kind: 'root'
}

/** An IAM user, with a long-term key or a session of GetSessionToken. */
export interface UserCaller extends Principal {
  readonly kind: 'user'
  readonly userName: string
  /** `AIDA...`: outlives no deletion, so a re-created user of the same name is another principal. */
  readonly uniqueId: string
}

/** A session of a role, with the temporary credential that AssumeRole or one of its kin made. */
export interface RoleCaller extends Principal {
  readonly kind: 'assumed-role'
  readonly session: Session
  /** `AROA...` of the role. */
  readonly uniqueId: string
}

/** Somebody for whom a user, or the root user, called GetFederationToken. */
export interface FederatedCaller extends Principal {
  readonly kind: 'federated-user'
  readonly session: Session
  /** The user who asked for the session; `undefined`: the root user did. */
  readonly issuer: { readonly arn: string; readonly userName: string; readonly uniqueId: string } | undefined
}

/**
 * Somebody whom an identity provider of an account vouches for. They have no credentials: what they may is for the role
 * they ask for to say.
 */
interface VouchedFor {
  /** The provider's, and the role's. */
  readonly account: AccountId
  /** As `Principal` elements name it: an ARN, or the host of one that AWS knows without being told. */
  readonly provider: string
  readonly subject: string
  readonly audience: string
  /** What the provider says, as condition keys by their names in lower case. */
  readonly keys: ReadonlyMap<string, string | readonly string[]>
  /** What the provider asks the session to be marked by. */
  readonly tags: readonly Tag[]
  readonly transitiveTagKeys: readonly string[]
  readonly sourceIdentity: string | undefined
}

/** Whom an OpenID Connect provider vouches for, by a token. */
export interface WebIdentityCaller extends VouchedFor {
  readonly kind: 'web-identity'
}

/** Whom a SAML provider vouches for, by an assertion. */
export interface SamlCaller extends VouchedFor {
  readonly kind: 'saml'
  readonly subjectType: string
  readonly issuer: string
  /** Tells subjects of different providers apart. */
  readonly nameQualifier: string
  /** What the session is to be called. */
  readonly sessionName: string
  /** The roles that the assertion is for. */
  readonly roleArns: readonly string[]
  readonly assertionId: string
  /** Until when the assertion can be exchanged. */
  readonly redeemableUntil: EpochMillis
  /** Whether it can be exchanged once in all, and not once for each role. */
  readonly singleUse: boolean
  /** When the provider's own session ends, and the longest that one here may last, in seconds; where it says so. */
  readonly sessionEndsAt: EpochMillis | undefined
  readonly longestSeconds: number | undefined
}

/** Whom an identity provider vouches for, whatever its protocol. */
export type IdentityCaller = WebIdentityCaller | SamlCaller

/** Whoever sent a token or an assertion that proves nobody, though it names a provider that an account has. */
export interface SuspectedIdentity {
  readonly kind: 'suspected-identity'
  /** What a proof would have made them. */
  readonly as: IdentityCaller['kind']
  readonly account: AccountId
  readonly provider: string
}

/** Why a one-time code was refused; `Incomplete`: there was none, or nobody said of which device. */
export type RefusedCodeResult = 'Incomplete' | 'UnknownDevice' | 'Invalid' | 'DeviceLocked'

/** Whoever typed a password that proves nobody, for an account that there is. */
export interface SuspectedUser {
  readonly kind: 'suspected-user'
  readonly account: AccountId
  readonly isRoot: boolean
  /** The unique id of the user, or of the account for root; `undefined` where there is no user of the name that was typed. */
  readonly userId: string | undefined
  /** The user's own, however it was typed; `undefined` for root, and where there is no such user. */
  readonly userName: string | undefined
  /** What became of the password; `undefined` where there is nobody who could have one. */
  readonly passwordResult: 'Valid' | 'Invalid' | 'Locked' | undefined
  /** Whether a code came with the right password. */
  readonly mfaUsed: boolean
  /** What became of that code, or that there was none; `undefined` where it was not looked at. */
  readonly mfaResult: RefusedCodeResult | undefined
  /** The page that they wanted to sign in to. */
  readonly loginTo: string
}

/** A service of AWS that acts for an account: here the metadata service, for one of its instances. */
export interface ServiceCaller {
  readonly kind: 'service'
  /** As `Principal` elements name it: `ec2.amazonaws.com`. */
  readonly service: string
  readonly account: AccountId
}

/** The authority above accounts: proved by the operator's token, or by being in the same process. */
export interface OperatorCaller {
  readonly kind: 'operator'
}

/** Who signed a request in some account, and everything that condition keys say about them. */
export type AccountCaller = RootCaller | UserCaller | RoleCaller | FederatedCaller

/** Whoever asks, once proven. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable */
export type Caller = AccountCaller | IdentityCaller | ServiceCaller | OperatorCaller
