import assert from 'node:assert/strict'
import { test } from 'node:test'
import { epochMillis } from '../../../src/model/index.ts'
import {
  type DestroyedKey,
  KEY_PURPOSES,
  type Key,
  KeyRingError,
  type KeyRingParts,
  type KeyStore,
  LiveKeyRing,
  newKey,
} from '../../../src/platform/keyring/index.ts'
import { systemRandom } from '../../../src/platform/random.ts'

const DAY = 86_400_000
const SCHEDULE = { periodMs: 30 * DAY, pendingMs: 3_600_000, overlapMs: 2 * DAY, mostSeals: 1000 }

/** A store that several rings share, and that fails when it is told to. */
class SharedStore implements KeyStore {
  readonly kept = new Map<string, Key | DestroyedKey>()
  isFull = false
  isGone = false

  async read() {
    if (this.isGone) throw new Error('the folder is gone')
    return { keys: [...this.kept.values()], problems: [] }
  }

  async add(key: Key): Promise<void> {
    await this.#write(key, this.kept.has(nameOf(key)))
  }

  async destroy(key: DestroyedKey): Promise<void> {
    await this.#write(key, false)
  }

  async #write(key: Key | DestroyedKey, isTaken: boolean): Promise<void> {
    if (this.isFull) throw new KeyRingError('the disk is full')
    if (!isTaken) this.kept.set(nameOf(key), key)
  }
}

function nameOf({ purpose, generation }: Key | DestroyedKey): string {
  return `${purpose}.${generation}`
}

interface Stage {
  readonly store: SharedStore
  readonly ring: LiveKeyRing
  /** Ids of the at-rest keys that something is stored under. */
  readonly inUse: Set<string>
  now: number
  /** Another node on the same store, `behindMs` behind. */
  another(behindMs?: number): LiveKeyRing
}

function aStage(schedule = SCHEDULE): Stage {
  const store = new SharedStore()
  const inUse = new Set<string>()
  const partsBehind = (behindMs: number): KeyRingParts => ({
    random: systemRandom,
    clock: { now: () => epochMillis(stage.now - behindMs) },
    schedule,
    inUse: async () => [...inUse],
  })
  const another = (behindMs = 0) => new LiveKeyRing(store, store.kept.values(), partsBehind(behindMs))
  const stage = { store, inUse, now: 1_000_000 * DAY, another }
  for (const purpose of KEY_PURPOSES) {
    const key = newKey(purpose, partsBehind(0))
    store.kept.set(nameOf(key), key)
  }
  return Object.assign(stage, { ring: another() })
}

function statesOf(ring: LiveKeyRing, purpose = 'session-seal'): string {
  const lives = ring.list().filter(({ key }) => key.purpose === purpose)
  return lives.map(({ state }) => state).join(' ')
}

test('an active key is not destroyed, and nothing is lost by asking', async () => {
  const { ring } = aStage()
  const { id } = ring.active('session-seal')
  await assert.rejects(ring.destroy('session-seal', id), /is active: replace it first/)
  assert.equal(ring.active('session-seal').id, id)
})

test('an at-rest key that stored data needs is not destroyed, neither by hand nor by the clock', async () => {
  const stage = aStage()
  const { id } = stage.ring.active('at-rest')
  stage.inUse.add(id)
  await stage.ring.supersede('at-rest', id)
  await assert.rejects(stage.ring.destroy('at-rest', id), /still sealed under the key/)
  stage.now += 100 * DAY
  await stage.ring.upkeep()
  assert.ok(stage.ring.find('at-rest', id))
  stage.inUse.clear()
  await stage.ring.upkeep()
  assert.equal(stage.ring.find('at-rest', id), undefined)
})

