import assert from 'node:assert/strict'
import { after, before, describe, type TestContext, test } from 'node:test'
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts'
import { startInProcess } from '../../src/compose/index.ts'
import type { DirectoryInput } from '../../src/index.ts'
import { applyDirectory, listEvents, revokeSessions } from '../../src/operations/broker/index.ts'
import { loadDirectory, readDirectories } from '../../src/operations/loading/index.ts'
import { type Actor, policy, roleArn, SESSIONS, SOURCE, TARGET, trusting } from './cast.ts'
import { DIRECTORY } from './refusals.ts'
import { credentialsIn, type Stage, setStage } from './stage.ts'
import { formPost, type Params, send, sign } from './wire-client.ts'

const HOUR = 3_600_000

let stage: Stage
before(async () => {
  stage = await setStage({ directory: DIRECTORY })
})
after(() => stage[Symbol.asyncDispose]())

interface Keys {
  readonly AccessKeyId?: string | undefined
  readonly SecretAccessKey?: string | undefined
  readonly SessionToken?: string | undefined
  readonly Expiration?: Date | undefined
}

async function clientOf(actor: Actor): Promise<STSClient> {
  const credentials = await stage.credentialsOf(actor)
  return new STSClient({ endpoint: stage.broker.endpoint, region: 'us-east-1', credentials })
}

function clientWith({ AccessKeyId = '', SecretAccessKey = '', SessionToken = '' }: Keys = {}): STSClient {
  const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
  return new STSClient({ endpoint: stage.broker.endpoint, region: 'us-east-1', credentials })
}

const assume = (client: STSClient, role: string, more: Partial<AssumeRoleCommandInput> = {}) =>
  client.send(new AssumeRoleCommand({ RoleArn: roleArn(role), RoleSessionName: 'made', ...more }))

const identityOf = (client: STSClient) => client.send(new GetCallerIdentityCommand({}))

function lastsFor({ Expiration }: Keys = {}, hours: number): void {
  const left = (Expiration?.getTime() ?? 0) - Date.now()
  assert.ok(Math.abs(left - hours * HOUR) < 15_000, `${left} ms`)
}

describe('who a session is', () => {
  for (const [actor, { arn }] of Object.entries(SESSIONS)) {
    test(actor, async () => {
      const { Arn, Account, UserId } = await identityOf(await clientOf(actor))
      assert.equal(Arn, arn)
      assert.equal(Account, arn.split(':')[4])
      if (actor.startsWith('federated')) assert.equal(UserId, `${SOURCE}:${arn.split('/')[1]}`)
      if (actor === 'token of root') assert.equal(UserId, SOURCE)
      if (actor === 'token of tess') assert.equal(UserId, (await identityOf(await clientOf('tess'))).UserId)
    })
  }
})

describe('how long it lasts', () => {
  test('half a day where nothing is said, and a day and a half at most', async () => {
    const tess = await clientOf('tess')
    lastsFor((await tess.send(new GetSessionTokenCommand({}))).Credentials, 12)
    lastsFor((await tess.send(new GetSessionTokenCommand({ DurationSeconds: 129_600 }))).Credentials, 36)
    lastsFor((await tess.send(new GetFederationTokenCommand({ Name: 'fay' }))).Credentials, 12)
    lastsFor(
      (await tess.send(new GetFederationTokenCommand({ Name: 'fay', DurationSeconds: 129_600 }))).Credentials,
      36,
    )
  })

  test('for root an hour, whatever was asked for', async () => {
    const root = await clientOf('root')
    lastsFor((await root.send(new GetSessionTokenCommand({}))).Credentials, 1)
    lastsFor((await root.send(new GetSessionTokenCommand({ DurationSeconds: 129_600 }))).Credentials, 1)
    lastsFor((await root.send(new GetSessionTokenCommand({ DurationSeconds: 900 }))).Credentials, 0.25)
    lastsFor((await root.send(new GetFederationTokenCommand({ Name: 'fay', DurationSeconds: 43_200 }))).Credentials, 1)
  })

  test('in a chain an hour where nothing is said', async () => {
    lastsFor((await assume(await clientOf('role'), 'Able2')).Credentials, 1)
  })
})

