import { type EpochMillis, epochMillis } from '../../model/index.ts'
import type { BrokerConfig } from '../config/index.ts'
import type { DestroyedKey, Key, KeyFacts } from './key.ts'

/** `pending`: known, not used yet. `active`: makes new seals. `retired`: only opens. `destroyed`: its material is gone. */
export type KeyState = 'pending' | 'active' | 'retired' | 'destroyed'

/** When keys follow each other. */
export interface KeySchedule {
  /** How long a key is active. */
  readonly periodMs: number
  /** How long a key is known before it is used: longer than the slowest node takes to look into the folder. */
  readonly pendingMs: number
  /** How long a retired key still opens: longer than the longest credential lives. */
  readonly overlapMs: number
  /**
   * How many seals a key makes before another takes its place: what is encrypted under random 96-bit vectors must stay
   * well below 2^32. Every node counts its own since its start.
   * @see https://doi.org/10.6028/NIST.SP.800-38D section 8.3
   */
  readonly mostSeals: number
}

const MOST_SEALS = 2 ** 30

/** The schedule that a node is configured with. */
export function scheduleOf({ everyDays, pendingMinutes, overlapHours }: BrokerConfig['keyRotation']): KeySchedule {
  return {
    periodMs: everyDays * 86_400_000,
    pendingMs: pendingMinutes * 60_000,
    overlapMs: overlapHours * 3_600_000,
    mostSeals: MOST_SEALS,
  }
}

/** A key at some instant. */
export interface KeyLife {
  readonly key: Key | DestroyedKey
  readonly state: KeyState
  /** When another takes its place; as scheduled while none is there that will. */
  readonly retiresAt: EpochMillis
  /** When it stops to open; an `at-rest` key not before everything under it is sealed anew. */
  readonly destroyedAt: EpochMillis
}

/** In the order in which they become active. */
export function inOrder(a: KeyFacts, b: KeyFacts): number {
  return a.activeFrom - b.activeFrom || a.generation - b.generation
}

/**
 * What the keys of one purpose are at `now`. Nothing but the times in the keys and the clock decides, so nodes that share
 * the keys agree without a word, and a state is never written anywhere.
 * @param keys - of one purpose, {@link inOrder}
 */
export function livesOf(keys: readonly (Key | DestroyedKey)[], now: EpochMillis, schedule: KeySchedule): KeyLife[] {
  const active = activeOf(keys, now)
  return keys.map((key, index) => {
    const { activeFrom } = keys.find((other, at) => at > index && hasBeenUsed(other)) ?? {}
    const retiresAt = activeFrom ?? epochMillis(key.activeFrom + schedule.periodMs)
    const endsAt = epochMillis(retiresAt + schedule.overlapMs)
    if (!('material' in key)) return { key, state: 'destroyed', retiresAt, destroyedAt: key.destroyedAt }
    // What is stored outlives every schedule: that key goes when nothing is left under it, and not by the clock.
    const isOver = endsAt <= now && key.purpose !== 'at-rest'
    const state = key === active ? 'active' : key.activeFrom > now ? 'pending' : isOver ? 'destroyed' : 'retired'
    return { key, state, retiresAt, destroyedAt: endsAt }
  })
}

/**
 * The key that seals: the newest that has begun. Where none has that was not followed by another, as on a node whose
 * clock is behind that of the node which replaced a stolen key, the first that will: a key that was followed never returns.
 */
function activeOf(keys: readonly (Key | DestroyedKey)[], now: EpochMillis): Key | undefined {
  const newest = keys.findLast((key) => key.activeFrom <= now && hasBeenUsed(key))
  if (newest !== undefined && 'material' in newest) return newest
  return keys.find((key): key is Key => key.activeFrom > now && 'material' in key)
}

/** False for a key that was destroyed before its time came: it never took another's place. */
function hasBeenUsed(key: Key | DestroyedKey): boolean {
  return 'material' in key || key.destroyedAt >= key.activeFrom
}
