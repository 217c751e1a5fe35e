import type { EpochMillis } from '../../model/index.ts'

/** One CloudTrail-shaped record, with the fields that it can be looked up by beside it. */
export interface AuditEntry {
  /** Unique: appending the same one twice fails. */
  readonly eventId: string
  readonly eventTime: EpochMillis
  readonly account: string
  readonly eventSource: string
  readonly eventName: string
  readonly accessKeyId: string | undefined
  readonly principalArn: string | undefined
  readonly errorCode: string | undefined
  /** The whole record as JSON text; the store does not look inside. */
  readonly body: string
}

/** Which entries to find: those of one account, or of all; at most `limit`. */
interface AuditQuery {
  readonly account?: string
  /** Where the page before ended: its last entry. */
  readonly after?: Pick<AuditEntry, 'eventTime' | 'eventId'>
  readonly limit: number
}

/** Remembers who did what. Every call rejects with {@link StoreUnavailable} when the store is closed or its medium fails. */
export interface AuditLog {
  /** Resolves once every entry is durable; rejects when none is. */
  append(entries: readonly AuditEntry[]): Promise<void>

  /** Newest first; entries of one millisecond in descending order of their ids. */
  find(query: AuditQuery): Promise<readonly AuditEntry[]>
}
