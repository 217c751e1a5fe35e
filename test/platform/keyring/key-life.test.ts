import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { test } from 'node:test'
import { epochMillis } from '../../../src/model/index.ts'
import { type DestroyedKey, type Key, type KeyPurpose, livesOf } from '../../../src/platform/keyring/index.ts'
import { fc } from '../../fast-check.ts'

const SCHEDULE = { periodMs: 1000, pendingMs: 10, overlapMs: 100, mostSeals: 1 }
const MATERIAL = createSecretKey(Buffer.alloc(32, 7))

/** The nth key, active from then on; without its material when it was destroyed. */
function key(generation: number, from: number, destroyedAt?: number, purpose: KeyPurpose = 'session-seal') {
  const activeFrom = epochMillis(from)
  const facts = { id: `k${generation}`, purpose, generation, createdAt: activeFrom, activeFrom }
  return destroyedAt === undefined
    ? { ...facts, material: MATERIAL }
    : { ...facts, destroyedAt: epochMillis(destroyedAt) }
}

function statesAt(now: number, ...keys: readonly (Key | DestroyedKey)[]): string {
  return livesOf(keys, epochMillis(now), SCHEDULE)
    .map(({ state }) => state)
    .join(' ')
}

const FIRST_AND_SECOND = [key(1, 0), key(2, 500)]

for (const [now, states, rule] of [
  [499, 'active pending', 'until its time has come a key seals nothing'],
  [500, 'retired active', 'from then on it seals, and the one before it only opens'],
  [599, 'retired active', 'which it does for the whole overlap'],
  [600, 'destroyed active', 'and then no more'],
  [1_000_000, 'destroyed active', 'a key that nobody replaced seals, however late it is'],
] as const) {
  test(`of two keys, at ${now}: ${rule}`, () => assert.equal(statesAt(now, ...FIRST_AND_SECOND), states))
}

test('what is stored outlives every schedule: the clock alone destroys no at-rest key', () => {
  const keys = [key(1, 0, undefined, 'at-rest'), key(2, 500, undefined, 'at-rest')]
  assert.equal(statesAt(1_000_000, ...keys), 'retired active')
})

test('a key that was followed does not return when the one that followed it is destroyed', () => {
  const keys = [key(1, 0), key(2, 500, 550)]
  assert.equal(statesAt(560, ...keys), 'retired destroyed')
  assert.equal(statesAt(560, ...keys, key(3, 550)), 'retired destroyed active')
})

test('a key that was destroyed before its time took nobody’s place', () => {
  assert.equal(statesAt(560, key(1, 0), key(2, 500, 450)), 'active destroyed')
})

test('on a node whose clock is behind, what replaced a destroyed key seals at once', () => {
  assert.equal(statesAt(449, key(1, 0, 450), key(2, 450)), 'destroyed active')
})

test('a key without a successor says when it is due, and how long it opens after that', () => {
  const [life] = livesOf([key(1, 5)], epochMillis(6), SCHEDULE)
  assert.deepEqual([life?.retiresAt, life?.destroyedAt], [1005, 1105])
})

const anyKeys = fc
  .array(fc.record({ from: fc.nat(2000), destroyedAt: fc.option(fc.nat(2000), { nil: undefined }) }), { maxLength: 6 })
  .map((kept) => kept.map(({ from, destroyedAt }, index) => key(index + 1, from, destroyedAt)))
  .map((keys) => keys.sort((a, b) => a.activeFrom - b.activeFrom || a.generation - b.generation))

test('at most one key seals, it has its material, and who has none is destroyed', () => {
  fc.assert(
    fc.property(anyKeys, fc.nat(3000), (keys, now) => {
      const lives = livesOf(keys, epochMillis(now), SCHEDULE)
      assert.ok(lives.filter(({ state }) => state === 'active').length <= 1)
      for (const life of lives) if (!('material' in life.key)) assert.equal(life.state, 'destroyed')
    }),
  )
})

test('a key that seals opens for the whole overlap after that, unless it is destroyed by hand', () => {
  fc.assert(
    fc.property(anyKeys, fc.nat(3000), fc.nat(SCHEDULE.overlapMs - 1), (keys, now, later) => {
      const sealing = livesOf(keys, epochMillis(now), SCHEDULE).find(({ state }) => state === 'active')?.key
      const then = livesOf(keys, epochMillis(now + later), SCHEDULE).find((life) => life.key === sealing)
      assert.notEqual(then?.state, 'destroyed')
    }),
  )
})
