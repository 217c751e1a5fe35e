import type { Caller, Fault, RequestFacts, SuspectedIdentity, SuspectedUser } from '../../model/index.ts'

/** A thing that a request was about. When it is in another account than the caller, a grant is recorded there too. */
interface AuditResource {
  readonly ARN: string
  readonly accountId: string
  readonly type: string
}

/** What an operation tells the audit trail about one request: never a secret, never a session token. */
export interface AuditDetails {
  readonly requestParameters?: Readonly<Record<string, unknown>> | undefined
  readonly responseElements?: Readonly<Record<string, unknown>> | undefined
  /** What was part of neither the request nor the answer. */
  readonly additionalEventData?: Readonly<Record<string, unknown>> | undefined
  readonly resources?: readonly AuditResource[] | undefined
}

/** One request of a proven caller, granted or refused; or a token or password that proved nobody, where whose it was said to be is known. */
export interface AuditEvent {
  readonly caller: Caller | SuspectedIdentity | SuspectedUser
  /** `sts`, `iam` or `rolecall`. */
  readonly service: string
  readonly eventName: string
  /** The region of the credential scope; `undefined` for callers without a signature. */
  readonly region: string | undefined
  readonly facts: RequestFacts
  readonly details: AuditDetails
  /** Why it was refused; `undefined` when it was granted. */
  readonly fault: Fault | undefined
  /** Tells why it was refused, as JSON text; asked when the record is written, while nobody waits for an answer, and not at all in a flood. */
  readonly explain?: (() => string) | undefined
}
