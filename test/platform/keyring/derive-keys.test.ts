import assert from 'node:assert/strict'
import { createPublicKey, createSecretKey, hash, type KeyObject, sign, verify } from 'node:crypto'
import { test } from 'node:test'
import { deriveNumber, deriveP384Key, deriveRsaKey } from '../../../src/platform/keyring/index.ts'
import { fc } from '../../fast-check.ts'

const SECRET = createSecretKey(Buffer.alloc(32, 7))
const OTHER = createSecretKey(Buffer.alloc(32, 8))

function fingerprint(key: KeyObject): string {
  return hash('sha256', createPublicKey(key).export({ format: 'der', type: 'spki' }))
}

test('a secret and a name stand for the same key for ever', async () => {
  // Of published keys: another release, or another Node, must not derive others.
  assert.deepEqual(
    [fingerprint(await deriveRsaKey(SECRET, 'name', 2048)), fingerprint(deriveP384Key(SECRET, 'name'))],
    [
      '18e46f729057a82e319cc72327ec49a0e24c18334f7057a8b02d0a47a3f2016e',
      'abd182235fffab45261fdafdc5ec58bec260b3475edeed8208936f5405cc4d2b',
    ],
  )
})

test('another secret or another name is another key', async () => {
  const keys = [
    deriveP384Key(SECRET, 'name'),
    deriveP384Key(SECRET, 'name2'),
    deriveP384Key(OTHER, 'name'),
    await deriveRsaKey(SECRET, 'name', 1024),
    await deriveRsaKey(SECRET, 'name2', 1024),
    await deriveRsaKey(OTHER, 'name', 1024),
  ]
  assert.equal(new Set(keys.map(fingerprint)).size, keys.length)
})

test('a derived key signs, and its public half verifies', async () => {
  const data = Buffer.from('data')
  for (const key of [await deriveRsaKey(OTHER, 'x', 2048), deriveP384Key(OTHER, 'x')]) {
    assert.ok(verify('sha384', data, createPublicKey(key), sign('sha384', data, key)))
  }
  assert.equal((await deriveRsaKey(OTHER, 'x', 2048)).asymmetricKeyDetails?.modulusLength, 2048)
})

test('a derived number is from 1, and below its bound', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 2n, max: 2n ** 400n }), fc.string(), (bound, name) => {
      const number = deriveNumber(SECRET, name, bound)
      return number >= 1n && number < bound
    }),
  )
})