describe('PackedPolicySize', () => {
  const Policy = JSON.stringify(policy({ Effect: 'Allow', Action: '*', Resource: '*' }))

  test('is absent where a role is assumed without policies and tags, and 0 for a federated user', async () => {
    const tess = await clientOf('tess')
    assert.equal((await assume(tess, 'Able')).PackedPolicySize, undefined)
    assert.equal((await assume(tess, 'Able', { SourceIdentity: 'tess' })).PackedPolicySize, undefined)
    assert.equal((await tess.send(new GetFederationTokenCommand({ Name: 'fay' }))).PackedPolicySize, 0)
  })

  test('grows with what is passed', async () => {
    const tess = await clientOf('tess')
    const Tags = (count: number) => Array.from({ length: count }, (_, i) => ({ Key: `key-${i}`, Value: `${i ** 7}` }))
    const sizes = [{ Policy }, { Policy, Tags: Tags(5) }, { Policy, Tags: Tags(50) }]
    const [small = 0, more = 0, most = 0] = await Promise.all(
      sizes.map(async (terms) => (await assume(tess, 'Able', terms)).PackedPolicySize),
    )
    assert.ok(0 < small && small < more && more < most && most <= 100, `${small} ${more} ${most}`)
    assert.ok(((await tess.send(new GetFederationTokenCommand({ Name: 'fay', Policy }))).PackedPolicySize ?? 0) > 0)
  })
})

describe('a chain of roles', () => {
  test('hands down transitive tags, which stand over the tags of the roles and stay transitive', async () => {
    const first = await assume(await clientOf('tess'), 'Able', {
      Tags: [
        { Key: 'Star', Value: '1' },
        { Key: 'Heart', Value: '1' },
      ],
      TransitiveTagKeys: ['Star', 'Heart'],
    })
    const second = await assume(clientWith(first.Credentials), 'Sun')
    const third = clientWith((await assume(clientWith(second.Credentials), 'Moon')).Credentials)
    // Each of these roles trusts a principal with one of the tags, as the session has it.
    assert.ok((await assume(third, 'WantsStar1')).Credentials)
    assert.ok((await assume(third, 'WantsHeart1')).Credentials)
    await assert.rejects(assume(third, 'WantsSun2'), { name: 'AccessDenied' })
    assert.ok((await assume(clientWith(second.Credentials), 'WantsSun2')).Credentials)
    await assert.rejects(assume(third, 'Able', { Tags: [{ Key: 'star', Value: '9' }] }), {
      name: 'InvalidParameterValue',
    })
  })

  test('hands down the source identity, and says it in each answer', async () => {
    const first = await assume(await clientOf('tess'), 'Able', { SourceIdentity: 'tess.real' })
    const second = await assume(clientWith(first.Credentials), 'Able2')
    const third = await assume(clientWith(second.Credentials), 'Known')
    assert.deepEqual(
      [first, second, third].map(({ SourceIdentity }) => SourceIdentity),
      Array(3).fill('tess.real'),
    )
  })

  test('hands down no session policy', async () => {
    const leashed = await clientOf('leashed to assuming')
    const next = clientWith((await assume(leashed, 'Able2')).Credentials)
    assert.ok((await next.send(new GetAccessKeyInfoCommand({ AccessKeyId: 'AKIAINACTIVE00000000' }))).Account)
  })
})

describe('the account of an access key is told', () => {
  test('of keys in every account and state, and of temporary keys', async () => {
    const tess = await clientOf('tess')
    const accountOf = async (AccessKeyId = '') =>
      (await tess.send(new GetAccessKeyInfoCommand({ AccessKeyId }))).Account
    assert.equal(await accountOf('AKIAINACTIVE00000000'), SOURCE)
    assert.equal(await accountOf((await stage.credentialsOf('target/bob')).accessKeyId), TARGET)
    assert.equal(await accountOf((await stage.credentialsOf('role')).accessKeyId), TARGET)
    assert.equal(await accountOf((await stage.credentialsOf('token of root')).accessKeyId), SOURCE)
  })
})

