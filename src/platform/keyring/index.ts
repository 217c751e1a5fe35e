/**
 * The keys of a node by purpose and id, and their life. Hands out keys, and derives key pairs of them; never seals, opens
 * or signs with them itself. @module
 */
export { deriveNumber, deriveP384Key, deriveRsaKey } from './derive-keys.ts'
export { type DestroyedKey, KEY_PURPOSES, type Key, type KeyFacts, type KeyPurpose, newKey } from './key.ts'
export { type KeyLife, type KeyState, livesOf, scheduleOf } from './key-life.ts'
export { type KeyRing, KeyRingError, type ManagedKeyRing, requireKeys } from './key-ring.ts'
export type { KeyStore } from './key-store.ts'
export { type KeyRingParts, LiveKeyRing } from './live-key-ring.ts'
export { memoryKeyRing } from './memory-key-ring.ts'
