import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { test } from 'node:test'
import { faultsOfKeys } from '../../../src/domain/directory/oidc-provider-keys.ts'
import { type Algorithm, readKeySet } from '../../../src/domain/federation/oidc/key-set.ts'

const jwkOf = (publicKey: KeyObject) => ({ ...publicKey.export({ format: 'jwk' }), kid: 'k' })
const rsa = (modulusLength: number) => jwkOf(generateKeyPairSync('rsa', { modulusLength }).publicKey)
const ec = (namedCurve: string) => jwkOf(generateKeyPairSync('ec', { namedCurve }).publicKey)

const RSA = rsa(2048)
const EC = ec('P-256')
/** Of another key than any here. */
const CERTIFICATE = 'MIIB'

const KEYS: readonly (readonly [what: string, jwk: object, algorithm: Algorithm, says: RegExp | undefined])[] = [
  ['an RSA key', RSA, 'RS256', undefined],
  ['an RSA key of 3,072 bits', rsa(3072), 'RS512', undefined],
  ['a key of P-256', EC, 'ES256', undefined],
  ['a key of P-384', ec('P-384'), 'ES384', undefined],
  ['a key of P-521', ec('P-521'), 'ES512', undefined],
  ['a key to sign with', { ...RSA, use: 'sig', key_ops: ['verify'], alg: 'RS256' }, 'RS256', undefined],
  ['a key whose use is null', { ...RSA, use: null, key_ops: null }, 'RS256', undefined],
  ['an RSA key of 1,024 bits', rsa(1024), 'RS256', /2048 to 8192 bits/],
  ['an RSA key without modulus', { kty: 'RSA', kid: 'k', e: 'AQAB' }, 'RS256', /no public key/],
  ['an RSA key with the exponent 1', { ...RSA, e: 'AQ' }, 'RS256', /exponent|no public key/],
  ['an RSA key with an exponent as long as itself', { ...RSA, e: RSA.n }, 'RS256', /exponent|no public key/],
  ['a key of another curve', ec('secp256k1'), 'ES256', /curve P-256, P-384 or P-521/],
  ['a point that is on no curve', { ...EC, x: EC.y }, 'ES256', /no public key/],
  ['a point that is too short', { ...EC, x: 'AA', y: 'AA' }, 'ES256', /no public key/],
  ['a key to encrypt with', { ...RSA, use: 'enc' }, 'RS256', /not for signatures/],
  ['a key with other operations', { ...RSA, key_ops: ['sign'] }, 'RS256', /not for signatures/],
  ['a key of another certificate', { ...RSA, x5c: [CERTIFICATE] }, 'RS256', /first certificate/],
  ['no certificates', { ...RSA, x5c: [] }, 'RS256', /first certificate/],
  ['a private exponent', { ...RSA, d: 'AQAB' }, 'RS256', /private key/],
  ['a prime of a private key', { ...RSA, p: 'AQAB' }, 'RS256', /private key/],
  ['no name', { ...RSA, kid: undefined }, 'RS256', /needs a kid/],
  ['a shared secret', { kty: 'oct', kid: 'k', k: 'AQAB' }, 'RS256', /RSA or EC/],
]

for (const [what, jwk, algorithm, says] of KEYS) {
  const text = JSON.stringify({ keys: [jwk] })
  test(`${what} is ${says === undefined ? 'taken' : 'a mistake'}, and verifies ${says === undefined ? 'tokens' : 'none'}`, async () => {
    const faults = faultsOfKeys(text)
    if (says === undefined) assert.deepEqual(faults, [])
    else assert.match(faults.join('\n'), says)
    const key = await readKeySet(Buffer.from(text))?.find('k', algorithm)?.usedFor(algorithm)
    assert.equal(key !== undefined, says === undefined)
  })
}

test('more keys of a kind than count are a mistake', () => {
  const keys = Array.from({ length: 101 }, (_, index) => ({ ...EC, kid: `${index}` }))
  assert.deepEqual(faultsOfKeys(JSON.stringify({ keys })), ['at most 100 EC keys'])
})
