import assert from 'node:assert/strict'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { DEPLOYER, isInstalled, type Outcome, SESSION, type Setting, startSetting } from './setting.ts'

const installed = (await isInstalled('aws', '--version')) && (await isInstalled('oathtool', '--version'))
const skip = installed ? false : 'the aws CLI or oathtool is not installed'

const NOT_RIGHT = 'MultiFactorAuthentication failed with invalid MFA one time pass code. '
const NOT_THEIRS =
  'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.'
const NEEDS_BOTH = 'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.'

/** The devices of the directory. */
const DEVICES = {
  alice: { serial: 'arn:aws:iam::111111111111:mfa/alice', seed: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' },
  bob: { serial: 'arn:aws:iam::111111111111:mfa/bob', seed: 'MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U' },
  carol: { serial: 'GAHT12345678', seed: 'ONSWG4TFOQWXIZLTOQWXIZLTOQWXIZLT' },
} as const
type User = keyof typeof DEVICES

suite('the aws CLI with MFA, and codes of oathtool', { skip }, () => {
  let setting: Setting
  before(async () => {
    setting = await startSetting(fileURLToPath(new URL('mfa.yaml', import.meta.url)))
    for (const user of ['bob', 'carol'] as const) {
      const { credentials } = await setting.broker.as(`source/${user}`)
      await appendFile(
        join(setting.home, 'credentials'),
        `[${user}]\naws_access_key_id = ${credentials.accessKeyId}\naws_secret_access_key = ${credentials.secretAccessKey}\n`,
      )
    }
    for (const [user, { serial }] of Object.entries(DEVICES)) {
      const common = `region = us-east-1\nrole_arn = ${DEPLOYER}\nsource_profile = ${user}\n`
      await appendFile(
        join(setting.home, 'config'),
        `[profile ${user}-without]\n${common}\n[profile ${user}-with]\n${common}mfa_serial = ${serial}\n`,
      )
    }
  })
  after(() => setting[Symbol.asyncDispose]())

  /** What the device of a user shows at a time. */
  async function code(user: User, at = 'now'): Promise<string> {
    const { stdout } = await setting.run('oathtool', ['--totp', '--base32', DEVICES[user].seed, `--now=${at}`])
    return stdout.trim()
  }

  /** Asks with a code in an argument. */
  const assume = (user: User, ...args: readonly string[]) =>
    setting.run('aws', [
      ...['sts', 'assume-role', '--profile', user, '--region', 'us-east-1', '--output', 'json'],
      ...['--role-arn', DEPLOYER, '--role-session-name', 'cli', ...args],
    ])
  const offering = (user: User, tokenCode: string, serial: string = DEVICES[user].serial) =>
    assume(user, '--serial-number', serial, '--token-code', tokenCode)

  /** Uses a profile, and types a code when it is asked for one. In a session of its own, or the terminal would be asked. */
  const throughProfile = (profile: string, typed: string) =>
    setting.run(
      'setsid',
      ['--wait', 'aws', 'sts', 'get-caller-identity', '--profile', profile, '--output', 'json'],
      {},
      `${typed}\n`,
    )

  function refused({ status, stderr }: Outcome, message: string): void {
    assert.notEqual(status, 0)
    const words = `An error occurred (AccessDenied) when calling the AssumeRole operation: ${message}`
    assert.ok(stderr.trim().endsWith(words.trim()), stderr)
  }

  test('is refused without a code, as without trust', async () => {
    const message = `User: arn:aws:iam::111111111111:user/alice is not authorized to perform: sts:AssumeRole on resource: ${DEPLOYER}`
    refused(await throughProfile('alice-without', ''), message)
    refused(await assume('alice'), message)
  })

  test('is refused with a wrong code, also when it was typed', async () => {
    refused(await throughProfile('alice-with', '000000'), NOT_RIGHT)
    refused(await offering('alice', '000000'), NOT_RIGHT)
  })

  test('is refused with a code of two minutes ago', async () => {
    refused(await offering('alice', await code('alice', '2 minutes ago')), NOT_RIGHT)
  })

  test("is refused with somebody else's device, and with a code of it", async () => {
    refused(await offering('alice', await code('bob'), DEVICES.bob.serial), NOT_THEIRS)
    refused(await offering('alice', await code('bob')), NOT_RIGHT)
  })

  test('is refused with a device and no code, and with a code and no device', async () => {
    refused(await assume('alice', '--serial-number', DEVICES.alice.serial), NEEDS_BOTH)
    refused(await assume('alice', '--token-code', await code('alice')), NEEDS_BOTH)
  })

  test('assumes the role of a profile with mfa_serial once its user typed the code, and not again with the same', async () => {
    const typed = await code('alice')
    const { status, stdout, stderr } = await throughProfile('alice-with', typed)
    assert.equal(status, 0, stderr)
    assert.match(JSON.parse(stdout).Arn, SESSION)
    refused(await offering('alice', typed), NOT_RIGHT)
  })

  test('assumes a role with the credentials of get-session-token, until they are too old for it', async () => {
    const args = ['--serial-number', DEVICES.carol.serial, '--token-code', await code('carol')]
    const { stdout, stderr } = await setting.run('aws', [
      ...['sts', 'get-session-token', '--profile', 'carol', '--region', 'us-east-1', '--output', 'json', ...args],
    ])
    assert.notEqual(stdout, '', stderr)
    const { AccessKeyId, SecretAccessKey, SessionToken } = JSON.parse(stdout).Credentials
    const session = {
      AWS_ACCESS_KEY_ID: AccessKeyId,
      AWS_SECRET_ACCESS_KEY: SecretAccessKey,
      AWS_SESSION_TOKEN: SessionToken,
      AWS_DEFAULT_REGION: 'us-east-1',
    }
    const again = () =>
      setting.run('aws', ['sts', 'assume-role', '--role-arn', DEPLOYER, '--role-session-name', 'cli'], session)
    assert.equal((await again()).status, 0)
    await setting.advance('PT1H')
    assert.match((await again()).stderr, /is not authorized to perform: sts:AssumeRole/)
  })

  test('is refused with the right code when the device is locked', async () => {
    for (let n = 0; n < 5; n++) refused(await offering('bob', '000000'), NOT_RIGHT)
    // The clock of the broker is an hour ahead by now.
    refused(await offering('bob', await code('bob', '1 hour')), NOT_RIGHT)
    await setting.advance('PT5M')
    assert.equal((await offering('bob', await code('bob', '65 minutes'))).status, 0)
  })
})
