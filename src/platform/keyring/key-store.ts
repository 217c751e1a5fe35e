import type { DestroyedKey, Key } from './key.ts'

/** Where the keys of a ring are kept; several nodes may share one store. Calls reject with an error that names the place. */
export interface KeyStore {
  /** Every key that is kept, and what keeps others from being read: those are not to be taken for gone. */
  read(): Promise<{ readonly keys: readonly (Key | DestroyedKey)[]; readonly problems: readonly string[] }>
  /** Keeps a new key, durably, unless there is one of its purpose and generation already: then that one stays. */
  add(key: Key): Promise<void>
  /** Puts what is left of a key in its place, durably: a reader sees the one or the other. */
  destroy(key: DestroyedKey): Promise<void>
}
