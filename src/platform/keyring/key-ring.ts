import { createSecretKey, type KeyObject } from 'node:crypto'
import type { EpochMillis } from '../../model/index.ts'
import type { Clock } from '../clock.ts'
import type { Random } from '../random.ts'

/** What a key is for; no key serves two purposes. */
export const KEY_PURPOSES = ['session-seal', 'session-secret', 'at-rest', 'explanation', 'page-marker'] as const

/**
 * One of {@link KEY_PURPOSES}: sealing session tokens, deriving their secrets, sealing stored long-term secrets, sealing
 * references to explanations of refusals, proving the markers that lead to the next page of a list.
 */
export type KeyPurpose = (typeof KEY_PURPOSES)[number]

/** `pending`: known, not used yet. `active`: makes new seals. `retired`: only opens. A destroyed key is no key any more. */
export type KeyState = 'pending' | 'active' | 'retired'

/** One key of the ring. */
export interface Key {
  /** Random, so that two keys never share one, not even keys of two rings. */
  readonly id: string
  readonly purpose: KeyPurpose
  readonly state: KeyState
  /** 256 bits. A KeyObject, because it prints as nothing and `createCipheriv` and `createHmac` take it three times as fast as bytes. */
  readonly material: KeyObject
  readonly createdAt: EpochMillis
}

/** The keys of this node, by purpose and id. */
export interface KeyRing {
  /** The one key that new seals are made with. */
  active(purpose: KeyPurpose): Key
  /** Whatever may still open something: pending, active or retired; `undefined` when unknown or destroyed. */
  find(purpose: KeyPurpose, id: string): Key | undefined
}

/** Where new keys come from. */
export interface KeySources {
  readonly random: Random
  readonly clock: Clock
}

/** Makes an active key of 256 random bits. */
export function newKey(purpose: KeyPurpose, { random, clock }: KeySources): Key {
  return {
    id: random.bytes(8).toString('base64url'),
    purpose,
    state: 'active',
    material: createSecretKey(random.bytes(32)),
    createdAt: clock.now(),
  }
}

/** A ring of `keys`, oldest first: where two are active for one purpose, as in the middle of a rotation, the newer one seals. */
export function keyRingOf(keys: Iterable<Key>): KeyRing {
  const byName = new Map<string, Key>()
  const active = new Map<KeyPurpose, Key>()
  for (const key of keys) {
    byName.set(`${key.purpose}.${key.id}`, key)
    if (key.state === 'active') active.set(key.purpose, key)
  }
  return {
    active(purpose) {
      const key = active.get(purpose)
      if (key === undefined) throw new KeyRingError(`The key ring holds no active key for ${purpose}.`)
      return key
    },
    find: (purpose, id) => byName.get(`${purpose}.${id}`),
  }
}

/** The ring cannot be used; `message` says what is wrong, why that matters and what to do. */
export class KeyRingError extends Error {}

/**
 * Proves that everything sealed under `ids` can still be opened.
 * @throws {@link KeyRingError} naming the keys that are missing
 */
export function requireKeys(ring: KeyRing, purpose: KeyPurpose, ids: Iterable<string>): void {
  const missing = new Set<string>()
  for (const id of ids) {
    if (ring.find(purpose, id) === undefined) missing.add(id)
  }
  if (missing.size > 0) {
    throw new KeyRingError(
      `Stored data was sealed under ${purpose} keys that the key ring does not hold (${[...missing].join(', ')}), ` +
        'so it can no longer be read: restore the key files from a backup.',
    )
  }
}
