import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { deriveSigningKey, presignRequest, type Signer, signRequest } from '../../../src/engines/sigv4/index.ts'
import { SigningKey } from '../../../src/engines/sigv4/signing-key.ts'
import {
  ACCESS_KEY_ID,
  inHeader,
  inQuery,
  NOW,
  REGION,
  SECRET_ACCESS_KEY,
  SIGNING_KEYS,
  STS_VECTORS,
  SUITE,
  unsigned,
  unsignedWithHash,
  type Vector,
} from './vectors.ts'
import { accepts } from './verify.ts'

function signer({ service, sessionToken }: Vector): Signer {
  return { accessKeyId: ACCESS_KEY_ID, secretAccessKey: SECRET_ACCESS_KEY, region: REGION, service, sessionToken }
}

suite('the published signatures', () => {
  for (const vector of [...SUITE, ...STS_VECTORS]) {
    const { name, service, headerSignature, querySignature } = vector
    if (headerSignature !== undefined) {
      test(`${name}: the header form is accepted`, () => {
        assert.equal(accepts(inHeader(vector), service), true)
      })
      test(`${name}: our signer makes the header form`, () => {
        const { Authorization } = signRequest(unsignedWithHash(vector), signer(vector), NOW)
        assert.equal(Authorization, inHeader(vector).rawHeaders.at(-1))
      })
    }
    if (querySignature !== undefined) {
      test(`${name}: the query form is ${vector.body === '' ? 'accepted' : 'refused for its body'}`, () => {
        assert.equal(accepts(inQuery(vector), service), vector.body === '')
      })
      test(`${name}: our signer makes the query form`, () => {
        const target = presignRequest(unsigned(vector), signer(vector), NOW, vector.expires)
        assert.equal(target.slice(target.lastIndexOf('=') + 1), querySignature)
        assert.equal(accepts({ ...unsigned(vector), target }, service), vector.body === '')
      })
    }
  }

  for (const [service, expected] of Object.entries(SIGNING_KEYS)) {
    test(`the signing key of service ${service} is the published one`, () => {
      const derived = deriveSigningKey(SECRET_ACCESS_KEY, { date: '20150830', region: REGION, service })
      assert.equal(derived.mac('text'), new SigningKey(Buffer.from(expected, 'hex')).mac('text'))
    })
  }
})
