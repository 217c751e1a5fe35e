import { KEY_PURPOSES, type KeyRing, type KeySources, keyRingOf, newKey } from './key-ring.ts'

/** A ring with one new key for each purpose, gone when the process is. */
export function memoryKeyRing(sources: KeySources): KeyRing {
  return keyRingOf(KEY_PURPOSES.map((purpose) => newKey(purpose, sources)))
}
