import assert from 'node:assert/strict'
import { get } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { type LoginSetting, PERSON, SESSION, startLoginSetting } from './login-setting.ts'
import { followTo, providerKey } from './real-issuer.ts'

describe('rolecall login, at a real provider', () => {
  let set: LoginSetting
  before(async () => {
    set = await startLoginSetting()
  })
  after(() => set[Symbol.asyncDispose]())

  /** Signs in as a browser would, if pages asked for nothing. */
  async function signIn(person: string, ...args: readonly string[]) {
    set.provider.person = person
    const running = set.login('--no-browser', ...args)
    const address = await running.address(/\/auth\?/)
    const back = await followTo(address, new URL(address).searchParams.get('redirect_uri') ?? '')
    await new Promise((resolve, reject) => get(back, { agent: false }, resolve).on('error', reject))
    return await running.ended
  }

  async function whoami(stdout: string): Promise<string> {
    const { AccessKeyId, SecretAccessKey, SessionToken } = JSON.parse(stdout)
    const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts')
    const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
    const sts = new STSClient({ endpoint: set.broker.endpoint, region: 'us-east-1', credentials })
    return (await sts.send(new GetCallerIdentityCommand())).Arn ?? ''
  }

  test('whom the role does not trust gets nothing, and nothing is kept of it', async () => {
    const { status, stdout, stderr } = await signIn('mallory')
    assert.match(stderr, /\nrolecall: AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity\n$/)
    assert.deepEqual([status, stdout], [1, ''])
  })

  test('code, refresh and a change of keys in between', async () => {
    const first = await signIn(PERSON)
    assert.equal(first.status, 0, first.stderr)
    assert.equal(await whoami(first.stdout), SESSION)

    assert.equal((await set.login().ended).stdout, first.stdout, 'what is kept is used')

    await set.expire()
    const refreshed = await set.login().ended
    assert.deepEqual([refreshed.status, refreshed.stderr], [0, ''])
    assert.notEqual(refreshed.stdout, first.stdout)
    assert.equal(await whoami(refreshed.stdout), SESSION)

    await set.expire()
    set.provider.useKeys(await providerKey('second'))
    const rotated = await set.login().ended
    assert.deepEqual([rotated.status, rotated.stderr], [0, ''])
    assert.equal(await whoami(rotated.stdout), SESSION)
  })
})
