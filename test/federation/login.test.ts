import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type LoginSetting, PERSON, SESSION, startLoginSetting } from './login-setting.ts'
import { providerKey } from './real-issuer.ts'

describe('rolecall login, at a real provider', () => {
  let set: LoginSetting
  before(async () => {
    set = await startLoginSetting()
  })
  after(() => set[Symbol.asyncDispose]())

  test('whom the role does not trust gets nothing, and nothing is kept of it', async () => {
    const { status, stdout, stderr } = await set.signIn('mallory')
    assert.match(stderr, /\nrolecall: AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity\n$/)
    assert.deepEqual([status, stdout], [1, ''])
  })

  test('code, refresh and a change of keys in between', async () => {
    const first = await set.signIn(PERSON)
    assert.equal(first.status, 0, first.stderr)
    assert.equal(await set.whoami(first.stdout), SESSION)

    assert.equal((await set.login().ended).stdout, first.stdout, 'what is kept is used')

    await set.expire()
    const refreshed = await set.login().ended
    assert.deepEqual([refreshed.status, refreshed.stderr], [0, ''])
    assert.notEqual(refreshed.stdout, first.stdout)
    assert.equal(await set.whoami(refreshed.stdout), SESSION)

    await set.expire()
    set.provider.useKeys(await providerKey('second'))
    const rotated = await set.login().ended
    assert.deepEqual([rotated.status, rotated.stderr], [0, ''])
    assert.equal(await set.whoami(rotated.stdout), SESSION)
  })
})
