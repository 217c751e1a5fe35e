import type { EpochMillis } from '../../model/index.ts'

/**
 * What is used: an access key by its id, a role or a password by the unique id of the role or user; or an action by a
 * principal, `UNIQUE-ID/service:Action`.
 */
export type UsageKind = 'access-key' | 'role' | 'password' | 'action'

/** When something was used last, and for what. */
export interface UsageStamp {
  readonly kind: UsageKind
  readonly key: string
  readonly usedAt: EpochMillis
  readonly region: string | undefined
  /** The service that was asked; `undefined` for a password. */
  readonly service: string | undefined
}

/**
 * Remembers when things were used last: not what the directory is, so no change of it. Every call rejects with
 * {@link StoreUnavailable} when the store is closed or its medium fails.
 */
export interface UsageStamps {
  /** Keeps stamps, all or none: of one that is there already the later one stays. Resolves once durable. */
  record(stamps: readonly UsageStamp[]): Promise<void>

  /** The stamps of those keys that have one, in no order. */
  find(kind: UsageKind, keys: readonly string[]): Promise<readonly UsageStamp[]>

  /** The stamps of all keys that begin so, in the order of their keys: at most `limit`. */
  startingWith(kind: UsageKind, prefix: string, limit: number): Promise<readonly UsageStamp[]>

  /** Forgets at most `most` stamps of a kind that are older. @returns how many: 0 when there is nothing more to forget */
  forget(kind: UsageKind, before: EpochMillis, most: number): Promise<number>
}
