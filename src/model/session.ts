import type { AccountId } from './account-id.ts'
import type { EpochMillis } from './epoch-millis.ts'
import type { Secret } from './secret.ts'
import type { Tag } from './tag.ts'

/** A session of a role: AssumeRole made it, or one of its kin. */
export interface RoleHolder {
  readonly kind: 'assumed-role'
  /** Without path: names are unique in an account. */
  readonly roleName: string
  /** `AROA...`: the session ends when the role of this id is gone, whatever takes its name later. */
  readonly roleId: string
  readonly sessionName: string
  /** How many sessions stand behind this one: 0 when a long-term credential assumed the role. */
  readonly chainDepth: number
}

/** The user whom GetSessionToken was called by: the session is the user. */
export interface UserHolder {
  readonly kind: 'user'
  readonly userName: string
  /** `AIDA...` */
  readonly userId: string
}

/** The root user of the account, which called GetSessionToken. */
interface RootHolder {
  readonly kind: 'root'
}

/** Whom GetFederationToken was called for, and by whom: a user, or `undefined` for the root user. */
export interface FederatedHolder {
  readonly kind: 'federated-user'
  readonly name: string
  readonly issuer: UserHolder | undefined
}

/** Who acts with a temporary credential. */
export type SessionHolder = RoleHolder | UserHolder | RootHolder | FederatedHolder

/** A managed policy as it was when a session was limited by it. */
export interface SessionPolicyArn {
  readonly arn: string
  /** Of its text: a policy that changed since cannot be resolved any more, and then grants nothing. */
  readonly fingerprint: string
}

/** The policies that a session was limited by when it was made. None in either place: it grants nothing. */
export interface SessionPolicies {
  /** JSON text. */
  readonly inline: string | undefined
  readonly managed: readonly SessionPolicyArn[]
}

/** What a session is limited and marked by, settled for good when it is made. */
export interface SessionTerms {
  /** `undefined`: made without any, so the holder's own policies are the limit. */
  readonly policies: SessionPolicies | undefined
  /** Session tags, inherited ones included. */
  readonly tags: readonly Tag[]
  /** Keys of the tags that sessions made from this one inherit. */
  readonly transitiveTagKeys: readonly string[]
  readonly sourceIdentity: string | undefined
  /** When a one-time code was proved; `undefined` without one. */
  readonly mfaAt: EpochMillis | undefined
  /**
   * Condition keys that stay with the session from where it began, an identity provider or an instance, by their names
   * in lower case.
   */
  readonly carriedKeys: Readonly<Record<string, string | readonly string[]>>
}

/** The terms of a session that is neither limited nor marked. */
export const PLAIN_TERMS: SessionTerms = Object.freeze({
  policies: undefined,
  tags: Object.freeze([]),
  transitiveTagKeys: Object.freeze([]),
  sourceIdentity: undefined,
  mfaAt: undefined,
  carriedKeys: Object.freeze({}),
})

/** The tags that sessions made from a session with these terms inherit, and cannot change. */
export function inheritedTags({ tags, transitiveTagKeys }: SessionTerms): readonly Tag[] {
  return tags.filter(({ key }) => transitiveTagKeys.includes(key))
}

/**
 * What a temporary credential means. It lives sealed inside its own session token; nothing is stored per session.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp.html
 */
export interface Session {
  /** 128 random bits in base64url: what a revocation names. */
  readonly id: string
  readonly accessKeyId: string
  readonly account: AccountId
  readonly holder: SessionHolder
  readonly issuedAt: EpochMillis
  readonly expiresAt: EpochMillis
  readonly terms: SessionTerms
  /**
   * Whether a page acts with it for a browser that is signed in, and nobody signed. Follows from how it was proved and
   * stands in no token: whoever gets hold of one cannot pass for such a browser.
   */
  readonly fromConsole?: boolean
}

/** The credentials a caller gets: the three texts that every AWS SDK knows, and when they end. */
export interface TemporaryCredentials {
  /** Of their session: what a revocation names. For the record, not for the caller. */
  readonly sessionId: string
  readonly accessKeyId: string
  readonly secretAccessKey: Secret
  readonly sessionToken: string
  readonly expiresAt: EpochMillis
}
