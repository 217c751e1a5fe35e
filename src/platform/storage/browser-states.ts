import type { EpochMillis } from '../../model/index.ts'

/** The places that one holder may have among those of a kind. */
export interface BrowserShare {
  /** At most 64 characters. */
  readonly holder: string
  /** When they have so many, what ends first makes way. */
  readonly most: number
}

/**
 * What browsers have begun and not ended: who is signed in, which login is on its way. Known to all nodes, each until it
 * expires. Kinds are strangers: a key of one is none of another.
 */
export interface BrowserStates {
  /**
   * Keeps a value, in the place of what is kept under that key. Resolves once that is durable.
   * @param key - at most 64 characters
   * @param value - at most 65,536 characters
   * @param share - what it counts for; left out, for nobody's
   * @throws {@link StoreUnavailable} also when as many of the kind are kept as may be: none that lasts makes way for one of
   *   another holder
   */
  put(
    kind: string,
    key: string,
    value: string,
    expiresAt: EpochMillis,
    now: EpochMillis,
    share?: BrowserShare,
  ): Promise<void>
  /**
   * Keeps that a key was used, as `put` keeps an empty value: of many who claim one at once, on whatever nodes, one does.
   * @returns false when something is kept under it that has not expired
   * @throws {@link StoreUnavailable} as {@link put}
   */
  claim(kind: string, key: string, expiresAt: EpochMillis, now: EpochMillis, share?: BrowserShare): Promise<boolean>
  /** The value that is kept under a key and has not expired. @throws {@link StoreUnavailable} */
  find(kind: string, key: string, now: EpochMillis): Promise<string | undefined>
  /**
   * The same, and forgets it: of many who take a value at once, on whatever nodes, one gets it.
   * @throws {@link StoreUnavailable}
   */
  take(kind: string, key: string, now: EpochMillis): Promise<string | undefined>
  /** Forgets what is kept under a key, if anything is. @throws {@link StoreUnavailable} */
  remove(kind: string, key: string): Promise<void>
}