test('a key is followed on time: pending first, then active, and the old one opens for the overlap', async () => {
  const stage = aStage()
  const { ring } = stage
  const old = ring.active('session-seal')
  stage.now += SCHEDULE.periodMs - SCHEDULE.pendingMs - 1
  await ring.upkeep()
  assert.equal(statesOf(ring), 'active', 'nothing is due')
  stage.now += 1
  await ring.upkeep()
  await ring.upkeep()
  assert.equal(statesOf(ring), 'active pending')
  assert.equal(ring.active('session-seal'), old)
  stage.now += SCHEDULE.pendingMs
  assert.equal(statesOf(ring), 'retired active', 'by the clock alone')
  assert.notEqual(ring.active('session-seal').id, old.id)
  assert.equal(ring.find('session-seal', old.id), old)
  stage.now += SCHEDULE.overlapMs - 1
  assert.equal(ring.find('session-seal', old.id), old)
  stage.now += 1
  assert.equal(ring.find('session-seal', old.id), undefined, 'by the clock alone')
  await ring.upkeep()
  assert.ok(![...stage.store.kept.values()].some((key) => key.id === old.id && 'material' in key), 'and for good')
})

test('a key that has made enough seals is followed before its time', async () => {
  const stage = aStage()
  for (let seal = 0; seal < SCHEDULE.mostSeals; seal++) stage.ring.active('session-seal')
  await stage.ring.upkeep()
  assert.equal(statesOf(stage.ring), 'active pending')
  assert.equal(statesOf(stage.ring, 'at-rest'), 'active', 'each key is counted for itself')
})

test('rotating again while a key is pending makes no other', async () => {
  const { ring } = aStage()
  for (let again = 0; again < 3; again++) await ring.rotate('session-seal')
  assert.equal(statesOf(ring), 'active pending')
})

test('a year passes in steps of a day, and on every day there is one key to seal with and what it sealed opens', async () => {
  const stage = aStage()
  const sealed: { id: string; at: number }[] = []
  for (let day = 0; day < 366; day++) {
    stage.now += DAY
    await stage.ring.upkeep()
    sealed.push({ id: stage.ring.active('session-seal').id, at: stage.now })
    for (const { id, at } of sealed) {
      if (stage.now - at <= 1.5 * DAY) assert.ok(stage.ring.find('session-seal', id), `day ${day}`)
    }
  }
  const ids = new Set(sealed.map(({ id }) => id))
  assert.ok(ids.size >= 11 && ids.size <= 13, `${ids.size} keys in a year`)
  assert.equal(statesOf(stage.ring).replaceAll('destroyed ', '').split(' ').length <= 3, true)
})

test('a clock that leaps a century ahead leaves a key to seal with, and keys follow each other from there', async () => {
  const stage = aStage()
  const before = stage.ring.active('session-seal').id
  stage.now += 36_525 * DAY
  assert.equal(stage.ring.active('session-seal').id, before)
  await stage.ring.upkeep()
  stage.now += SCHEDULE.pendingMs
  assert.equal(statesOf(stage.ring), 'retired active')
})

test('after a clock was far ahead and is right again keys follow each other as before', async () => {
  const stage = aStage()
  const right = stage.now
  stage.now += 36_525 * DAY
  for (let step = 0; step < 4; step++) {
    await stage.ring.upkeep()
    stage.now += SCHEDULE.overlapMs
  }
  const ahead = stage.ring.active('session-seal').id
  stage.now = right
  const restarted = stage.another()
  assert.equal(restarted.active('session-seal').id, ahead, 'the only one there is')
  await restarted.upkeep()
  stage.now += SCHEDULE.pendingMs
  await restarted.upkeep()
  assert.notEqual(restarted.active('session-seal').id, ahead)
  assert.ok(restarted.find('session-seal', ahead), 'and what was sealed while it was ahead opens')
})

test('two nodes on one store follow the same keys, whoever makes them', async () => {
  const stage = aStage()
  const other = stage.another()
  for (let round = 0; round < 12; round++) {
    stage.now += 10 * DAY
    await Promise.all([stage.ring.upkeep(), other.upkeep()])
    stage.now += SCHEDULE.pendingMs
    await Promise.all([other.upkeep(), stage.ring.upkeep()])
    assert.deepEqual(
      other.list().map(({ key, state }) => `${key.id} ${state}`),
      stage.ring.list().map(({ key, state }) => `${key.id} ${state}`),
    )
  }
})

