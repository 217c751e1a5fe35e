import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openReference, sealReference } from '../../../src/domain/explanation/index.ts'
import { epochMillis } from '../../../src/model/index.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { memoryKeyRing } from '../../../src/platform/keyring/index.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import { fc } from '../../fast-check.ts'

const random = systemRandom
const keyring = memoryKeyRing({ random, clock: systemClock })
const REFERENCE = {
  requestId: '01234567-89ab-4cde-8f01-23456789abcd',
  time: epochMillis(Date.UTC(2026, 0, 1)),
  account: '000000000001',
  resourceAccount: '222222222222',
}
const MESSAGE = sealReference(REFERENCE, { keyring, random })
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

test('another key ring opens nothing, so neither does a ring whose key is destroyed', () => {
  assert.equal(openReference(MESSAGE, memoryKeyRing({ random, clock: systemClock })), undefined)
  const destroyed = { active: keyring.active, find: () => undefined, all: () => [] }
  assert.equal(openReference(MESSAGE, destroyed), undefined)
})

test('a key of another purpose opens nothing', () => {
  const confused = { ...keyring, find: () => keyring.active('session-seal') }
  assert.equal(openReference(MESSAGE, confused), undefined)
})

test('no changed letter, no missing one and no further one is taken', () => {
  for (let at = 0; at < MESSAGE.length; at++) {
    for (const letter of [ALPHABET[(ALPHABET.indexOf(MESSAGE[at] ?? '') + 1) % 64] ?? '', '.', '=', ' ', '+']) {
      assert.equal(openReference(MESSAGE.slice(0, at) + letter + MESSAGE.slice(at + 1), keyring), undefined)
    }
    assert.equal(openReference(MESSAGE.slice(0, at), keyring), undefined)
    assert.equal(openReference(MESSAGE.slice(at + 1), keyring), undefined)
  }
  for (const more of ['A', 'AAAA', '=', ' ', '\n']) assert.equal(openReference(MESSAGE + more, keyring), undefined)
})

test('another version is not taken, whatever follows', () => {
  const bytes = Buffer.from(MESSAGE, 'base64url')
  for (const version of [0, 2, 255]) {
    bytes[0] = version
    assert.equal(openReference(bytes.toString('base64url'), keyring), undefined)
  }
})

test('a message that says its key has another length is none', () => {
  const bytes = Buffer.from(MESSAGE, 'base64url')
  for (const length of [0, 10, 12, 64, 255]) {
    bytes[1] = length
    assert.equal(openReference(bytes.toString('base64url'), keyring), undefined)
  }
})

test('whatever a caller writes is opened or not, and never fails', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String(), fc.string({ minLength: 1000, maxLength: 10_240 })), (text) => {
      assert.equal(openReference(text, keyring), undefined)
    }),
  )
})

test('every reference has the same length, fits 1 KiB, starts with a letter, and opens to what was sealed', () => {
  const account = fc.nat({ max: 999_999_999_999 }).map((number) => String(number).padStart(12, '0'))
  const parts = [fc.uuid({ version: 4 }), fc.nat({ max: 8_640_000_000_000 }).map(epochMillis), account] as const
  const reference = fc
    .tuple(...parts, fc.option(account, { nil: undefined }))
    .map(([requestId, time, of, resourceAccount]) => ({ requestId, time, account: of, resourceAccount }))
  fc.assert(
    fc.property(reference, (each) => {
      const message = sealReference(each, { keyring, random })
      assert.equal(message.length, MESSAGE.length)
      assert.match(message, /^A[\w-]{10,1023}$/)
      assert.deepEqual(openReference(message, keyring), each)
    }),
  )
})

test('what is not the number of an account is nobody’s, and never another account’s', () => {
  for (const resourceAccount of ['', 'aws', '9', '1e5', '99999999999999', '-11111111111', '281474976710655']) {
    const message = sealReference({ ...REFERENCE, resourceAccount }, { keyring, random })
    assert.equal(openReference(message, keyring)?.resourceAccount, undefined)
  }
})
