import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { startInProcess } from '../../src/compose/index.ts'
import type { DirectoryInput } from '../../src/index.ts'
import { applyDirectory, revokeSessions, rotateKeys } from '../../src/operations/broker/index.ts'
import { loadDirectory, readDirectories } from '../../src/operations/loading/index.ts'
import { exchange, MD, TOKEN, TTL } from '../doors/metadata/service.ts'

const ACCOUNT = '111111111111'
const INSTANCE = 'i-00000000000000001'
const TASK = '0123456789abcdef0123456789abcdef'
const WEB = `arn:aws:iam::${ACCOUNT}:role/web`
const NEXT = `arn:aws:iam::${ACCOUNT}:role/next`
const ROLE_PATH = `${MD}iam/security-credentials/web`

function directory(...policies: Readonly<Record<string, unknown>>[]): DirectoryInput {
  const statement = (Principal: object) => ({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' })
  const trusting = (Principal: object) => ({ Version: '2012-10-17', Statement: [statement(Principal)] })
  const web = trusting({ Service: ['ec2.amazonaws.com', 'ecs-tasks.amazonaws.com'] })
  return {
    Accounts: [
      {
        Id: ACCOUNT,
        Roles: [
          {
            RoleName: 'web',
            AssumeRolePolicyDocument: web,
            Policies: policies.map((PolicyDocument) => ({ PolicyName: 'AWSRevokeOlderSessions', PolicyDocument })),
          },
          { RoleName: 'next', AssumeRolePolicyDocument: trusting({ AWS: WEB }) },
        ],
        InstanceProfiles: [{ InstanceProfileName: 'web', Roles: ['web'] }],
        Instances: [{ InstanceId: INSTANCE, IamInstanceProfile: 'web' }],
        Tasks: [{ TaskId: TASK, TaskRoleArn: WEB }],
      },
    ],
  }
}

interface Held {
  readonly Code?: string
  readonly AccessKeyId: string
  readonly SecretAccessKey: string
  readonly Token: string
}

async function stage(t: TestContext, input = directory()) {
  const options = { data: ':memory:', dev: true, logLevel: 'silent', directory: input } as const
  const { broker, node } = await startInProcess(options, 'taken-back-credentials')
  t.after(() => node.stop())
  const port = Number(new URL(broker.addresses.metadata).port)
  const ofInstance = async (): Promise<Held> => {
    const { body: token } = await exchange(port, 'PUT', '/latest/api/token', { [TTL]: '60' })
    return JSON.parse((await exchange(port, 'GET', ROLE_PATH, { [TOKEN]: token })).body)
  }
  const ofTask = async (): Promise<Held> => {
    const env = await broker.env(`task/${TASK}`)
    const { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri = '', AWS_CONTAINER_AUTHORIZATION_TOKEN: Authorization = '' } = env
    return JSON.parse((await exchange(port, 'GET', new URL(uri).pathname, { Authorization })).body)
  }
  /** What credentials come to when something is done with them that takes a permission. */
  const use = async ({ AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Token: sessionToken }: Held) => {
    const credentials = { accessKeyId, secretAccessKey, sessionToken }
    const client = new STSClient({ endpoint: broker.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
    try {
      await client.send(new AssumeRoleCommand({ RoleArn: NEXT, RoleSessionName: 'next' }))
      return 'granted'
    } catch (error) {
      return error instanceof Error ? error.name : String(error)
    } finally {
      client.destroy()
    }
  }
  const revoke = (kind: 'session' | 'access-key' | 'role' | 'principal', target: string) =>
    node.operate(revokeSessions, { kind, target })
  const compromise = async (purpose: 'session-seal' | 'session-secret') => {
    const compromised = node.broker.keyring.active(purpose).id
    await node.operate(rotateKeys, { purpose, compromised })
  }
  return { broker, node, ofInstance, ofTask, use, revoke, compromise }
}

type Stage = Awaited<ReturnType<typeof stage>>

const WAYS: readonly (readonly [way: string, takeBack: (set: Stage, held: Held) => unknown, refusal: string])[] = [
  ['their session is revoked', ({ revoke }, held) => revoke('session', held.AccessKeyId), 'InvalidClientTokenId'],
  ['their access key is revoked', ({ revoke }, held) => revoke('access-key', held.AccessKeyId), 'InvalidClientTokenId'],
  ['the sessions of their role are revoked', ({ revoke }) => revoke('role', WEB), 'AccessDenied'],
  ['the sessions of their principal are revoked', ({ revoke }) => revoke('principal', WEB), 'AccessDenied'],
  ['their seal is compromised', ({ compromise }) => compromise('session-seal'), 'InvalidClientTokenId'],
  ['the key of their secret is compromised', ({ compromise }) => compromise('session-secret'), 'InvalidClientTokenId'],
  ['a test ended them', ({ node }, held) => node.dev?.expire(held.AccessKeyId), 'ExpiredToken'],
]

for (const [way, takeBack, refusal] of WAYS) {
  for (const whose of ['ofInstance', 'ofTask'] as const) {
    test(`credentials are handed out no more when ${way}, and the next do what they may (${whose})`, async (t) => {
      const set = await stage(t)
      const before = await set[whose]()
      assert.equal(await set.use(before), 'granted')
      assert.equal((await set[whose]()).AccessKeyId, before.AccessKeyId)
      await takeBack(set, before)
      assert.equal(await set.use(before), refusal)
      const after = await set[whose]()
      assert.notEqual(after.AccessKeyId, before.AccessKeyId)
      assert.equal(await set.use(after), 'granted')
      assert.equal((await set[whose]()).AccessKeyId, after.AccessKeyId)
    })
  }
}

test('while all sessions of a role are revoked, later ones too, none is made', async (t) => {
  const condition = { DateLessThan: { 'aws:TokenIssueTime': '2099-01-01T00:00:00Z' } }
  const Statement = [{ Effect: 'Deny', Action: ['*'], Resource: ['*'], Condition: condition }]
  const { node, ofInstance, ofTask } = await stage(t, directory({ Version: '2012-10-17', Statement }))
  assert.equal((await ofInstance()).Code, 'Failed')
  assert.deepEqual(await ofTask(), {
    code: 'InternalServerError',
    message: `ECS could not assume ${WEB}.`,
    HTTPErrorCode: 500,
  })
  const { entries } = await node.broker.audit.find({ eventName: 'AssumeRole', limit: 10 })
  assert.deepEqual(entries, [])
})

test('all that an instance was given ends, however often it rotated and however many sessions ended already', async (t) => {
  const { node, ofInstance, use } = await stage(t)
  const { broker, dev } = node
  const first = await ofInstance()
  dev?.machines.rotate(INSTANCE)
  const second = await ofInstance()
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const key = (n: number) => Array.from({ length: 16 }, (_, at) => digits[Math.floor(n / 32 ** at) % 32]).join('')
  assert.throws(() => {
    for (let n = 0; ; n++) dev?.expire(`ASIA${key(n)}`)
  }, RangeError)
  dev?.machines.expire(INSTANCE)
  assert.deepEqual([await use(first), await use(second)], ['ExpiredToken', 'ExpiredToken'])
  const third = await ofInstance()
  assert.equal(await use(third), 'granted')
  dev?.machines.expire(INSTANCE)
  dev?.machines.expire(INSTANCE)
  assert.equal(await use(third), 'ExpiredToken')
  assert.equal(await use(await ofInstance()), 'granted')
  assert.ok(broker.endedEarly)
})

test('what was stopped from rotating before a reset is not handed out after it', async (t) => {
  const { node, ofInstance, use } = await stage(t)
  node.dev?.machines.steer(INSTANCE, { rotation: 'stopped' })
  const before = await ofInstance()
  await node.dev?.reset()
  node.dev?.machines.steer(INSTANCE, { rotation: 'stopped' })
  const after = await ofInstance()
  assert.notEqual(after.AccessKeyId, before.AccessKeyId)
  assert.deepEqual([await use(before), await use(after)], ['InvalidClientTokenId', 'granted'])
})

test('where rotation is stopped, what was taken back is handed out on', async (t) => {
  const { node, ofInstance, revoke } = await stage(t)
  node.dev?.machines.steer(INSTANCE, { rotation: 'stopped' })
  const before = await ofInstance()
  await revoke('session', before.AccessKeyId)
  node.dev?.machines.expire(INSTANCE)
  assert.deepEqual(await ofInstance(), before)
})

test('a role that trusts its service no more ends no session, and a role that is made anew ends all', async (t) => {
  const { node, ofInstance, use } = await stage(t)
  const before = await ofInstance()
  const none = {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { AWS: WEB }, Action: 'sts:AssumeRole' },
  }
  const [account] = directory().Accounts
  const roles = account?.Roles?.map((role) =>
    role.RoleName === 'web' ? { ...role, AssumeRolePolicyDocument: none } : role,
  )
  const sources = await readDirectories([{ Accounts: [{ Id: ACCOUNT, Roles: roles ?? [] }] }])
  await loadDirectory(sources, (desired) => node.operate(applyDirectory, { desired, prune: false, dryRun: false }))
  assert.deepEqual(await ofInstance(), before)
  assert.equal(await use(before), 'granted')
  await node.dev?.reset()
  assert.notEqual((await ofInstance()).AccessKeyId, before.AccessKeyId)
})
