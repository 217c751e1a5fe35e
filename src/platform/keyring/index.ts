/** The keys of a node by purpose and id. Hands out keys; never seals, opens or signs with them itself. @module */
export {
  KEY_PURPOSES,
  type Key,
  type KeyPurpose,
  type KeyRing,
  KeyRingError,
  type KeySources,
  type KeyState,
  keyRingOf,
  newKey,
  requireKeys,
} from './key-ring.ts'
export { memoryKeyRing } from './memory-key-ring.ts'