/** A node whose clock and directory can be changed. */
async function aNode(t: TestContext) {
  const everything = {
    PolicyName: 'all',
    PolicyDocument: policy({ Effect: 'Allow', Action: '*', Resource: '*' }),
  }
  const limit = (Action: string) => ({
    ManagedPolicyName: 'limit',
    PolicyDocument: policy({ Effect: 'Allow', Action, Resource: '*' }),
  })
  const of = (users: readonly string[], action = 'sts:*'): DirectoryInput => ({
    Accounts: [
      {
        Id: SOURCE,
        Root: { AccessKeys: [{}] },
        Users: users.map((UserName) => ({ UserName, Policies: [everything], AccessKeys: [{}] })),
        ManagedPolicies: [limit(action)],
        Roles: [
          {
            RoleName: 'Deployer',
            AssumeRolePolicyDocument: policy({ ...trusting(SOURCE), Action: ['sts:AssumeRole', 'sts:TagSession'] }),
            Policies: [everything],
          },
        ],
      },
    ],
  })
  const { broker, node } = await startInProcess(
    { data: ':memory:', dev: true, logLevel: 'silent', directory: of(['ann']) },
    'sessions',
  )
  t.after(() => node.stop())
  const settings = { endpoint: broker.endpoint, region: 'us-east-1' }
  return {
    of,
    as: async (principal: string) =>
      new STSClient({ ...settings, credentials: (await broker.as(principal)).credentials }),
    with: ({ AccessKeyId = '', SecretAccessKey = '', SessionToken = '' }: Keys = {}) =>
      new STSClient({
        ...settings,
        credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
      }),
    apply: async (input: DirectoryInput) => {
      await loadDirectory(await readDirectories([input]), (desired) =>
        node.operate(applyDirectory, { desired, prune: false, dryRun: false }),
      )
    },
    send: async (principal: string, params: Params) => {
      const request = formPost(new URL(broker.endpoint).host, { Version: '2011-06-15', ...params })
      return await send(broker.endpoint, await sign(request, (await broker.as(principal)).credentials))
    },
    events: async (eventName: string) => {
      await node.broker.audit.flush()
      return await node.operate(listEvents, { limit: 1, eventName })
    },
    revoke: (target: string) => node.operate(revokeSessions, { kind: 'session', target }),
    reset: () => node.reset(),
    advance: (ms: number) => node.virtualClock?.advance(ms),
  }
}

describe('the end of a session', () => {
  test('comes after a day and a half, to the millisecond of the virtual clock', async (t) => {
    const node = await aNode(t)
    const ann = await node.as(`${SOURCE}/ann`)
    const tokens = [
      (await ann.send(new GetSessionTokenCommand({ DurationSeconds: 129_600 }))).Credentials,
      (await ann.send(new GetFederationTokenCommand({ Name: 'fay', DurationSeconds: 129_600 }))).Credentials,
    ]
    node.advance(129_600_000 - 5_000)
    for (const token of tokens) assert.ok((await identityOf(node.with(token))).Arn)
    node.advance(5_000)
    for (const token of tokens) await assert.rejects(identityOf(node.with(token)), { name: 'ExpiredToken' })
  })
})

test('no session of root outlives the directory that it was made in', async (t) => {
  const node = await aNode(t)
  const root = await node.as(`arn:aws:iam::${SOURCE}:root`)
  const tokens = [
    (await root.send(new GetSessionTokenCommand({}))).Credentials,
    (await root.send(new GetFederationTokenCommand({ Name: 'fay' }))).Credentials,
  ]
  node.advance(1)
  await node.reset()
  for (const token of tokens) await assert.rejects(identityOf(node.with(token)), { name: 'InvalidClientTokenId' })
})

