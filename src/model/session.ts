import type { AccountId } from './account-id.ts'
import type { EpochMillis } from './epoch-millis.ts'
import type { Secret } from './secret.ts'

/**
 * What a temporary credential means. It lives sealed inside its own session token; nothing is stored per session.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp.html
 */
export interface Session {
  /** 128 random bits in base64url: what a revocation names. */
  readonly id: string
  readonly accessKeyId: string
  readonly account: AccountId
  /** The role that was assumed: its ARN, path included, and its unique id (`AROA...`). */
  readonly roleArn: string
  readonly roleId: string
  readonly sessionName: string
  readonly issuedAt: EpochMillis
  readonly expiresAt: EpochMillis
  /** How many role sessions stand behind this one: 0 when a long-term credential assumed the role. */
  readonly chainDepth: number
}

/** The credentials a caller gets: the three texts that every AWS SDK knows, and when they end. */
export interface TemporaryCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: Secret
  readonly sessionToken: string
  readonly expiresAt: EpochMillis
}
