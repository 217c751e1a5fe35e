import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openMarker, sealMarker } from '../../../src/domain/paging/index.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { memoryKeyRing } from '../../../src/platform/keyring/index.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import { fc } from '../../fast-check.ts'

const SOURCES = { random: systemRandom, clock: systemClock }
const ring = memoryKeyRing(SOURCES)

test('a marker of another list, or of another broker, stands for nothing', () => {
  const marker = sealMarker('[1,"a"]', 'mine', ring)
  assert.equal(openMarker(marker, 'yours', ring), undefined)
  assert.equal(openMarker(marker, 'mine', memoryKeyRing(SOURCES)), undefined)
})

test('a marker with one character changed, added or left out stands for nothing, or for the same', () => {
  const marker = sealMarker('[1,"a"]', 'mine', ring)
  fc.assert(
    fc.property(fc.nat(marker.length), fc.constantFrom('', 'A', 'b', '.', '=', '+', ' ', '\u0000'), (at, put) => {
      for (const changed of [
        marker.slice(0, at) + put + marker.slice(at + 1),
        marker.slice(0, at) + put + marker.slice(at),
      ]) {
        const opened = openMarker(changed, 'mine', ring)
        assert.ok(opened === undefined || opened === '[1,"a"]')
      }
    }),
  )
})

test('no text that was not sealed stands for anything', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (text, list) => {
      assert.equal(openMarker(text, list, ring), undefined)
    }),
  )
  assert.equal(openMarker('x'.repeat(1_000_000), 'mine', ring), undefined)
})

test('every place comes back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.string(), (place, list) => {
      assert.equal(openMarker(sealMarker(place, list, ring), list, ring), place)
    }),
  )
})
