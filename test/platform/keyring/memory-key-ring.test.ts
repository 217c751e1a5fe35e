import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { epochMillis } from '../../../src/model/index.ts'
import {
  KEY_PURPOSES,
  type Key,
  KeyRingError,
  type KeyState,
  keyRingOf,
  memoryKeyRing,
  requireKeys,
} from '../../../src/platform/keyring/index.ts'
import { systemRandom } from '../../../src/platform/random.ts'

const sources = { random: systemRandom, clock: { now: () => epochMillis(1234) } }

function atRest(id: string, state: KeyState): Key {
  return { id, purpose: 'at-rest', state, material: createSecretKey(Buffer.alloc(32, id)), createdAt: epochMillis(1) }
}

test('a key is not found under an id that the ring does not know', () => {
  assert.equal(memoryKeyRing(sources).find('at-rest', 'unknown'), undefined)
})

test('a key is not found under another purpose than its own', () => {
  const ring = memoryKeyRing(sources)
  assert.equal(ring.find('session-secret', ring.active('session-seal').id), undefined)
})

test('a ring without an active key for a purpose makes no seal with another', () => {
  const ring = keyRingOf([atRest('a', 'pending'), atRest('b', 'retired')])
  assert.throws(() => ring.active('at-rest'), KeyRingError)
})

test('keys that live data needs and the ring lacks are named, each once', () => {
  const ring = keyRingOf([atRest('a', 'active')])
  assert.throws(() => requireKeys(ring, 'at-rest', ['a', 'gone', 'lost', 'gone']), {
    message: /sealed under at-rest keys that the key ring does not hold \(gone, lost\)/,
  })
  assert.throws(() => requireKeys(ring, 'session-seal', ['a']), KeyRingError)
})

test('material does not show when a key is printed or serialised', () => {
  const key = memoryKeyRing(sources).active('session-seal')
  const material = key.material.export()
  for (const text of [inspect(key, { depth: 9, showHidden: true }), JSON.stringify(key), String(key.material)]) {
    for (const encoding of ['hex', 'base64', 'base64url', 'latin1'] as const) {
      assert.ok(!text.includes(material.toString(encoding)))
    }
  }
})

test('pending, active and retired keys may open; only the active one seals', () => {
  const keys = [atRest('a', 'retired'), atRest('b', 'active'), atRest('c', 'pending')]
  const ring = keyRingOf(keys)
  for (const key of keys) assert.equal(ring.find('at-rest', key.id), key)
  assert.equal(ring.active('at-rest').id, 'b')
  requireKeys(ring, 'at-rest', ['a', 'b', 'c'])
})

test('of two active keys, as in the middle of a rotation, the newer one seals', () => {
  assert.equal(keyRingOf([atRest('a', 'active'), atRest('b', 'active')]).active('at-rest').id, 'b')
})

test('a ring in memory has one new key of 256 bits for each purpose', () => {
  const [one, other] = [memoryKeyRing(sources), memoryKeyRing(sources)]
  const seen = new Set<string>()
  for (const purpose of KEY_PURPOSES) {
    for (const ring of [one, other]) {
      const key = ring.active(purpose)
      assert.equal(key.purpose, purpose)
      assert.equal(key.createdAt, 1234)
      assert.equal(key.material.symmetricKeySize, 32)
      assert.equal(ring.find(purpose, key.id), key)
      seen.add(key.id).add(key.material.export().toString('hex'))
    }
  }
  assert.equal(seen.size, KEY_PURPOSES.length * 4)
})
