import { epochMillis, isoSeconds, type Secret, type TemporaryCredentials } from '../../model/index.ts'

/** `Credentials` as AWS's answers have them. @see https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html */
export interface AnsweredCredentials {
  readonly [member: string]: string | Secret | Date
  readonly AccessKeyId: string
  readonly SecretAccessKey: Secret
  readonly SessionToken: string
  readonly Expiration: Date
}

/** The member `Credentials` of an answer. */
export function answeredCredentials(credentials: TemporaryCredentials): AnsweredCredentials {
  return {
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    SessionToken: credentials.sessionToken,
    Expiration: new Date(credentials.expiresAt),
  }
}

/** What the audit trail keeps of credentials: which, and until when; neither secret nor token. */
export function recordedCredentials({ AccessKeyId, Expiration }: AnsweredCredentials): object {
  return { accessKeyId: AccessKeyId, expiration: isoSeconds(epochMillis(Expiration.getTime())) }
}