describe('the audit trail', () => {
  /** The newest record of an action, as `rolecall events` has it. */
  const recordOf = async ({ events }: Awaited<ReturnType<typeof aNode>>, eventName: string) => {
    const [record] = (await events(eventName)).events
    return JSON.parse(JSON.stringify(record))
  }

  test('has the id by which a session is revoked, where it is made and where it is used, and no answer has it', async (t) => {
    const node = await aNode(t)
    for (const params of [
      { Action: 'GetSessionToken' },
      { Action: 'GetFederationToken', Name: 'fay' },
      { Action: 'AssumeRole', RoleArn: `arn:aws:iam::${SOURCE}:role/Deployer`, RoleSessionName: 'made' },
    ]) {
      const answer = await node.send(`${SOURCE}/ann`, params)
      const { sessionId } = (await recordOf(node, params.Action)).responseElements.credentials
      assert.match(sessionId, /^[\w-]{22}$/)
      assert.ok(!answer.body.includes(sessionId))
      const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken } = credentialsIn(answer)
      const session = node.with({ AccessKeyId, SecretAccessKey, SessionToken: sessionToken })
      await identityOf(session)
      const { sessionContext } = (await recordOf(node, 'GetCallerIdentity')).userIdentity
      assert.equal(sessionContext.sessionId, sessionId)
      await node.revoke(sessionId)
      await assert.rejects(identityOf(session), { name: 'InvalidClientTokenId' })
    }
  })

  test('has the tags that a session hands down to the one it makes, granted or refused', async (t) => {
    const node = await aNode(t)
    const ann = await node.as(`${SOURCE}/ann`)
    const asked = { RoleArn: `arn:aws:iam::${SOURCE}:role/Deployer`, RoleSessionName: 'made' }
    const Tags = ['Star', 'Moon'].map((Key) => ({ Key, Value: 'bright' }))
    const { Credentials } = await ann.send(new AssumeRoleCommand({ ...asked, Tags, TransitiveTagKeys: ['star'] }))
    assert.equal((await recordOf(node, 'AssumeRole')).requestParameters.incomingTransitiveTags, undefined)
    await node.with(Credentials).send(new AssumeRoleCommand(asked))
    const { requestParameters } = await recordOf(node, 'AssumeRole')
    assert.deepEqual(requestParameters.incomingTransitiveTags, { Star: 'bright' })
    assert.equal(requestParameters.principalTags, undefined)
    const elsewhere = { ...asked, RoleArn: `arn:aws:iam::${SOURCE}:role/Absent` }
    await assert.rejects(node.with(Credentials).send(new AssumeRoleCommand(elsewhere)), { name: 'AccessDenied' })
    const refused = await recordOf(node, 'AssumeRole')
    assert.equal(refused.errorCode, 'AccessDenied')
    assert.deepEqual(refused.requestParameters.incomingTransitiveTags, { Star: 'bright' })
  })
})

describe('a managed session policy', () => {
  const assumeLimited = async (node: Awaited<ReturnType<typeof aNode>>) => {
    const ann = await node.as(`${SOURCE}/ann`)
    const { Credentials } = await ann.send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${SOURCE}:role/Deployer`,
        RoleSessionName: 'limited',
        PolicyArns: [{ arn: `arn:aws:iam::${SOURCE}:policy/limit` }],
      }),
    )
    return node.with(Credentials)
  }
  const info = (client: STSClient) => client.send(new GetAccessKeyInfoCommand({ AccessKeyId: 'AKIAIOSFODNN7EXAMPLE' }))
  const DENIED = { name: 'AccessDenied', message: /because no session policy allows the sts:GetAccessKeyInfo action$/ }

  test('that is changed takes away what others grant, since it may have denied it', async (t) => {
    const node = await aNode(t)
    const ann = await node.as(`${SOURCE}/ann`)
    const denying = (Sid: string): DirectoryInput => {
      const [account] = node.of(['ann']).Accounts
      const Statement = { Sid, Effect: 'Deny', Action: 'sts:GetAccessKeyInfo', Resource: '*' }
      const ManagedPolicies = [{ ManagedPolicyName: 'limit', PolicyDocument: policy(Statement) }]
      return { Accounts: [{ Id: SOURCE, ...account, ManagedPolicies }] }
    }
    await node.apply(denying('one'))
    const { Credentials } = await ann.send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${SOURCE}:role/Deployer`,
        RoleSessionName: 'limited',
        Policy: JSON.stringify(policy({ Effect: 'Allow', Action: '*', Resource: '*' })),
        PolicyArns: [{ arn: `arn:aws:iam::${SOURCE}:policy/limit` }],
      }),
    )
    const session = node.with(Credentials)
    await assert.rejects(info(session), { message: /with an explicit deny in a session policy$/ })
    await node.apply(denying('two'))
    await assert.rejects(info(session), DENIED)
  })

  test('that is changed grants nothing any more, not even what it granted: changes narrow, never widen', async (t) => {
    const node = await aNode(t)
    const session = await assumeLimited(node)
    await assert.rejects(info(session), { name: 'ValidationError' }, 'it is permitted, and there is no such key')
    await node.apply(node.of(['ann'], '*'))
    await assert.rejects(info(session), DENIED)
    await node.apply(node.of(['ann']))
    await assert.rejects(info(session), { name: 'ValidationError' }, 'what it said then counts again')
  })
})
