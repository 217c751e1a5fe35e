import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keysOfClaims } from '../../../../src/domain/federation/oidc/claim-keys.ts'

const GOOGLE = 'google/organization_number'
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
  ['a claim that says nothing', GITHUB, { workflow: null, repository: undefined, amr: null }],
  ['a list of what AWS makes no key of', GITHUB, { groups: ['admins'], email_verified: { a: 1 } }],
  ['__proto__', GITHUB, JSON.parse('{"__proto__":{"sub":"admin"},"constructor":"x"}')],
] as const) {
  test(`${rule} is no condition key`, () => assert.deepEqual(keysOf(url, claims), of(url)))
}

for (const [rule, url, claims, name] of [
  ['a list', GITHUB, { repository: ['o/r'] }, 'repository'],
  ['an object', GITHUB, { ref: { a: 1 } }, 'ref'],
  ['a text beyond measure', GITHUB, { workflow: 'x'.repeat(1025) }, 'workflow'],
  ['a number beyond measure', GITHUB, { repository_id: 2 ** 53 }, 'repository_id'],
  ['a fraction', GITHUB, { repository_id: 1.5 }, 'repository_id'],
  ['what stands for a number that is rounded', GITHUB, { repository_id: Symbol('rounded') }, 'repository_id'],
  ['a list of addresses', 'idp.example.com', { email: ['a@example.com'] }, 'email'],
  ['a method that is a number', 'idp.example.com', { amr: [1] }, 'amr'],
  ['a text for a number', 'accounts.google.com', { google: { organization_number: 'x' } }, GOOGLE],
  ['a list for a number', 'accounts.google.com', { google: { organization_number: [1] } }, GOOGLE],
  ['a text in place of what holds a number', 'accounts.google.com', { google: 'x' }, GOOGLE],
] as const) {
  test(`a token with ${rule} where there is a key for it is refused: nobody could deny by it`, () => {
    assert.throws(() => keysOf(url, claims), {
      code: 'InvalidIdentityToken',
      message: `Invalid value for claim: ${name}`,
    })
  })
}

test('a text as long as there may be is a condition key', () => {
  const workflow = 'x'.repeat(1024)
  assert.deepEqual(keysOf(GITHUB, { workflow }), of(GITHUB, { [`${GITHUB}:workflow`]: workflow }))
})

test('with azp the audiences of the token stand beside it', () => {
  const url = 'idp.example.com'
  assert.deepEqual(keysOf(url, {}, ['one']), of(url, { [`${url}:oaud`]: 'one' }))
  assert.deepEqual(keysOf(url, {}, ['one', 'two']), of(url, { [`${url}:oaud`]: ['one', 'two'] }))
})

test('keys are in lower case, as they are looked up', () => {
  assert.deepEqual(keysOf('IDP.example.com/Realm', {}), of('idp.example.com/realm'))
})
