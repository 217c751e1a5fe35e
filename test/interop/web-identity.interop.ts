import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { SOURCE } from '../wire/cast.ts'
import { roleArn, type Setting, setUp } from '../wire/web-identity/setting.ts'
import { execute, isInstalled } from './setting.ts'

const noAws = (await isInstalled('aws', '--version')) ? false : 'aws is not installed'
const noBoto3 = (await isInstalled('python3', '-c', 'import boto3')) ? false : 'boto3 is not installed'
const SESSION = new RegExp(`arn:aws:sts::${SOURCE}:assumed-role/Pinned/`)

suite('AWS_WEB_IDENTITY_TOKEN_FILE, in unmodified clients', () => {
  let set: Setting
  let home: string
  let environment: Readonly<Record<string, string>>
  before(async () => {
    set = await setUp()
    home = await mkdtemp(join(tmpdir(), 'rolecall-token-'))
    environment = {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_STS: set.broker.endpoint,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_ROLE_ARN: roleArn('Pinned'),
      AWS_WEB_IDENTITY_TOKEN_FILE: join(home, 'token'),
    }
  })
  after(async () => {
    await set[Symbol.asyncDispose]()
    await rm(home, { recursive: true })
  })
  const run = async (over: Record<string, unknown>, program: string, args: readonly string[]) => {
    await writeFile(join(home, 'token'), await set.token(over))
    // The aws CLI remembers credentials at home.
    return await execute(program, args, { ...environment, HOME: await mkdtemp(join(home, 'home-')) })
  }

  test('the aws CLI acts as the role, and is told why not', { skip: noAws }, async () => {
    const whoami = ['sts', 'get-caller-identity', '--output', 'json']
    const { stdout, stderr } = await run({}, 'aws', whoami)
    assert.match(stdout, SESSION, stderr)
    const denied = await run({ sub: 'bob' }, 'aws', whoami)
    assert.match(denied.stderr, /\(AccessDenied\).*Not authorized to perform sts:AssumeRoleWithWebIdentity/)
    const expired = await run({ exp: 1 }, 'aws', whoami)
    assert.match(expired.stderr, /\(ExpiredTokenException\).*Token expired: current date\/time/)
  })

  test('boto3 acts as the role, and sees the codes of AWS', { skip: noBoto3 }, async () => {
    const whoami = `import boto3\nprint(boto3.client('sts').get_caller_identity()['Arn'])`
    const { stdout, stderr } = await run({}, 'python3', ['-c', whoami])
    assert.match(stdout, SESSION, stderr)
    const refused = await run({ aud: 'other' }, 'python3', ['-c', whoami])
    assert.match(refused.stderr, /InvalidIdentityToken.*Incorrect token audience/)
  })
})
