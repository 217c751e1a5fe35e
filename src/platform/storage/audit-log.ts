import type { EpochMillis } from '../../model/index.ts'

/** One CloudTrail-shaped record, with the fields that it can be looked up by beside it. */
export interface AuditEntry {
  /** Unique: appending the same one twice fails. */
  readonly eventId: string
  readonly eventTime: EpochMillis
  readonly account: string
  readonly eventSource: string
  readonly eventName: string
  /** Who asked, as people call them: a user's name, a session's name, `root`. */
  readonly username: string | undefined
  readonly accessKeyId: string | undefined
  readonly principalArn: string | undefined
  readonly readOnly: boolean
  readonly errorCode: string | undefined
  /** What the request was about. */
  readonly resources: readonly AuditedResource[]
  /** The whole record as JSON text; the store does not look inside. */
  readonly body: string
  /** Why it was refused, as JSON text, for those who may see it: never shown with the record. */
  readonly explanation: string | undefined
}

/** A thing that a request was about: `AWS::IAM::Role` and its ARN, for one. */
interface AuditedResource {
  readonly type: string
  readonly name: string
}

/** What entries have to have, all of it; what is left out is not asked. */
export interface AuditFilter
  extends Partial<
    Pick<
      { readonly [Field in keyof AuditEntry]: AuditEntry[Field] | undefined },
      | 'account'
      | 'eventId'
      | 'eventSource'
      | 'eventName'
      | 'username'
      | 'accessKeyId'
      | 'principalArn'
      | 'readOnly'
      | 'errorCode'
    >
  > {
  /** Any name but that. */
  readonly exceptEventName?: string | undefined
  /** Whether they have an error code, whichever. */
  readonly refused?: boolean | undefined
  readonly resourceType?: string | undefined
  readonly resourceName?: string | undefined
  /** At or after. */
  readonly since?: EpochMillis | undefined
  /** At or before. */
  readonly until?: EpochMillis | undefined
}

/** A place in the log as it is read by time: that of an entry. */
export type AuditPlace = Pick<AuditEntry, 'eventTime' | 'eventId'>

/** Which entries to find, at most `limit`. */
export interface AuditQuery extends AuditFilter {
  /** Where the page before ended: its `next`. */
  readonly after?: AuditPlace | undefined
  readonly limit: number
}

/** Some of the entries that were asked for. A page may be empty although more follow. */
export interface AuditPage {
  readonly entries: readonly AuditEntry[]
  /** Where to go on; `undefined` when there is nothing more. */
  readonly next: AuditPlace | undefined
}

/** Entries in the order in which they became durable. */
export interface AuditTail {
  readonly entries: readonly AuditEntry[]
  /** The number of the last entry that was looked at: where to go on. */
  readonly last: number
}

/** Entries that one call looks at when it filters: it may hold up the caller no longer than that takes. */
export const MOST_SCANNED = 2000

/** Remembers who did what. Every call rejects with {@link StoreUnavailable} when the store is closed or its medium fails. */
export interface AuditLog {
  /** Resolves once every entry is durable; rejects when none is. */
  append(entries: readonly AuditEntry[]): Promise<void>

  /**
   * Newest first; entries of one millisecond in descending order of their ids. Looks at no more than
   * {@link MOST_SCANNED} entries, or `limit` when that is more.
   */
  find(query: AuditQuery): Promise<AuditPage>

  /** The number of the newest entry: numbers go up in the order of appending, and none is given twice. 0 is before all. */
  last(): Promise<number>

  /** What was appended after the entry of that number, bounded as {@link find}. */
  follow(query: AuditFilter & { readonly after: number; readonly limit: number }): Promise<AuditTail>

  /**
   * Forgets at most `most` of the oldest entries from before an instant; the newest of all entries stays.
   * @returns how many: 0 when there is nothing more to forget
   */
  forget(before: EpochMillis, most: number): Promise<number>
}
