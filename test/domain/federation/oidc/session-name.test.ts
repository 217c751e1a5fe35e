import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sessionNameOf } from '../../../../src/domain/federation/oidc/session-name.ts'
import { fc } from '../../../fast-check.ts'

for (const value of [undefined, null, '', 7, ['alice'], { name: 'alice' }]) {
  test(`${JSON.stringify(value)} names nobody`, () => {
    assert.equal(sessionNameOf({ sub: value }, 'sub'), undefined)
  })
}

test('no claim is read that the token does not have itself', () => {
  assert.equal(sessionNameOf({}, 'constructor'), undefined)
  assert.equal(sessionNameOf({}, '__proto__'), undefined)
})

for (const verified of [undefined, null, 1, 'yes', false, 'false']) {
  test(`an address of which the provider says ${JSON.stringify(verified)} that it was verified names nobody`, () => {
    assert.equal(sessionNameOf({ email: 'root@example.com', email_verified: verified }, 'email'), undefined)
  })
}

test('an address that the provider verified names its owner', () => {
  for (const verified of [true, 'true']) {
    assert.equal(sessionNameOf({ email: 'a@example.com', email_verified: verified }, 'email'), 'a@example.com')
  }
})

for (const [value, name] of [
  ['alice@example.com', 'alice@example.com'],
  ['auth0|5f7c8ec7c33c6c004bbafe82', 'auth0-5f7c8ec7c33c6c004bbafe82'],
  ['repo:octo/hello:ref:refs/heads/main', 'repo-octo-hello-ref-refs-heads-main'],
  ['Zoë <script>', 'Zo---script-'],
  ['x', 'x-'],
  ['\u{1f600}', '--'],
  ['a'.repeat(100), 'a'.repeat(64)],
] as const) {
  test(`${JSON.stringify(value.slice(0, 40))} is called ${name.slice(0, 40)}`, () => {
    assert.equal(sessionNameOf({ sub: value }, 'sub'), name)
  })
}

test('whatever a provider says, the name is one that the action takes', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'binary' }), (sub) => {
      assert.match(sessionNameOf({ sub }, 'sub') ?? '', /^[\w+=,.@-]{2,64}$/)
    }),
  )
})
