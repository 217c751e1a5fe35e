import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type AccountId, accessKeyId, accountId, uniqueId, Violation } from '../../src/model/index.ts'
import { fc } from '../fast-check.ts'

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The account in an id, as whoever finds a key reads it: the first six of the ten bytes after the prefix. */
function accountIn(id: string): string {
  let bits = ''
  for (const character of id.slice(4, 20)) bits += BASE32.indexOf(character).toString(2).padStart(5, '0')
  assert.equal(bits[0], '1', 'the flag that an account is encoded')
  return BigInt(`0b${bits.slice(1, 41)}`)
    .toString()
    .padStart(12, '0')
}

function account(text: string): AccountId {
  const id = accountId(text)
  assert.ok(!(id instanceof Violation))
  return id
}

const anyAccount = fc.integer({ min: 0, max: 999_999_999_999 }).map((number) => account(`${number}`.padStart(12, '0')))
const anyBytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

test('an account id is twelve digits and nothing else', () => {
  for (const text of ['', '1', '11111111111', '1111111111111', '11111111111a', ' 111111111111', '111111111111\n']) {
    assert.ok(accountId(text) instanceof Violation, JSON.stringify(text))
  }
  // Digits of other scripts are digits to Unicode and none to AWS.
  assert.ok(accountId('１１１１１１１１１１１１') instanceof Violation)
  assert.equal(accountId('012345678901'), '012345678901')
})

describe('ids that were published decode to the account they belong to', () => {
  for (const [id, owner] of [
    ['ASIAY34FZKBOKMUTVV7A', '609629065308'],
    ['ASIAQNZGKIQY56JQ7WML', '029608264753'],
    ['AROA2AVYNEVMZEZ2AFVYI', '688655246681'],
    ['ASIA2AVYNEVM4ZT5P2UW', '688655246681'],
  ] as const) {
    test(id, () => assert.equal(accountIn(id), owner))
  }
})

/** The eight characters after the prefix, and the range that the ninth falls into with the account's last bit. */
const ENCODED: readonly (readonly [account: string, characters: string, ninth: RegExp])[] = [
  ['123456789012', 'RZPUZDIK', /[A-P]/],
  ['111122223333', 'RTX3GSDS', /[Q-Z2-7]/],
  ['000000000000', 'QAAAAAAA', /[A-P]/],
  ['000000000001', 'QAAAAAAA', /[Q-Z2-7]/],
  ['999999999999', '6RVFFB77', /[Q-Z2-7]/],
]

for (const [number, characters, ninth] of ENCODED) {
  test(`the account ${number} is written as ${characters}, whatever the chance beside it`, () => {
    for (const fill of [0x00, 0x5a, 0x80, 0xff]) {
      const chance = Buffer.alloc(6, fill)
      for (const id of [accessKeyId('ASIA', account(number), chance), uniqueId('AROA', account(number), chance)]) {
        assert.equal(id.slice(4, 12), characters)
        assert.match(id.charAt(12), ninth)
      }
    }
  })
}

test('the account of every id can be read back', () => {
  fc.assert(
    fc.property(anyAccount, anyBytes(6), (owner, chance) => {
      const key = accessKeyId('AKIA', owner, chance)
      const id = uniqueId('AIDA', owner, chance)
      assert.match(key, /^AKIA[A-Z2-7]{16}$/)
      assert.match(id, /^AIDA[A-Z2-7]{17}$/)
      assert.equal(accountIn(key), owner)
      assert.equal(accountIn(id), owner)
    }),
  )
})

test('each of the 39 random bits of a key id, and the five more of a unique id, tell two ids apart', () => {
  const owner = account('123456789012')
  const keys = new Set<string>()
  const ids = new Set<string>()
  for (let bit = 0; bit < 48; bit++) {
    const chance = Buffer.alloc(6)
    chance[bit >> 3] = 1 << (bit & 7)
    keys.add(accessKeyId('AKIA', owner, chance))
    ids.add(uniqueId('AROA', owner, chance))
  }
  // One of the 48 bits stands for none, in a key the last byte, in a unique id the highest three of it.
  assert.equal(keys.size, 39 + 1)
  assert.equal(ids.size, 39 + 5 + 1)
})
