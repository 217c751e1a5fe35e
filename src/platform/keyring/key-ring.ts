import type { Key, KeyPurpose } from './key.ts'
import type { KeyLife } from './key-life.ts'

/** The keys of this node, by purpose and id. What it answers changes as time passes: ask again for each seal. */
export interface KeyRing {
  /** The one key that new seals are made with. Every call counts as a seal. @throws {@link KeyRingError} when there is none */
  active(purpose: KeyPurpose): Key
  /** Whatever may still open something: pending, active or retired; `undefined` when unknown or destroyed. */
  find(purpose: KeyPurpose, id: string): Key | undefined
  /** All that {@link find} finds, in the order in which they become active. */
  all(purpose: KeyPurpose): readonly Key[]
}

/** A ring whose keys can be replaced. Calls that change it come one after the other. */
export interface ManagedKeyRing extends KeyRing {
  /** Every key, destroyed ones too: by purpose, oldest first. */
  list(): readonly KeyLife[]
  /** What went wrong when the ring was last looked after, in a sentence; the keys it holds serve on. */
  readonly problem: string | undefined
  /**
   * Looks after the ring: learns what other nodes did, makes the keys that are due, destroys those whose time is over.
   * Call it often: a key that is pending has to be known by every node before it is used.
   * @throws {@link KeyRingError} when some of that failed; the rest was done, and the keys at hand serve on
   */
  upkeep(): Promise<void>
  /** Lets another key take the place of the active one as soon as every node knows it. @throws {@link KeyRingError} */
  rotate(purpose: KeyPurpose): Promise<void>
  /** Lets another key take the place of key `id` now, if it is the active one. @throws {@link KeyRingError} */
  supersede(purpose: KeyPurpose, id: string): Promise<void>
  /**
   * Destroys a key for good: whatever only it opens is lost, at once.
   * @throws {@link KeyRingError} when it is active, stored data needs it, or that cannot be made durable
   */
  destroy(purpose: KeyPurpose, id: string): Promise<void>
}

/** The ring cannot be used, or not be changed; `message` says what is wrong, why that matters and what to do. */
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
