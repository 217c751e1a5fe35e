import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { epochMillis } from '../../../src/model/index.ts'
import { KEY_PURPOSES, KeyRingError, memoryKeyRing, requireKeys } from '../../../src/platform/keyring/index.ts'
import { systemRandom } from '../../../src/platform/random.ts'

const sources = { random: systemRandom, clock: { now: () => epochMillis(1234) } }

test('a key is not found under an id that the ring does not know', () => {
  assert.equal(memoryKeyRing(sources).find('at-rest', 'unknown'), undefined)
})

test('a key is not found under another purpose than its own', () => {
  const ring = memoryKeyRing(sources)
  assert.equal(ring.find('session-secret', ring.active('session-seal').id), undefined)
})

test('keys that live data needs and the ring lacks are named, each once', () => {
  const ring = memoryKeyRing(sources)
  const { id } = ring.active('at-rest')
  assert.throws(() => requireKeys(ring, 'at-rest', [id, 'gone', 'lost', 'gone']), {
    message: /sealed under at-rest keys that the key ring does not hold \(gone, lost\)/,
  })
  assert.throws(() => requireKeys(ring, 'session-seal', [id]), KeyRingError)
  requireKeys(ring, 'at-rest', [id, id])
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
