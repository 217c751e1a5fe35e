import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { commandLine, temporaryHome } from './command-line.ts'
import { errorAnswer, fakeBroker } from './fake-broker.ts'

const TOKEN = 'an-operator-token'

async function revoke(...args: readonly string[]) {
  await using admin = await fakeBroker(({ url }) =>
    args.includes('refused')
      ? errorAnswer(404, 'NoSuchEntity', 'There is no role refused.')
      : {
          body: url?.endsWith('RotateKeys')
            ? { keys: [{ purpose: 'session-seal', id: 'k1', state: 'destroyed' }], resealed: 0 }
            : { target: 'arn:full', effect: 'It ends now.', roles: args.includes('led') ? ['arn:role'] : [] },
        },
  )
  using home = temporaryHome()
  const file = join(home.path, 'token')
  writeFileSync(file, `${TOKEN}\n`)
  const outcome = await commandLine(['revoke', ...args, '--admin', admin.origin, '--operator-token-file', file], {
    environment: {},
  })
  return { ...outcome, asked: admin.asked }
}

test('what to revoke has to be said, once', async () => {
  const nothing = await revoke()
  assert.equal(nothing.status, 2)
  assert.match(nothing.stderr, /Say what to revoke: --session, --access-key, --role/)
  const both = await revoke('--role', 'a/b', '--session', 'c')
  assert.equal(both.status, 2)
  assert.match(both.stderr, /cannot be used with/)
  assert.deepEqual([...nothing.asked, ...both.asked], [])
})

test('a refusal is told in the broker’s words', async () => {
  const { status, stdout, stderr } = await revoke('--role', 'refused')
  assert.deepEqual([status, stdout], [1, ''])
  assert.match(stderr, /There is no role refused\./)
})

test('each flag asks for its kind, and what it comes to is told', async () => {
  for (const kind of ['session', 'access-key', 'role', 'principal', 'provider']) {
    const { status, stdout, asked } = await revoke(`--${kind}`, 'target')
    assert.equal(status, 0)
    assert.equal(stdout, 'Revoked arn:full\nIt ends now.\n')
    assert.equal(asked[0]?.url, '/operations/RevokeSessions')
    assert.equal(asked[0]?.headers.authorization, `Bearer ${TOKEN}`)
    assert.deepEqual(JSON.parse(asked[0]?.body ?? ''), { kind, target: 'target' })
  }
})

test('roles that it led to are named, as what to do next', async () => {
  const { stdout } = await revoke('--access-key', 'led')
  assert.match(stdout, /These roles were assumed with it:\n {2}rolecall revoke --role arn:role\n$/)
})

test('a signing key is revoked by destroying it', async () => {
  const { status, stdout, asked } = await revoke('--signing-key', 'k1')
  assert.equal(status, 0)
  assert.match(stdout, /^The session-seal key k1 is destroyed.*\nEvery session whose token it sealed is over/)
  assert.equal(asked[0]?.url, '/operations/RotateKeys')
  assert.deepEqual(JSON.parse(asked[0]?.body ?? ''), { compromised: 'k1' })
})

test('--json tells it as JSON', async () => {
  const { stdout } = await revoke('--role', 'a/b', '--json')
  assert.deepEqual(JSON.parse(stdout), { target: 'arn:full', effect: 'It ends now.', roles: [] })
})
