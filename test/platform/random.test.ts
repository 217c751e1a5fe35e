import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandom } from '../../src/platform/random.ts'

for (const length of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
  test(`${length} is no number of bytes, and asking for it hands out nothing twice`, () => {
    const before = systemRandom.bytes(16)
    assert.throws(() => systemRandom.bytes(length), RangeError)
    assert.notDeepEqual(systemRandom.bytes(16), before)
  })
}

test('no bytes are handed out twice, within one filling of the pool and across many', () => {
  const seen = new Set<string>()
  for (let round = 0; round < 5000; round++) seen.add(systemRandom.bytes(8 + (round % 9)).toString('hex', 0, 8))
  assert.equal(seen.size, 5000)
})

test('who gets bytes can neither see nor change those of the next', () => {
  const bytes = systemRandom.bytes(16)
  const aroundBefore = Buffer.from(new Uint8Array(bytes.buffer)).toString('hex')
  new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length).fill(0)
  const next = systemRandom.bytes(16)
  assert.ok(!aroundBefore.includes(next.toString('hex')))
  assert.notDeepEqual(next, Buffer.alloc(16))
})

for (const length of [0, 1, 1024, 1025, 100_000]) {
  test(`${length} bytes are as many as were asked for`, () => {
    const bytes = systemRandom.bytes(length)
    assert.equal(bytes.length, length)
    assert.ok(length < 16 || bytes.some((byte) => byte !== 0))
  })
}

test('every bit is set about half of the time', () => {
  const bits = new Array<number>(32).fill(0)
  for (let round = 0; round < 4000; round++) {
    const word = systemRandom.bytes(4).readUInt32BE()
    for (let bit = 0; bit < 32; bit++) bits[bit] = (bits[bit] ?? 0) + ((word >>> bit) & 1)
  }
  // Ten standard deviations: chance alone will not fail this in the life of the universe.
  for (const ones of bits) assert.ok(Math.abs(ones - 2000) < 320, `${ones} of 4000`)
})

test('a UUID is of version 4, in lower case, and new each time', () => {
  const seen = new Set<string>()
  for (let round = 0; round < 1000; round++) {
    const uuid = systemRandom.uuid()
    assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    seen.add(uuid)
  }
  assert.equal(seen.size, 1000)
})
