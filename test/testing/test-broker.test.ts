import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { fromInstanceMetadata } from '@aws-sdk/credential-providers'
import { startTestBroker, type TestBroker } from '../../src/testing/index.ts'

const ID = 'i-00000000000000001'
const trusting = (Principal: object) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }],
})
const DIRECTORY = {
  Accounts: [
    {
      Id: '111111111111',
      Users: [
        { UserName: 'alice', AccessKeys: [{}], ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] },
      ],
      Roles: [
        { RoleName: 'web', AssumeRolePolicyDocument: trusting({ Service: 'ec2.amazonaws.com' }) },
        { RoleName: 'deploy', AssumeRolePolicyDocument: trusting({ AWS: '111111111111' }) },
      ],
      InstanceProfiles: [{ InstanceProfileName: 'web', Roles: ['web'] }],
      Instances: [{ InstanceId: ID, IamInstanceProfile: 'web' }],
    },
  ],
}

async function aBroker(t: TestContext): Promise<TestBroker> {
  const broker = await startTestBroker({ directory: DIRECTORY })
  t.after(() => broker.stop())
  return broker
}

test('an instance that there is not cannot be taken in hand', async (t) => {
  const broker = await aBroker(t)
  assert.throws(() => broker.instance('i-00000000000000009'), /There is no instance i-00000000000000009 here/)
})

test('what no instance can do is refused with what was probably meant', async (t) => {
  const broker = await aBroker(t)
  const misspelt: object = { httpToken: 'optional' }
  assert.throws(() => broker.instance(ID).steer(misspelt), /did you mean httpTokens\?/)
})

test('faults are told apart by their names', async (t) => {
  const broker = await aBroker(t)
  const misspelt: object = { httpToken: 'optional' }
  assert.throws(() => broker.instance(ID).steer(misspelt), { name: 'ValidationError', code: 'ValidationError' })
  await assert.rejects(broker.env('i-00000000000000009'), { name: 'NoSuchEntity' })
})

test('only a session expires', async (t) => {
  const broker = await aBroker(t)
  for (const key of ['AKIA0000000000000000', '', {}, { AccessKeyId: undefined }]) {
    assert.throws(() => broker.expireNow(key), TypeError)
  }
})

test('a session that is expired now is refused as expired, and no other', async (t) => {
  const broker = await aBroker(t)
  const client = await broker.as('111111111111/alice')
  const assume = async () => {
    const command = new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::111111111111:role/deploy', RoleSessionName: 'test' })
    const { Credentials: { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = {} } = await new STSClient(
      client,
    ).send(command)
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
  }
  const [one, other] = [await assume(), await assume()]
  broker.expireNow(one)
  const ask = (credentials: object) =>
    new STSClient({ ...client, ...credentials, maxAttempts: 1 }).send(new GetCallerIdentityCommand())
  await assert.rejects(ask({ credentials: one }), { name: 'ExpiredToken' })
  assert.match((await ask({ credentials: other })).Arn ?? '', /deploy\/test$/)
})

test('an instance is steered, and what was asked and granted is there to assert on', async (t) => {
  const broker = await aBroker(t)
  const instance = broker.instance(ID)
  const provider = fromInstanceMetadata({ ec2MetadataV1Disabled: true, maxRetries: 0 })
  process.env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] = instance.endpoint
  t.after(() => delete process.env['AWS_EC2_METADATA_SERVICE_ENDPOINT'])
  const first = await provider()
  instance.rotateNow()
  const second = await provider()
  assert.notEqual(first.accessKeyId, second.accessKeyId)
  assert.deepEqual(
    instance.requests.slice(0, 3).map(({ method, path, hasToken, answer }) => [method, path, hasToken, answer]),
    [
      ['PUT', '/latest/api/token', false, 200],
      ['GET', '/latest/meta-data/iam/security-credentials/', true, 200],
      ['GET', '/latest/meta-data/iam/security-credentials/web', true, 200],
    ],
  )
  assert.deepEqual(broker.requests, instance.requests)
  const granted = (await broker.events()).filter(({ eventName }) => eventName === 'AssumeRole')
  assert.equal(granted.length, 2)
  instance.steer({ document: 'malformed' })
  await assert.rejects(provider())
  instance.reset()
  assert.equal((await provider()).accessKeyId, second.accessKeyId)
})

test('whoever waits for a request is told in time that none came, and which others did', async (t) => {
  const broker = await aBroker(t)
  const instance = broker.instance(ID)
  const none = instance.waitForRequest('meta-data/iam', { timeout: 1 })
  await assert.rejects(none, { message: 'No request for meta-data/iam came in 1 ms. None came at all.' })
  const other = instance.waitForRequest(() => false, { timeout: 100 })
  const seen = instance.waitForRequest('meta-data')
  await Promise.all(Array.from({ length: 11 }, () => fetch(`${instance.endpoint}/latest/meta-data/`)))
  await seen
  await assert.rejects(other, (error: Error) => {
    assert.match(
      error.message,
      /^No request that is wanted came in 100 ms. Others came: (GET \S+ \(401\), ){10}and 1 more$/,
    )
    return true
  })
})

test('a function that fails to say what is wanted fails the wait, and not the request', async (t) => {
  const instance = (await aBroker(t)).instance(ID)
  const failed = assert.rejects(
    instance.waitForRequest(() => {
      throw new RangeError('not today')
    }),
    RangeError,
  )
  assert.equal((await fetch(instance.endpoint)).status, 401)
  await failed
})

test('a request is waited for until it is answered, and those before do not count', async (t) => {
  const broker = await aBroker(t)
  const instance = broker.instance(ID)
  await fetch(`${instance.endpoint}/latest/meta-data/ami-id`)
  instance.steer({ faults: [{ latencyMs: 30, answer: 503 }] })
  const waits = [instance.waitForRequest('meta-data/ami-id'), broker.waitForRequest(({ answer }) => answer === 503)]
  await fetch(`${instance.endpoint}/2021-03-23/meta-data/ami-id/`)
  for (const request of await Promise.all(waits)) {
    assert.deepEqual([request.path, request.answer], ['/2021-03-23/meta-data/ami-id/', 503])
  }
})

test('an instance tells the environment that makes a program be it', async (t) => {
  const broker = await aBroker(t)
  assert.deepEqual(await broker.instance(ID).env(), await broker.env(ID))
})

test('the clock tells its time and moves forward', async (t) => {
  const { clock } = await aBroker(t)
  const before = clock.now()
  clock.advance(3_600_000)
  assert.ok(clock.now().getTime() - before.getTime() >= 3_600_000)
  assert.throws(() => clock.advance(-1), RangeError)
})
