import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { deriveSigningKey } from '../../../src/engines/sigv4/index.ts'
import { SigningKey } from '../../../src/engines/sigv4/signing-key.ts'
import { Secret } from '../../../src/model/index.ts'
import { fc } from '../../fast-check.ts'

test('a printed signing key shows nothing of itself', () => {
  const key = deriveSigningKey(new Secret('secret'), { date: '20150830', region: 'us-east-1', service: 'sts' })
  assert.equal(inspect(key, { showHidden: true, depth: null }), 'SigningKey {}')
  assert.equal(JSON.stringify(key), '{}')
})

test('a signing key makes the HMAC-SHA256 of any text, whatever the length of either', () => {
  const text = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)) })
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200, size: 'max' }), fc.array(text, { maxLength: 5 }), (bytes, texts) => {
      const key = new SigningKey(bytes)
      for (const each of texts) {
        assert.equal(key.mac(each), createHmac('sha256', bytes).update(each, 'latin1').digest('hex'))
      }
    }),
  )
})
