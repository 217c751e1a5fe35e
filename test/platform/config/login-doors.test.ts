import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError, loadConfig } from '../../../src/platform/config/index.ts'

const ROLE = 'arn:aws:iam::111111111111:role/Admin'
const CORP = { issuer: 'https://idp.example.com', clientId: 'rolecall', accounts: ['111111111111'] }

function load(login: unknown, more: object = {}) {
  return loadConfig({ file: { name: 'rolecall.yaml', content: { ...more, login } } })
}

function problems(login: unknown, more: object = {}): readonly string[] {
  try {
    load(login, more)
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.problems.map((problem) => problem.replace(/^rolecall\.yaml: login\.?/, ''))
  }
  return []
}

const NOT_BOTH = 'corp: needs roles, or accounts to look for them in, and not both: what signing in there leads to'
const ISSUER = 'corp.issuer: must be an issuer such as https://idp.example.com, as its tokens have it in iss'
const MISTAKES: readonly (readonly [what: string, change: object, problem: string])[] = [
  ['no issuer', { issuer: undefined }, 'corp.issuer: must be an issuer, as its tokens have it in iss'],
  ['an issuer without scheme', { issuer: 'idp.example.com' }, ISSUER],
  ['an issuer with a query', { issuer: 'https://idp.example.com/?a=b' }, ISSUER],
  ['an issuer with a fragment', { issuer: 'https://idp.example.com/#a' }, ISSUER],
  ['an issuer with credentials', { issuer: 'https://me:secret@idp.example.com' }, ISSUER],
  ['an issuer in capitals', { issuer: 'HTTPS://IDP.example.com' }, ISSUER],
  ['a document in place of an issuer', { issuer: 'https://idp.example.com/.well-known/openid-configuration' }, ISSUER],
  ['a script in place of an issuer', { issuer: 'javascript:alert(1)' }, ISSUER],
  [
    'an issuer in plain http',
    { issuer: 'http://idp.example.com/realm' },
    'corp.issuer: has to be https, without a port, unless --local-issuer names its origin: http://idp.example.com',
  ],
  [
    'an issuer with a port',
    { issuer: 'https://idp.example.com:8443' },
    'corp.issuer: has to be https, without a port, unless --local-issuer names its origin: https://idp.example.com:8443',
  ],
  ['no client', { clientId: undefined }, 'corp.clientId: must be the id of a client that is registered at the issuer'],
  ['an empty client', { clientId: '' }, 'corp.clientId: must be the id of a client that is registered at the issuer'],
  ['a secret itself', { clientSecret: 'x' }, 'corp.clientSecret: is no setting'],
  ['a misspelt key', { clientID: 'x' }, 'corp.clientID: is no setting; did you mean clientId?'],
  ['scopes as a text', { scopes: 'openid email' }, 'corp.scopes: must be a list of scopes'],
  ['two scopes in one', { scopes: ['openid email'] }, 'corp.scopes.0: must be a scope, without spaces'],
  ['scopes without openid', { scopes: ['email'] }, 'corp.scopes: must have openid among them'],
  ['neither roles nor accounts', { accounts: [] }, NOT_BOTH],
  ['roles and accounts', { roles: [ROLE] }, NOT_BOTH],
  ['a role by its name', { accounts: [], roles: ['Admin'] }, 'corp.roles.0: must be the ARN of a role'],
  [
    'a role with a wildcard',
    { accounts: [], roles: ['arn:aws:iam::111111111111:role/*'] },
    'corp.roles.0: must be the ARN of a role',
  ],
  ['a role twice', { accounts: [], roles: [ROLE, ROLE] }, 'corp.roles: must name each once'],
  ['an account that is a number', { accounts: [111111111111] }, 'corp.accounts.0: must be an account'],
  ['an account that is short', { accounts: ['1'] }, 'corp.accounts.0: must be an account of 12 digits, in quotes'],
  ['101 accounts', { accounts: accounts(101) }, 'corp.accounts: must be no more than 100'],
  ['a claim without a name', { sessionName: '' }, 'corp.sessionName: must be the name of a claim'],
]

for (const [what, change, problem] of MISTAKES) {
  test(`a login door with ${what} is refused`, () => {
    assert.ok(
      problems({ corp: { ...CORP, ...change } }).includes(problem),
      problems({ corp: { ...CORP, ...change } }).join('\n'),
    )
  })
}

for (const name of ['', 'Corp', 'a b', '../x', '-a', 'a-', '__proto__', 'callback/x', 'ü', 'x'.repeat(33)]) {
  test(`${JSON.stringify(name.slice(0, 20))} is no name of a login door`, () => {
    const login = JSON.parse(`{${JSON.stringify(name)}:${JSON.stringify(CORP)}}`)
    assert.match(problems(login).join(), /must have as its name up to 32 small letters, digits and dashes/)
  })
}

for (const login of [[], 'corp', null, { corp: 'https://idp.example.com' }, { corp: null }]) {
  test(`${JSON.stringify(login)} are no login doors`, () => {
    assert.match(problems(login).join(), /must be a mapping/)
  })
}

test('an issuer whose origin is named as a local one may be plain http and have a port', () => {
  const issuer = 'http://127.0.0.1:3000/realm'
  const federation = { localIssuers: ['http://127.0.0.1:3000'] }
  assert.equal(load({ corp: { ...CORP, issuer } }, { federation }).login['corp']?.issuer, issuer)
  assert.equal(
    problems({ corp: { ...CORP, issuer } }, { federation: { localIssuers: ['http://127.0.0.1:3001'] } }).length,
    1,
  )
})

test('a login door asks for no more than who somebody is, and names sessions by the subject, unless told', () => {
  assert.deepEqual(load({ corp: CORP }).login['corp'], { ...CORP, scopes: ['openid'], roles: [], sessionName: 'sub' })
  assert.deepEqual(load({}).login, {})
})

function accounts(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => String(100_000_000_000 + index))
}