test('a node knows every key before any node seals with it, if only it looks once in the pending time', async () => {
  const stage = aStage()
  const slow = stage.another()
  await stage.ring.rotate('session-seal')
  stage.now += SCHEDULE.pendingMs - 1
  await slow.upkeep()
  stage.now += 1
  assert.ok(slow.find('session-seal', stage.ring.active('session-seal').id))
})

test('a compromised key is replaced and gone at once, on other nodes when they look', async () => {
  const stage = aStage()
  const other = stage.another()
  const { id } = stage.ring.active('session-seal')
  await stage.ring.supersede('session-seal', id)
  await stage.ring.destroy('session-seal', id)
  assert.equal(statesOf(stage.ring), 'destroyed active')
  assert.equal(stage.ring.find('session-seal', id), undefined)
  await other.upkeep()
  assert.equal(other.find('session-seal', id), undefined)
  assert.equal(other.active('session-seal').id, stage.ring.active('session-seal').id)
})

test('a node whose clock is behind seals with what replaced a compromised key as soon as it hears of it', async () => {
  const stage = aStage()
  const behind = stage.another(60_000)
  const { id } = stage.ring.active('session-seal')
  await stage.ring.supersede('session-seal', id)
  await stage.ring.destroy('session-seal', id)
  await behind.upkeep()
  assert.equal(behind.active('session-seal').id, stage.ring.active('session-seal').id)
})

test('a compromised key that is pending or retired goes without anything taking its place', async () => {
  const stage = aStage()
  const { ring } = stage
  await ring.rotate('session-seal')
  const pending = ring.list().find(({ state }) => state === 'pending')?.key.id ?? ''
  await ring.supersede('session-seal', pending)
  await ring.destroy('session-seal', pending)
  assert.equal(statesOf(ring), 'active destroyed')
  await ring.rotate('session-seal')
  stage.now += SCHEDULE.pendingMs
  const retired = ring.list().find(({ state }) => state === 'retired')?.key.id ?? ''
  await ring.supersede('session-seal', retired)
  await ring.destroy('session-seal', retired)
  assert.equal(statesOf(ring), 'destroyed destroyed active')
})

test('what was destroyed stays so while the node runs, whatever a backup brings back', async () => {
  const stage = aStage()
  const key = stage.ring.active('session-seal')
  await stage.ring.supersede('session-seal', key.id)
  await stage.ring.destroy('session-seal', key.id)
  stage.store.kept.set(nameOf(key), key)
  await stage.ring.upkeep()
  assert.equal(stage.ring.find('session-seal', key.id), undefined)
})

test('a store that cannot be written fails a rotation with its reason, changes nothing, and the keys serve on', async () => {
  const stage = aStage()
  const { ring, store } = stage
  const { id } = ring.active('session-seal')
  store.isFull = true
  await assert.rejects(ring.rotate('session-seal'), /the disk is full/)
  await assert.rejects(ring.supersede('session-seal', id), /the disk is full/)
  stage.now += 40 * DAY
  await assert.rejects(ring.upkeep(), /^Error: the disk is full$/)
  assert.equal(ring.problem, 'the disk is full')
  assert.equal(ring.active('session-seal').id, id)
  assert.equal(statesOf(ring), 'active')
  store.isFull = false
  await ring.upkeep()
  assert.equal(ring.problem, undefined)
  assert.equal(statesOf(ring), 'active pending')
})

test('a store that cannot be read is a problem, and the keys serve on', async () => {
  const { ring, store } = aStage()
  store.isGone = true
  await assert.rejects(ring.upkeep(), KeyRingError)
  assert.equal(ring.problem, 'the folder is gone')
  assert.ok(ring.active('session-seal'))
})

test('a key that is no longer kept is a problem, and serves on', async () => {
  const { ring, store } = aStage()
  const key = ring.active('session-seal')
  store.kept.delete(nameOf(key))
  await assert.rejects(ring.upkeep(), /The key session-seal\.1 is no longer kept .*: restore its file from a backup/)
  assert.equal(ring.active('session-seal'), key)
})
