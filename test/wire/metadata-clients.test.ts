import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { fromInstanceMetadata, fromNodeProviderChain } from '@aws-sdk/credential-providers'
import { MetadataService } from '@aws-sdk/ec2-metadata-service'
import { startTestBroker, type TestBroker, type TestInstance } from '../../src/testing/index.ts'

const ID = 'i-00000000000000001'
const TASK = '0123456789abcdef0123456789abcdef'
const trusting = (Service: string) => ({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' },
})
const DIRECTORY = {
  Accounts: [
    {
      Id: '111111111111',
      Roles: [
        { RoleName: 'web', AssumeRolePolicyDocument: trusting('ec2.amazonaws.com') },
        { RoleName: 'task', AssumeRolePolicyDocument: trusting('ecs-tasks.amazonaws.com') },
      ],
      InstanceProfiles: [{ InstanceProfileName: 'web', Roles: ['web'] }],
      Instances: [{ InstanceId: ID, IamInstanceProfile: 'web' }],
      Tasks: [{ TaskId: TASK, TaskRoleArn: 'arn:aws:iam::111111111111:role/task' }],
    },
  ],
}
const FIRST = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_PROFILE']
const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

/** A broker, and this process in the environment of one of its machines, with what is said in place of it. */
async function stage(t: TestContext, name = ID, over: Readonly<Record<string, string>> = {}) {
  const broker = await startTestBroker({ directory: DIRECTORY })
  t.after(() => broker.stop())
  const variables = { ...(await broker.env(name)), ...over }
  const names = [...FIRST, ...Object.keys(variables)]
  const before = names.map((each) => [each, process.env[each]] as const)
  t.after(() => {
    for (const [each, value] of before) {
      if (value === undefined) delete process.env[each]
      else process.env[each] = value
    }
  })
  for (const each of FIRST) delete process.env[each]
  Object.assign(process.env, variables)
  return { broker, instance: broker.instance(ID) }
}

const asked = ({ requests }: Pick<TestBroker | TestInstance, 'requests'>) =>
  requests.map(({ method, path, answer }) => `${method} ${path} ${answer}`)
const fetched = () => fromInstanceMetadata({ maxRetries: 0, logger: SILENT })()

test('a client that is told to ask no metadata asks none', async (t) => {
  const { instance } = await stage(t, ID, { AWS_EC2_METADATA_DISABLED: 'true' })
  await assert.rejects(fromNodeProviderChain()(), { name: 'CredentialsProviderError' })
  assert.deepEqual(asked(instance), [])
})

test('a client that takes no version 1 says so where it gets no token', async (t) => {
  const { instance } = await stage(t, ID, { AWS_EC2_METADATA_V1_DISABLED: 'true' })
  instance.steer({ httpTokens: 'optional', faults: [{ path: 'api/token', answer: 403 }] })
  await assert.rejects(fetched(), { name: 'InstanceMetadataV1FallbackError' })
  assert.deepEqual(asked(instance), ['PUT /latest/api/token 403'])
})

test('a token with a newline after it, as imitations send it, is no header', async (t) => {
  const { instance } = await stage(t)
  instance.steer({ variants: ['tokenNewline'] })
  await assert.rejects(fetched(), { code: 'ERR_INVALID_CHAR' })
})

test('a container that is told to ask another host over http is refused by its client, which asks nobody', async (t) => {
  const { broker } = await stage(t, `task/${TASK}`, { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://example.test/x' })
  await assert.rejects(fromNodeProviderChain()(), { name: 'CredentialsProviderError' })
  assert.deepEqual(asked(broker), [])
})

test('where the endpoint of containers is down, five requests come in some three seconds', async (t) => {
  const { broker } = await stage(t, `task/${TASK}`)
  broker.task(TASK).steer({ faults: [{ answer: 503 }] })
  const startedAt = performance.now()
  await assert.rejects(fromNodeProviderChain({ logger: SILENT })())
  const tookMs = performance.now() - startedAt
  assert.equal(broker.requests.length, 5)
  assert.ok(tookMs > 2900 && tookMs < 10_000, `${tookMs} ms`)
})

test('the default chain of the SDK finds credentials, and when they end', async (t) => {
  const { instance } = await stage(t)
  const { accessKeyId, expiration } = await fromNodeProviderChain()()
  assert.match(accessKeyId, /^ASIA/)
  assert.ok((expiration?.getTime() ?? 0) > Date.now() + 5 * 3_600_000)
  assert.deepEqual(asked(instance), [
    'PUT /latest/api/token 200',
    'GET /latest/meta-data/iam/security-credentials/ 200',
    'GET /latest/meta-data/iam/security-credentials/web 200',
  ])
})

test('the metadata client of the SDK reads any path, with a token for each', async (t) => {
  const { instance } = await stage(t)
  for (const endpoint of [instance.endpoint, `${instance.endpoint}/`]) {
    const service = new MetadataService({ endpoint })
    assert.equal(await service.request('/latest/meta-data/instance-id', {}), ID)
  }
  assert.deepEqual(
    instance.requests.map(({ method, hasToken, answer }) => [method, hasToken, answer]),
    [
      ['PUT', false, 200],
      ['GET', true, 200],
      ['PUT', false, 200],
      ['GET', true, 200],
    ],
  )
})

test('a path in the address of the endpoint is dropped by the SDK: it is no way to tell instances apart', async (t) => {
  const { broker, instance } = await stage(t)
  process.env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] = `${broker.addresses.metadata}/i-abc/`
  assert.match((await fetched()).accessKeyId, /^ASIA/)
  assert.ok(instance.requests.every(({ path }) => path.startsWith('/latest/')))
})

test('credentials past their end are taken for five to ten minutes more, and the client remembers when it was', async (t) => {
  const { instance } = await stage(t)
  instance.steer({ document: 'expired' })
  const { expiration, ...rest } = await fetched()
  const { originalExpiration } = Object(rest)
  assert.ok(originalExpiration.getTime() < Date.now() - 3_500_000)
  const minutes = ((expiration?.getTime() ?? 0) - Date.now()) / 60_000
  assert.ok(minutes > 4 && minutes <= 10, `${minutes} minutes`)
})
