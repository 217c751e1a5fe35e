import { epochMillis, isoSeconds, type Secret, type TemporaryCredentials } from '../../model/index.ts'

/** A symbol: what it names is recorded and never answered, because answers are written by the names of members. */
const SESSION_ID = Symbol('session id')

/** `Credentials` as AWS's answers have them. @see https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html */
export interface AnsweredCredentials {
  readonly [member: string]: string | Secret | Date
  readonly [SESSION_ID]?: string
  readonly AccessKeyId: string
  readonly SecretAccessKey: Secret
  readonly SessionToken: string
  readonly Expiration: Date
}

/** The member `Credentials` of an answer. */
export function answeredCredentials(credentials: TemporaryCredentials): AnsweredCredentials {
  return {
    [SESSION_ID]: credentials.sessionId,
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    SessionToken: credentials.sessionToken,
    Expiration: new Date(credentials.expiresAt),
  }
}

/** What the audit trail keeps of credentials: which, of what session, and until when; neither secret nor token. */
export function recordedCredentials(credentials: AnsweredCredentials): object {
  const { AccessKeyId, Expiration, [SESSION_ID]: sessionId } = credentials
  return { accessKeyId: AccessKeyId, sessionId, expiration: isoSeconds(epochMillis(Expiration.getTime())) }
}
