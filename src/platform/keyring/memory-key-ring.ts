import { STANDARD_KEY_ROTATION } from '../config/index.ts'
import { type DestroyedKey, KEY_PURPOSES, type Key, newKey } from './key.ts'
import { scheduleOf } from './key-life.ts'
import type { ManagedKeyRing } from './key-ring.ts'
import { type KeyRingParts, LiveKeyRing } from './live-key-ring.ts'

type MemoryKeyRingParts = Pick<KeyRingParts, 'random' | 'clock'> & Partial<KeyRingParts>

/** A ring with one new key for each purpose, gone when the process is. */
export function memoryKeyRing({
  schedule = scheduleOf(STANDARD_KEY_ROTATION),
  inUse = async () => [],
  ...sources
}: MemoryKeyRingParts): ManagedKeyRing {
  const kept = new Map<string, Key | DestroyedKey>()
  const keep = (key: Key | DestroyedKey): void => void kept.set(`${key.purpose}.${key.generation}`, key)
  for (const purpose of KEY_PURPOSES) keep(newKey(purpose, sources))
  const store = {
    read: async () => ({ keys: [...kept.values()], problems: [] }),
    // Nobody else has this store: no key is there that could stay.
    add: async (key: Key) => keep(key),
    destroy: async (key: DestroyedKey) => keep(key),
  }
  return new LiveKeyRing(store, kept.values(), { ...sources, schedule, inUse })
}
