import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, suite, test } from 'node:test'
import { promisify } from 'node:util'
import { type Broker, startBroker } from '../../src/index.ts'
import { isInstalled } from './setting.ts'

const ARN = 'arn:aws:sts::111111111111:assumed-role/web/i-0123456789abcdef0'
const EC2 = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
}
const account = {
  Id: '111111111111',
  Roles: [{ RoleName: 'web', AssumeRolePolicyDocument: EC2 }],
  InstanceProfiles: [{ InstanceProfileName: 'web', Roles: ['web'] }],
  Instances: [{ InstanceId: 'i-0123456789abcdef0', IamInstanceProfile: 'web' }],
}
const run = promisify(execFile)
const boto3 = (await isInstalled('python3', '-c', 'import boto3')) ? false : 'boto3 is not installed'
const aws = (await isInstalled('aws', '--version')) ? false : 'the aws CLI is not installed'

suite('clients that think they are on EC2, with nothing but an address in their environment', () => {
  let broker: Broker
  let env: Record<string, string>
  before(async () => {
    broker = await startBroker({ directory: { Accounts: [account] } })
    env = {
      PATH: process.env['PATH'] ?? '',
      HOME: '/nonexistent',
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_STS: broker.endpoint,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: broker.addresses.metadata,
    }
  })
  after(() => broker.stop())

  test('boto3 gets credentials with a session token, and they are those of the instance', { skip: boto3 }, async () => {
    const lines = `import boto3
session = boto3.Session()
print(session.get_credentials().method, session.client('sts').get_caller_identity()['Arn'])`
    const { stdout } = await run('python3', ['-c', lines], { env })
    assert.equal(stdout.trim(), `iam-role ${ARN}`)
  })

  test('boto3 without a session token gets nothing', { skip: boto3 }, async () => {
    const lines = `import botocore.session, botocore.utils
botocore.utils.IMDSFetcher._fetch_metadata_token = lambda self: None
print(botocore.session.get_session().get_credentials())`
    const { stdout } = await run('python3', ['-c', lines], { env })
    assert.equal(stdout.trim(), 'None')
  })

  test('the aws CLI is the instance', { skip: aws }, async () => {
    const { stdout } = await run('aws', ['sts', 'get-caller-identity', '--query', 'Arn', '--output', 'text'], { env })
    assert.equal(stdout.trim(), ARN)
  })
})
