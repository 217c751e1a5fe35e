import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readKeySet } from '../../../../src/domain/federation/oidc/key-set.ts'

const EC = { kty: 'EC', crv: 'P-256', x: 'AQAB', y: 'AQAB', kid: 'k' }
const JWKS_BYTES = 524_288

const read = (...keys: readonly object[]) => readKeySet(Buffer.from(JSON.stringify({ keys })))

/** As much of something as there may be. */
function full(unit: (index: number) => string, open = '{"keys":[', close = ']}'): Buffer {
  const parts: string[] = []
  let length = open.length + close.length
  for (let index = 0; ; index++) {
    const part = unit(index)
    length += part.length + 1
    if (length > JWKS_BYTES) return Buffer.from(open + parts.join() + close)
    parts.push(part)
  }
}

for (const [rule, text] of [
  ['empty keys', full(() => '{}')],
  ['empty lists', full(() => '[]')],
  ['lists in lists', full(() => '['.repeat(28) + ']'.repeat(28))],
  ['numbers', full(() => '0')],
  ['keys that are all different', full((index) => `{"${index.toString(36)}":0}`)],
  ['members beside the keys', full((index) => `"k${index}":0`, '{"keys":[],"x":{', '}}')],
  ['names', full((index) => `{"kty":"EC","kid":"${index}","crv":"P-256","x":"","y":""}`)],
] as const) {
  test(`a key set full of ${rule} is none, and is not parsed to find out`, () => {
    let least = Number.POSITIVE_INFINITY
    for (let times = 0; times < 5; times++) {
      const startedAt = process.cpuUsage()
      assert.equal(readKeySet(text), undefined)
      const { user, system } = process.cpuUsage(startedAt)
      least = Math.min(least, user + system)
    }
    assert.ok(least < 10_000, `${least} us`)
  })
}

test('a key set of 400 keys is read, with everything that keys may have', () => {
  const key = { ...EC, alg: 'ES256', use: 'sig', key_ops: ['verify'], x5t: 'AA', 'x5t#S256': 'AA' }
  const keys = Array.from({ length: 400 }, (_, index) => ({ ...key, kty: 'other', kid: `${index}` }))
  assert.ok(read(...keys, EC)?.find('k', 'ES256') !== undefined)
})

for (const [rule, more] of [
  ['a use of its own', { use: 'enc' }],
  ['operations without verify', { key_ops: ['sign'] }],
  ...['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].map(
    (name) => [`a private part, ${name}`, { [name]: 'AQ' }] as const,
  ),
] as const) {
  test(`a key with ${rule} verifies nothing`, () => {
    assert.equal(read({ ...EC, ...more })?.find('k', 'ES256'), undefined)
  })
}

for (const more of [{ use: 'sig' }, { use: null }, { key_ops: null }, { key_ops: ['sign', 'verify'] }]) {
  test(`a key with ${JSON.stringify(more)} verifies`, () => {
    assert.ok(read({ ...EC, ...more })?.find('k', 'ES256') !== undefined)
  })
}
