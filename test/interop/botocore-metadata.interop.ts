import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { startTestBroker, type TestBroker, type TestInstance } from '../../src/testing/index.ts'
import { execute, isInstalled } from './setting.ts'

const ID = 'i-0123456789abcdef0'
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
/** Says by which method credentials were found, or what went wrong, after these lines. */
const FIND = `
import botocore.session, time
def find():
    return botocore.session.get_session().get_credentials()
def say(action):
    try:
        found = action()
        print(getattr(found, 'method', found))
    except Exception as error:
        print(type(error).__name__)
`
const skip = (await isInstalled('python3', '-c', 'import botocore')) ? false : 'botocore is not installed'

suite('what botocore asks, and what it makes of the answers', { skip }, () => {
  let broker: TestBroker
  let instance: TestInstance
  let folder: string
  before(async () => {
    broker = await startTestBroker({ directory: DIRECTORY })
    instance = broker.instance(ID)
    folder = await mkdtemp(join(tmpdir(), 'rolecall-botocore-'))
  })
  after(async () => {
    await broker.stop()
    await rm(folder, { recursive: true })
  })

  /** Runs lines in the environment of a machine, with what is said in place of it, from a clean start. */
  const run = async (name: string, lines: string, over: Record<string, string> = {}, steer = () => {}) => {
    instance.reset()
    broker.task(TASK).reset()
    // Rotation that is stopped would keep what another test was given.
    instance.rotate()
    steer()
    const base = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' }
    const { stdout, stderr } = await execute('python3', ['-c', FIND + lines], {
      ...base,
      ...(await broker.env(name)),
      ...over,
    })
    assert.notEqual(stdout, '', stderr)
    return stdout.trim().split('\n')
  }
  const asked = () => broker.requests.map(({ method, path, answer }) => `${method} ${path} ${answer}`)

  test('a session finds the role of an instance with three requests', async () => {
    assert.deepEqual(await run(ID, 'say(find)'), ['iam-role'])
    assert.deepEqual(asked(), [
      'PUT /latest/api/token 200',
      'GET /latest/meta-data/iam/security-credentials/ 200',
      'GET /latest/meta-data/iam/security-credentials/web 200',
    ])
  })

  test('one that takes no version 1 says so where it gets no token', async () => {
    const faults = [{ path: 'api/token', answer: 403 as const }]
    const steer = () => instance.steer({ httpTokens: 'optional', faults })
    const over = { AWS_EC2_METADATA_V1_DISABLED: 'true' }
    assert.deepEqual(await run(ID, 'say(find)', over, steer), ['MetadataRetrievalError'])
    assert.deepEqual(asked(), ['PUT /latest/api/token 403'])
  })

  test('a fractional end is not put off: the set is fetched at every use, and is no good past it', async () => {
    const uses = `
held = find()
for _ in range(3):
    held.get_frozen_credentials()
print('used')`
    const fractional = () => instance.steer({ document: 'fractional', lifetime: 'PT5M' })
    assert.deepEqual(await run(ID, uses, {}, fractional), ['used'])
    assert.equal(asked().filter((each) => each.endsWith('/web 200')).length, 4)

    const past = `
held = find()
time.sleep(2.2)
say(held.get_frozen_credentials)`
    const stopped = () => instance.steer({ document: 'fractional', lifetime: 'PT1S', rotation: 'stopped' })
    assert.deepEqual(await run(ID, past, {}, stopped), ['RuntimeError'])
  })

  test('a token with a newline after it is no header', async () => {
    const steer = () => instance.steer({ variants: ['tokenNewline'] })
    assert.deepEqual(await run(ID, 'say(find)', {}, steer), ['HTTPClientError'])
  })

  test('a path in the address of the endpoint is kept, and leads nowhere here', async () => {
    const over = { AWS_EC2_METADATA_SERVICE_ENDPOINT: `${broker.addresses.metadata}/i-abc/` }
    assert.deepEqual(await run(ID, 'say(find)', over), ['None'])
    assert.ok(asked().every((each) => each.includes(' /i-abc/')))
  })

  test('a proxy is asked instead, unless NO_PROXY says otherwise', async (t) => {
    const seen: string[] = []
    const proxy = createServer(({ method, url }, response) => {
      seen.push(`${method} ${url}`)
      response.writeHead(502).end()
    }).listen(0, '127.0.0.1')
    t.after(() => proxy.close())
    await new Promise((resolve) => proxy.once('listening', resolve))
    const http_proxy = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    assert.deepEqual(await run(ID, 'say(find)', { http_proxy, NO_PROXY: '', no_proxy: '' }), ['None'])
    assert.equal(seen[0], `PUT ${broker.addresses.metadata}/latest/api/token`)
    assert.deepEqual(asked(), [])
    assert.deepEqual(await run(ID, 'say(find)', { http_proxy }), ['iam-role'])
  })

  test('one that is told to ask no metadata asks none', async () => {
    assert.deepEqual(await run(ID, 'say(find)', { AWS_EC2_METADATA_DISABLED: 'true' }), ['None'])
    assert.deepEqual(asked(), [])
  })

  test('a token file that ends with a line end fails before anything is asked', async () => {
    const { AWS_CONTAINER_AUTHORIZATION_TOKEN: token = '' } = await broker.env(`task/${TASK}`)
    const file = join(folder, 'token')
    const over = { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file }
    await writeFile(file, `${token}\n`)
    assert.deepEqual(await run(`task/${TASK}`, 'say(find)', over), ['ValueError'])
    assert.deepEqual(asked(), [])
    await writeFile(file, token)
    assert.deepEqual(await run(`task/${TASK}`, 'say(find)', over), ['container-role'])
  })

  test('where the endpoint of containers is down, three requests come in some three seconds', async () => {
    const down = `
from time import monotonic
before = monotonic()
say(find)
print(2.5 < monotonic() - before < 9)`
    const steer = () => broker.task(TASK).steer({ faults: [{ answer: 503 }] })
    assert.deepEqual(await run(`task/${TASK}`, down, {}, steer), ['CredentialRetrievalError', 'True'])
    assert.equal(broker.requests.length, 3)
  })

  test('a container that is told to ask another host over http is refused by its client, which asks nobody', async () => {
    const over = { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://example.test/x' }
    assert.deepEqual(await run(`task/${TASK}`, 'say(find)', over), ['ValueError'])
    assert.deepEqual(asked(), [])
  })
})
