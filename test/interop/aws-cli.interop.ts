import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { DEPLOYER, isInstalled, SESSION, type Setting, startSetting } from './setting.ts'

const skip = (await isInstalled('aws', '--version')) ? false : 'the aws CLI is not installed'

suite('the aws CLI, unmodified', { skip }, () => {
  let setting: Setting
  before(async () => {
    setting = await startSetting()
  })
  after(() => setting[Symbol.asyncDispose]())

  const sts = (...args: string[]) => setting.run('aws', ['sts', ...args, '--output', 'json'])
  const assumeRole = ['assume-role', '--profile', 'alice', '--role-arn', DEPLOYER, '--role-session-name', 'cli']

  test('is refused in AWS words with another external id', async () => {
    const { status, stderr } = await sts(...assumeRole, '--external-id', 'guessed')
    assert.notEqual(status, 0)
    assert.match(
      stderr,
      /An error occurred \(AccessDenied\) when calling the AssumeRole operation: User: arn:aws:iam::111111111111:user\/alice is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::222222222222:role\/Deployer\s*$/,
    )
  })

  test('is refused through a profile whose external id is another', async () => {
    const { status, stderr } = await sts('get-caller-identity', '--profile', 'stranger')
    assert.notEqual(status, 0)
    assert.match(stderr, /AccessDenied/)
  })

  test('is refused with a secret that is not the key’s', async () => {
    const { env } = await setting.broker.as('source/alice')
    const { status, stderr } = await setting.run('aws', ['sts', 'get-caller-identity'], {
      ...env,
      AWS_SECRET_ACCESS_KEY: `${env['AWS_SECRET_ACCESS_KEY']}x`,
    })
    assert.notEqual(status, 0)
    assert.match(stderr, /\(SignatureDoesNotMatch\)/)
  })

  test('assumes a role of another account', async () => {
    const { status, stdout, stderr } = await sts(...assumeRole, '--external-id', 'quickstart')
    assert.equal(status, 0, stderr)
    assert.equal(JSON.parse(stdout).AssumedRoleUser.Arn, 'arn:aws:sts::222222222222:assumed-role/Deployer/cli')
  })

  test('assumes the role of a profile with role_arn and source_profile', async () => {
    const { status, stdout, stderr } = await sts('get-caller-identity', '--profile', 'deployer')
    assert.equal(status, 0, stderr)
    assert.match(JSON.parse(stdout).Arn, SESSION)
  })

  test('is told ExpiredToken once the clock passed the end of its credentials', async () => {
    const { stdout } = await sts(...assumeRole, '--external-id', 'quickstart', '--duration-seconds', '900')
    const { AccessKeyId, SecretAccessKey, SessionToken } = JSON.parse(stdout).Credentials
    const session = {
      AWS_ACCESS_KEY_ID: AccessKeyId,
      AWS_SECRET_ACCESS_KEY: SecretAccessKey,
      AWS_SESSION_TOKEN: SessionToken,
      AWS_DEFAULT_REGION: 'us-east-1',
    }
    const fresh = await setting.run('aws', ['sts', 'get-caller-identity'], session)
    await setting.advance('PT15M')
    const expired = await setting.run('aws', ['sts', 'get-caller-identity'], session)

    assert.equal(fresh.status, 0, fresh.stderr)
    assert.notEqual(expired.status, 0)
    assert.match(expired.stderr, /\(ExpiredToken\).*The security token included in the request is expired\s*$/)
  })
})
