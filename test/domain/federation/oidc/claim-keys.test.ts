import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keysOfClaims } from '../../../../src/domain/federation/oidc/claim-keys.ts'

const GITHUB = 'token.actions.githubusercontent.com'

function keysOf(url: string, claims: Record<string, unknown>, original?: readonly string[]): object {
  return Object.fromEntries(keysOfClaims(url, 'me', { audience: 'client', original }, claims))
}

const of = (url: string, more: object = {}): object => ({ [`${url}:aud`]: 'client', [`${url}:sub`]: 'me', ...more })

for (const [rule, url, claims, more] of [
  [
    'a claim that AWS documents for the provider',
    GITHUB,
    { repository: 'o/r', ref: 'main' },
    { repository: 'o/r', ref: 'main' },
  ],
  ['a claim of an issuer below that of GitHub', `${GITHUB}/acme`, { repository: 'o/r' }, { repository: 'o/r' }],
  [
    'a number or a yes',
    'gitlab.com',
    { project_id: 7, ref_protected: true },
    { project_id: '7', ref_protected: 'true' },
  ],
  [
    'a claim with a slash',
    'oidc.circleci.com/org/1',
    { 'oidc.circleci.com/project-id': 'p' },
    { 'oidc.circleci.com/project-id': 'p' },
  ],
  [
    'one that Google nests',
    'accounts.google.com',
    { google: { organization_number: 12 } },
    { 'google/organization_number': '12' },
  ],
  ['methods in a list', 'idp.example.com', { amr: ['pwd', 'mfa'] }, { amr: ['pwd', 'mfa'] }],
  ['one method', 'idp.example.com', { amr: 'mfa' }, { amr: ['mfa'] }],
] as const) {
  test(`${rule} is a condition key`, () => {
    const expected = Object.entries(more).map(([name, value]) => [`${url}:${name}`, value])
    assert.deepEqual(keysOf(url, claims), of(url, Object.fromEntries(expected)))
  })
}

for (const [rule, url, claims] of [
  ['a claim that AWS documents for another provider', 'idp.example.com', { repository: 'o/r', app_id: 'x' }],
  ['a claim of somebody else who ends alike', `x${GITHUB}`, { repository: 'o/r' }],
  ['a claim of its own', GITHUB, { role: 'admin', groups: ['admins'] }],
  ['a claim that stands for sub in all but case', GITHUB, { Sub: 'admin', SUB: 'admin', AUD: 'x', Repository: 'x' }],
  [
    'a claim that names another provider',
    GITHUB,
    { 'x:sub': 'admin', 'other.example.com:sub': 'admin', ':sub': 'admin' },
  ],
  ['the second audience, told by the token itself', 'idp.example.com', { oaud: 'admin' }],
  ['a list or an object', GITHUB, { repository: ['o/r'], ref: { a: 1 }, workflow: null }],
  ['a text beyond measure', GITHUB, { workflow: 'x'.repeat(2000) }],
  ['__proto__', GITHUB, JSON.parse('{"__proto__":{"sub":"admin"},"constructor":"x"}')],
] as const) {
  test(`${rule} is no condition key`, () => assert.deepEqual(keysOf(url, claims), of(url)))
}

test('with azp the audiences of the token stand beside it', () => {
  const url = 'idp.example.com'
  assert.deepEqual(keysOf(url, {}, ['one']), of(url, { [`${url}:oaud`]: 'one' }))
  assert.deepEqual(keysOf(url, {}, ['one', 'two']), of(url, { [`${url}:oaud`]: ['one', 'two'] }))
})

test('keys are in lower case, as they are looked up', () => {
  assert.deepEqual(keysOf('IDP.example.com/Realm', {}), of('idp.example.com/realm'))
})
