/** What a directory record describes. */
export type RecordKind =
  | 'account'
  | 'account-alias'
  | 'user'
  | 'group'
  | 'role'
  | 'managed-policy'
  | 'access-key'
  | 'login-profile'
  | 'credential-report'
  | 'access-report'
  | 'organization'
  | 'revocation'
  | 'instance-profile'
  | 'instance'
  | 'task'
  | 'pod-identity-association'
  | 'cluster'
  | 'oidc-provider'
  | 'role-deletion'
  | 'saml-provider'
  | 'mfa-device'

/** Names one record. Records keep the account they were made in. */
export interface RecordName {
  readonly kind: RecordKind
  /** Unique per kind over all accounts, for example `111111111111/alice`. Well-formed Unicode without NUL. */
  readonly key: string
  readonly account: string
}

/** One thing the directory knows. */
export interface DirectoryRecord extends RecordName {
  /** JSON text; the store does not look inside. */
  readonly body: string
  /** Id of the at-rest key that seals a secret inside the body, when there is one. */
  readonly sealedUnder?: string
  /** What it refers to, each named once: whatever `referring` is to find it by. Well-formed Unicode without NUL. */
  readonly refersTo?: readonly string[]
}

/**
 * One step of a commit. A put without `expect` creates or replaces; a remove without `expect` of what is not there
 * changes nothing. A put over another account's record is a conflict: a record never moves. A put that expects a `body`
 * replaces exactly that one: whoever read a record changes what was read, or nothing.
 */
export type DirectoryChange =
  | { readonly put: DirectoryRecord; readonly expect?: 'absent' | 'present' | { readonly body: string } }
  | { readonly remove: RecordName; readonly expect?: 'present' }

/** Which records to list: those of one account, or of all; those whose key comes after `after`; at most `limit`. */
interface ListOptions {
  readonly account?: string
  readonly after?: string
  readonly limit: number
}

/**
 * Keeps accounts and what is in them. A reader never sees half a commit, and sees its own commits once they resolved.
 * Every call rejects with {@link StoreUnavailable} when the store is closed or its medium fails.
 */
export interface DirectoryStore {
  find(kind: RecordKind, key: string): Promise<DirectoryRecord | undefined>

  /** Ordered by key, in the order of Unicode code points. What records refer to is left out, here and in `find`. */
  list(kind: RecordKind, options: ListOptions): Promise<readonly DirectoryRecord[]>

  /**
   * Applies the changes in their order and appends each to the change log, in one transaction, or does nothing.
   * Resolves once that is durable.
   * @param at - the sequence that the change log ends at: for changes that were planned from everything up to there
   * @throws {@link StoreConflict} when an `expect` is not met, or the change log ends elsewhere
   */
  commit(changes: readonly DirectoryChange[], at?: number): Promise<void>

  /**
   * The records of a kind that refer to `target`, in the order of their keys. What they refer to themselves is left out.
   * @param options - as `list` takes them
   */
  referring(kind: RecordKind, target: string, options: ListOptions): Promise<readonly DirectoryRecord[]>

  /** How many records of a kind refer to `target`. */
  countReferring(kind: RecordKind, target: string): Promise<number>

  /** How many records refer to each of the targets, of whatever kind; those that none refers to are left out. */
  countReferrers(targets: readonly string[]): Promise<ReadonlyMap<string, number>>

  /** How many records of a kind an account has. */
  count(kind: RecordKind, account: string): Promise<number>

  /** Ids of the at-rest keys that stored secrets are sealed under, each once. */
  sealingKeysInUse(): Promise<readonly string[]>
}

/** A change expected something else to be there; nothing of its commit was applied. */
export class StoreConflict extends Error {
  override readonly name = 'StoreConflict'
}
