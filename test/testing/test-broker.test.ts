import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { fromInstanceMetadata } from '@aws-sdk/credential-providers'
import { codeAt } from '../../src/domain/mfa/code-steps.ts'
import { startTestBroker, type TestBroker } from '../../src/testing/index.ts'

const ID = 'i-00000000000000001'
const TASK = '0123456789abcdef0123456789abcdef'
const SERVICES = ['ec2.amazonaws.com', 'ecs-tasks.amazonaws.com', 'pods.eks.amazonaws.com']
const trusting = (Principal: object) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal, Action: ['sts:AssumeRole', 'sts:TagSession'] }],
})
const DIRECTORY = {
  Accounts: [
    {
      Id: '111111111111',
      Users: [
        { UserName: 'alice', AccessKeys: [{}], ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] },
      ],
      Roles: [
        { RoleName: 'web', AssumeRolePolicyDocument: trusting({ Service: SERVICES }) },
        { RoleName: 'deploy', AssumeRolePolicyDocument: trusting({ AWS: '111111111111' }) },
      ],
      InstanceProfiles: [{ InstanceProfileName: 'web', Roles: ['web'] }],
      Instances: [{ InstanceId: ID, IamInstanceProfile: 'web' }],
      Tasks: [{ TaskId: TASK, TaskRoleArn: 'arn:aws:iam::111111111111:role/web' }],
      PodIdentityAssociations: [
        {
          ClusterName: 'shop',
          Namespace: 'default',
          ServiceAccount: 'web',
          RoleArn: 'arn:aws:iam::111111111111:role/web',
        },
      ],
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

test('the code of a device is that of its first one, or of its serial number, by the clock of the test', async (t) => {
  const serial = 'arn:aws:iam::111111111111:mfa/alice'
  // The one of RFC 6238's examples.
  const seed = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
  const device = { SerialNumber: serial, Base32StringSeed: seed }
  const Accounts = [
    {
      Id: '111111111111',
      Root: { VirtualMFADevices: [{ SerialNumber: 'GAHT12345678', Base32StringSeed: 'A'.repeat(32) }] },
      Users: [{ UserName: 'alice', VirtualMFADevices: [device] }, { UserName: 'bob' }],
    },
  ]
  const broker = await startTestBroker({ directory: { Accounts } })
  t.after(() => broker.stop())
  broker.clock.advance(2_000_000_000_000 - broker.clock.now().getTime())
  for (const name of [serial, '111111111111/alice']) assert.equal(await broker.mfaCode(name), '279037')
  // Of twenty bytes that are zero.
  assert.equal(await broker.mfaCode('arn:aws:iam::111111111111:root'), codeAt(new Uint8Array(20), 66_666_666))
  broker.clock.advance(30_000)
  assert.notEqual(await broker.mfaCode(serial), '279037')
  for (const name of ['111111111111/bob', '111111111111/nobody', `${serial}2`, 'GAHT12345678', '']) {
    await assert.rejects(broker.mfaCode(name), { name: 'NoSuchEntity' })
  }
  assert.ok(!JSON.stringify(await broker.events()).includes('279037'))
})

test('an instance is steered, and what was asked and granted is there to assert on', async (t) => {
  const broker = await aBroker(t)
  const instance = broker.instance(ID)
  const provider = fromInstanceMetadata({ ec2MetadataV1Disabled: true, maxRetries: 0 })
  process.env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] = instance.endpoint
  t.after(() => delete process.env['AWS_EC2_METADATA_SERVICE_ENDPOINT'])
  const first = await provider()
  instance.rotate()
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
  const other = instance.waitForRequest(() => false, { timeout: 1000 })
  const seen = instance.waitForRequest('meta-data')
  await Promise.all(Array.from({ length: 11 }, () => fetch(`${instance.endpoint}/latest/meta-data/`)))
  await seen
  await assert.rejects(other, (error: Error) => {
    assert.match(
      error.message,
      /^No request that is wanted came in 1000 ms. Others came: (GET \S+ \(401\), ){10}and 1 more$/,
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

/** What an SDK does in a container with this environment. */
async function fetched(env: Readonly<Record<string, string>>) {
  const { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri = '', AWS_CONTAINER_AUTHORIZATION_TOKEN: Authorization = '' } = env
  const answer = await fetch(uri, { headers: { Authorization } })
  const body = await answer.text()
  return { status: answer.status, body, document: answer.status === 200 ? JSON.parse(body) : {} }
}

async function identity(broker: TestBroker, document: Record<string, string>): Promise<string | undefined> {
  const { AccessKeyId = '', SecretAccessKey = '', Token = '' } = document
  const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token }
  const client = new STSClient({ endpoint: broker.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
  return await client.send(new GetCallerIdentityCommand()).then(
    ({ Arn }) => Arn,
    (error: Error) => error.name,
  )
}

test('a container that there is not cannot be taken in hand, and one cannot be steered to what it does not have', async (t) => {
  const broker = await aBroker(t)
  assert.throws(() => broker.task('f'.repeat(32)), {
    name: 'NoSuchEntity',
    message: `There is no container task/${'f'.repeat(32)} here. There is task/${TASK}, pod/shop/default/web.`,
  })
  assert.throws(() => broker.pod('shop/default/other'), { name: 'NoSuchEntity' })
  const misplaced: object = { httpTokens: 'optional' }
  assert.throws(() => broker.task(TASK).steer(misplaced), { name: 'ValidationError' })
})

for (const [what, pick] of [
  ['a task', (broker: TestBroker) => broker.task(TASK)],
  ['a pod', (broker: TestBroker) => broker.pod('shop/default/web')],
] as const) {
  test(`${what} is steered as an instance is: faults, rotation, expiry, broken documents, and what it asked`, async (t) => {
    const broker = await aBroker(t)
    const container = pick(broker)
    const env = await container.env()
    const first = await fetched(env)
    assert.match((await identity(broker, first.document)) ?? '', /:assumed-role\/web\//)
    container.rotate()
    const second = await fetched(env)
    assert.notEqual(second.document.AccessKeyId, first.document.AccessKeyId)
    container.expire()
    assert.deepEqual(
      [await identity(broker, first.document), await identity(broker, second.document)],
      ['ExpiredToken', 'ExpiredToken'],
    )
    const third = await fetched(env)
    assert.match((await identity(broker, third.document)) ?? '', /:assumed-role\/web\//)

    container.steer({
      faults: [
        { answer: 503, times: 1 },
        { method: 'PUT', answer: 500 },
      ],
    })
    const asked = container.waitForRequest(({ answer }) => answer === 503)
    assert.deepEqual([(await fetched(env)).status, (await fetched(env)).status], [503, 200])
    assert.equal((await asked).machine, container.id)
    container.steer({ faults: null, document: 'expired' })
    assert.ok(Date.parse((await fetched(env)).document.Expiration) < broker.clock.now().getTime())
    container.steer({ document: 'incomplete' })
    assert.equal((await fetched(env)).document.Token, undefined)

    container.steer({ document: null, lifetime: 'PT5M', rotation: 'stopped' })
    const short = (await fetched(env)).document
    assert.equal(short.AccessKeyId, third.document.AccessKeyId, 'rotation is stopped')
    container.steer({ rotation: null })
    const left = Date.parse((await fetched(env)).document.Expiration) - broker.clock.now().getTime()
    assert.ok(left > 290_000 && left <= 300_000)

    assert.ok(container.requests.length >= 8 && container.requests.every(({ hasToken }) => hasToken))
    assert.deepEqual(broker.requests, container.requests)
    container.reset()
    assert.deepEqual(container.requests, [])
    assert.equal((await fetched(env)).status, 200)
    broker.forgetRequests()
    assert.deepEqual(broker.requests, [])
  })
}

test('how long credentials are good, and when they rotate, takes effect with the next fetch', async (t) => {
  const broker = await aBroker(t)
  const instance = broker.instance(ID)
  instance.steer({ httpTokens: 'optional' })
  const read = async () => {
    const body = await (await fetch(`${instance.endpoint}/latest/meta-data/iam/security-credentials/web`)).json()
    return {
      key: String(Object(body).AccessKeyId),
      left: Date.parse(Object(body).Expiration) - broker.clock.now().getTime(),
    }
  }
  const usual = await read()
  instance.steer({ lifetime: 'PT5M', rotateAfter: 'PT2M' })
  const short = await read()
  assert.notEqual(short.key, usual.key)
  assert.ok(short.left > 290_000 && short.left <= 300_000)
  broker.clock.advance(119_000)
  assert.equal((await read()).key, short.key)
  broker.clock.advance(1_000)
  assert.notEqual((await read()).key, short.key)
})

test('an instance says why there are no credentials in the words of EC2 that a test chooses', async (t) => {
  const instance = (await aBroker(t)).instance(ID)
  instance.steer({ httpTokens: 'optional', document: { failed: 'AssumeRoleUnauthorizedAccess' } })
  const { Code, SecretAccessKey } = Object(
    await (await fetch(`${instance.endpoint}/latest/meta-data/iam/security-credentials/web`)).json(),
  )
  assert.deepEqual([Code, SecretAccessKey], ['AssumeRoleUnauthorizedAccess', undefined])
})

test('tags are there when an instance is steered to have them, and to tell of them', async (t) => {
  const instance = (await aBroker(t)).instance(ID)
  const read = async (path: string) => {
    const answer = await fetch(`${instance.endpoint}/latest/meta-data/tags/instance/${path}`)
    return answer.status === 200 ? await answer.text() : answer.status
  }
  instance.steer({ httpTokens: 'optional', tags: { env: 'test', Name: 'one' } })
  assert.equal(await read('env'), 404)
  instance.steer({ instanceMetadataTags: 'enabled' })
  assert.deepEqual([await read(''), await read('env')], ['Name\nenv', 'test'])
})

test('the directory changes under a program: a role that trusts no more, a profile that is gone, a closed account', async (t) => {
  const broker = await aBroker(t)
  const instance = broker.instance(ID)
  instance.steer({ httpTokens: 'optional' })
  const read = async (path: string) => {
    const answer = await fetch(`${instance.endpoint}/latest/meta-data/iam/${path}`)
    return answer.status === 200 ? String(Object(await answer.json()).Code) : answer.status
  }
  const [account] = DIRECTORY.Accounts
  assert.ok(account !== undefined)
  const change = (parts: object) => broker.apply({ Accounts: [{ ...account, ...parts }] })
  assert.equal(await read('security-credentials/web'), 'Success')
  await assert.rejects(change({ Roles: [{ RoleName: 'web', AssumeRolePolicyDocument: {} }] }), {
    name: 'DirectoryFileError',
  })

  await change({
    Roles: [
      { RoleName: 'web', AssumeRolePolicyDocument: trusting({ Service: 'lambda.amazonaws.com' }) },
      { RoleName: 'deploy', AssumeRolePolicyDocument: trusting({ AWS: '111111111111' }) },
    ],
  })
  assert.equal(await read('security-credentials/web'), 'Success', 'what is held goes on')
  instance.rotate()
  assert.equal(await read('security-credentials/web'), 'AssumeRoleUnauthorizedAccess')
  await change({})
  assert.equal(await read('security-credentials/web'), 'Success')

  await change({ Instances: [{ InstanceId: ID }] })
  assert.equal(await read('info'), 404)
  await change({})
  assert.equal(await read('security-credentials/web'), 'Success')
  const close = await fetch(`${broker.addresses.admin}/operations/CloseAccount`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${broker.operatorToken}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ account: '111111111111' }),
  })
  assert.equal(close.status, 200, await close.text())
  assert.notEqual(await read('security-credentials/web'), 'Success')
})
