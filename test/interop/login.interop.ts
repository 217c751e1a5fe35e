import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { type LoginSetting, PERSON, SESSION, startLoginSetting } from '../federation/login-setting.ts'
import { execute, isInstalled } from './setting.ts'

const noAws = (await isInstalled('aws', '--version')) ? false : 'aws is not installed'
const noBoto3 = (await isInstalled('python3', '-c', 'import boto3')) ? false : 'boto3 is not installed'
const PYTHON = `import boto3\nprint(boto3.Session(profile_name='engineer').client('sts').get_caller_identity()['Arn'])`
const JAVASCRIPT = `
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
const sts = new STSClient()
console.log((await sts.send(new GetCallerIdentityCommand())).Arn)`

suite('a profile that rolecall login wrote, in unmodified clients', () => {
  let set: LoginSetting
  before(async () => {
    set = await startLoginSetting()
    const { status, stderr } = await set.signIn(PERSON, '--profile', 'engineer')
    assert.equal(status, 0, stderr)
  })
  after(() => set[Symbol.asyncDispose]())

  /** With nothing but where home is: the profile leads to the broker. */
  const run = (program: string, args: readonly string[], more: Readonly<Record<string, string>> = {}) => {
    const { AWS_ENDPOINT_URL_STS: _, ...environment } = set.environment
    return execute(program, args, { ...environment, ...more })
  }
  const whoami = ['--profile', 'engineer', 'sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text']

  test('the aws CLI acts as the role', { skip: noAws }, async () => {
    const { stdout, stderr } = await run('aws', whoami)
    assert.equal(stdout, `${SESSION}\n`, stderr)
  })

  test('boto3 acts as the role', { skip: noBoto3 }, async () => {
    const { stdout, stderr } = await run('python3', ['-c', PYTHON])
    assert.equal(stdout, `${SESSION}\n`, stderr)
  })

  test('the JS SDK acts as the role', async () => {
    // It looks for endpoints only in the profile that the environment names.
    const more = { AWS_PROFILE: 'engineer' }
    const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', JAVASCRIPT], more)
    assert.equal(stdout, `${SESSION}\n`, stderr)
  })

  test('the aws CLI goes on when the credentials end, without anybody signing in', { skip: noAws }, async () => {
    await set.expire()
    const { stdout, stderr } = await run('aws', whoami)
    assert.equal(stdout, `${SESSION}\n`, stderr)
  })

  test('the aws CLI tells why when nobody can sign in', { skip: noAws }, async () => {
    await rm(join(set.home, '.cache'), { recursive: true })
    await set.provider[Symbol.asyncDispose]()
    const { status, stderr } = await run('aws', whoami)
    assert.match(stderr, /rolecall: http:\/\/127\.0\.0\.1:\d+ does not answer as it should \(ECONNREFUSED\)/)
    assert.notEqual(status, 0)
  })
})
