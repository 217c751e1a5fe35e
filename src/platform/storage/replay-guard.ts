import type { EpochMillis } from '../../model/index.ts'

/** Remembers one-time values, such as the ids of assertions, until they could no longer be used again. */
export interface ReplayGuard {
  /**
   * Atomically claims `key` until `expiresAt`. Resolves once that is durable.
   * @param key - at most 256 characters
   * @param now - claims that have expired by then count no more
   * @returns false when anybody, on whatever node, has claimed it and that claim lasts still
   * @throws {@link StoreUnavailable} also when as many claims are held as may be: none that lasts makes way for another
   */
  claim(key: string, expiresAt: EpochMillis, now: EpochMillis): Promise<boolean>
}
