import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import {
  AssumeRoleCommand,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts'
import { startInProcess } from '../../src/compose/index.ts'
import type { DirectoryInput } from '../../src/index.ts'
import { epochMillis, PLAIN_TERMS } from '../../src/model/index.ts'
import { applyDirectory, revokeSessions } from '../../src/operations/broker/index.ts'
import { loadDirectory, readDirectories } from '../../src/operations/loading/index.ts'
import { policy, SOURCE, trusting } from './cast.ts'

const DEPLOYER = `arn:aws:iam::${SOURCE}:role/Deployer`
const OTHER = `arn:aws:iam::${SOURCE}:role/Other`
const PROVIDER = `arn:aws:iam::${SOURCE}:oidc-provider/idp.example.com`
const EVERYTHING = {
  PolicyName: 'all',
  PolicyDocument: policy({ Effect: 'Allow', Action: '*', Resource: '*' }),
}
const role = (RoleName: string) => ({
  RoleName,
  AssumeRolePolicyDocument: policy(trusting(SOURCE)),
  Policies: [EVERYTHING],
})
const DIRECTORY: DirectoryInput = {
  Accounts: [
    {
      Id: SOURCE,
      Root: { AccessKeys: [{}] },
      Users: ['ann', 'ben'].map((UserName) => ({ UserName, Policies: [EVERYTHING], AccessKeys: [{}] })),
      Roles: [role('Deployer'), role('Other')],
    },
  ],
}

interface Keys {
  readonly AccessKeyId?: string | undefined
  readonly SecretAccessKey?: string | undefined
  readonly SessionToken?: string | undefined
}

async function aNode(t: TestContext) {
  const { broker, node } = await startInProcess(
    { data: ':memory:', dev: true, logLevel: 'silent', directory: DIRECTORY },
    'revocation',
  )
  t.after(() => node.stop())
  const client = ({ AccessKeyId = '', SecretAccessKey = '', SessionToken }: Keys = {}) =>
    new STSClient({
      endpoint: broker.endpoint,
      region: 'us-east-1',
      credentials: {
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        ...(SessionToken !== undefined && { sessionToken: SessionToken }),
      },
    })
  const as = async (principal: string) => {
    const { accessKeyId, secretAccessKey } = (await broker.as(principal)).credentials
    return client({ AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey })
  }
  return {
    node,
    client,
    as,
    ann: await as(`${SOURCE}/ann`),
    assume: async (by: STSClient, RoleArn = DEPLOYER): Promise<Keys> =>
      (await by.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'session' }))).Credentials ?? {},
    revoke: (kind: Parameters<typeof revokeSessions.requires>[0]['kind'], target: string) =>
      node.operate(revokeSessions, { kind, target }),
    advance: (ms: number) => node.virtualClock?.advance(ms),
    apply: async (input: DirectoryInput) => {
      await loadDirectory(await readDirectories([input]), (desired) =>
        node.operate(applyDirectory, { desired, prune: false, dryRun: false }),
      )
    },
  }
}

const INVALID = { name: 'InvalidClientTokenId', message: 'The security token included in the request is invalid.' }
const whoami = (client: STSClient) => client.send(new GetCallerIdentityCommand({}))
const act = (client: STSClient) => client.send(new GetAccessKeyInfoCommand({ AccessKeyId: 'AKIAIOSFODNN7EXAMPLE' }))
/** What a permitted call ends in: there is no such key. */
const PERMITTED = { name: 'ValidationError' }
const DENIED = { name: 'AccessDenied', message: /with an explicit deny in an identity-based policy$/ }

describe('revoking a session', () => {
  test('ends it whenever it was issued: a clock that is behind spares nobody', async (t) => {
    const node = await aNode(t)
    const { broker } = node.node
    const Deployer = await broker.directory.role(DEPLOYER)
    assert.ok(Deployer)
    const { credentials } = broker.sessions.mint({
      account: Deployer.account,
      holder: {
        kind: 'assumed-role',
        roleName: 'Deployer',
        roleId: Deployer.uniqueId,
        sessionName: 'ahead',
        chainDepth: 0,
      },
      issuedAt: epochMillis(broker.clock.now() + 30_000),
      lifetimeMs: 3_600_000,
      terms: PLAIN_TERMS,
    })
    const session = node.client({
      AccessKeyId: credentials.accessKeyId,
      SecretAccessKey: credentials.secretAccessKey.reveal(),
      SessionToken: credentials.sessionToken,
    })
    assert.ok((await whoami(session)).Arn)
    await node.revoke('session', credentials.accessKeyId)
    await assert.rejects(whoami(session), INVALID)
  })

  test('wants the id of one', async (t) => {
    const node = await aNode(t)
    for (const target of ['x', 'AKIAIOSFODNN7EXAMPLE', '../../role', `${'a'.repeat(23)}`]) {
      await assert.rejects(node.revoke('session', target), { code: 'ValidationError' })
    }
  })

  test('is forgotten when every session of its time has expired', async (t) => {
    const node = await aNode(t)
    const { AccessKeyId = '' } = await node.assume(node.ann)
    const revoked = async () =>
      (await node.node.broker.directory.records.stored('revocation', `session/${AccessKeyId}`)) !== undefined
    await node.revoke('session', AccessKeyId)
    node.advance(36 * 3_600_000 - 1000)
    await node.revoke('session', (await node.assume(node.ann)).AccessKeyId ?? '')
    assert.ok(await revoked())
    node.advance(1000)
    await node.revoke('session', (await node.assume(node.ann)).AccessKeyId ?? '')
    assert.ok(!(await revoked()))
  })
})

describe('revoking an access key', () => {
  test('tells of which roles the sessions are that go on', async (t) => {
    const node = await aNode(t)
    await node.assume(node.ann)
    const { roles } = await node.revoke('access-key', (await node.ann.config.credentials()).accessKeyId)
    assert.deepEqual(roles, [DEPLOYER])
    await assert.rejects(node.revoke('access-key', 'AKIAIOSFODNN7EXAMPLE'), { code: 'NoSuchEntity' })
  })

  test('stays so when a directory file is applied that lists it, as active or not at all', async (t) => {
    const node = await aNode(t)
    const { accessKeyId: AccessKeyId, secretAccessKey } = await node.ann.config.credentials()
    await node.revoke('access-key', AccessKeyId)
    const [account] = DIRECTORY.Accounts
    const listing = (key: object): DirectoryInput => ({
      Accounts: [{ Id: SOURCE, ...account, Users: [{ UserName: 'ann', Policies: [EVERYTHING], AccessKeys: [key] }] }],
    })
    await node.apply(listing({ AccessKeyId, SecretAccessKey: secretAccessKey, Status: 'Active' }))
    await assert.rejects(whoami(node.ann), INVALID)
    await node.apply(DIRECTORY)
    await assert.rejects(whoami(node.ann), INVALID, 'a key without an id is another')
    assert.ok((await whoami(await node.as(`${SOURCE}/ann`))).Arn)
  })

  test('and one that was made inactive by hand stays so where nothing else is said', async (t) => {
    const node = await aNode(t)
    const { accessKeyId: AccessKeyId } = await node.ann.config.credentials()
    const listing = (key: object): DirectoryInput => ({
      Accounts: [{ Id: SOURCE, Users: [{ UserName: 'ann', Policies: [EVERYTHING], AccessKeys: [key] }] }],
    })
    await node.apply(listing({ AccessKeyId, Status: 'Inactive' }))
    await node.apply(listing({ AccessKeyId }))
    await assert.rejects(whoami(node.ann), INVALID)
    await node.apply(listing({ AccessKeyId, Status: 'Active' }))
    assert.ok((await whoami(node.ann)).Arn)
  })
})

describe('revoking a role', () => {
  test('touches no session of another role, and none that comes later', async (t) => {
    const node = await aNode(t)
    const [old, other] = [await node.assume(node.ann), await node.assume(node.ann, OTHER)]
    await node.revoke('role', DEPLOYER)
    await assert.rejects(act(node.client(old)), DENIED)
    await assert.rejects(act(node.client(other)), PERMITTED)
    node.advance(1000)
    await assert.rejects(act(node.client(await node.assume(node.ann))), PERMITTED)
  })

  test('a second time counts from then on', async (t) => {
    const node = await aNode(t)
    await node.revoke('role', `${SOURCE}/Deployer`)
    node.advance(1000)
    const between = await node.assume(node.ann)
    await assert.rejects(act(node.client(between)), PERMITTED)
    await node.revoke('role', DEPLOYER)
    await assert.rejects(act(node.client(between)), DENIED)
  })

  test('stays in force when its directory file is applied again', async (t) => {
    const node = await aNode(t)
    const old = await node.assume(node.ann)
    await node.revoke('role', DEPLOYER)
    await node.apply(DIRECTORY)
    await assert.rejects(act(node.client(old)), DENIED)
  })

  test('an older date in a directory file does not take a newer one back', async (t) => {
    const node = await aNode(t)
    const PolicyDocument = policy({
      Effect: 'Deny',
      Action: ['*'],
      Resource: ['*'],
      Condition: { DateLessThan: { 'aws:TokenIssueTime': '2020-01-01T00:00:00Z' } },
    })
    const old = await node.assume(node.ann)
    await node.revoke('role', DEPLOYER)
    const [account] = DIRECTORY.Accounts
    const Policies = [EVERYTHING, { PolicyName: 'AWSRevokeOlderSessions', PolicyDocument }]
    await node.apply({ Accounts: [{ Id: SOURCE, ...account, Roles: [{ ...role('Deployer'), Policies }] }] })
    await assert.rejects(act(node.client(old)), DENIED)
  })

  test('replaces a policy that only has the name of the one that revokes', async (t) => {
    const node = await aNode(t)
    const condition = { DateLessThan: { 'aws:TokenIssueTime': '9999-12-31T00:00:00Z' } }
    const PolicyDocument = policy({ Effect: 'Allow', Action: '*', Resource: '*', Condition: condition })
    const [account] = DIRECTORY.Accounts
    const Policies = [EVERYTHING, { PolicyName: 'AWSRevokeOlderSessions', PolicyDocument }]
    const planted = { Accounts: [{ Id: SOURCE, ...account, Roles: [{ ...role('Deployer'), Policies }] }] }
    await node.apply(planted)
    const old = await node.assume(node.ann)
    await assert.rejects(act(node.client(old)), PERMITTED)
    await node.revoke('role', DEPLOYER)
    await assert.rejects(act(node.client(old)), DENIED)
    await node.apply(planted)
    await assert.rejects(act(node.client(old)), DENIED, 'nor does it come back')
  })

  test('never frees what a directory file denies', async (t) => {
    const node = await aNode(t)
    const condition = { DateLessThan: { 'aws:TokenIssueTime': '9999-12-31T00:00:00Z' } }
    const PolicyDocument = policy({ Effect: 'Deny', Action: ['*'], Resource: ['*'], Condition: condition })
    const [account] = DIRECTORY.Accounts
    const Policies = [EVERYTHING, { PolicyName: 'AWSRevokeOlderSessions', PolicyDocument }]
    await node.apply({ Accounts: [{ Id: SOURCE, ...account, Roles: [{ ...role('Deployer'), Policies }] }] })
    await node.revoke('role', DEPLOYER)
    node.advance(1000)
    await assert.rejects(act(node.client(await node.assume(node.ann))), DENIED)
  })

  test('and applying at the same time lose nothing of each other', async (t) => {
    const node = await aNode(t)
    const [account] = DIRECTORY.Accounts
    for (let round = 0; round < 10; round++) {
      const old = await node.assume(node.ann)
      const Tags = [{ Key: 'round', Value: `${round}` }]
      const applied = node.apply({ Accounts: [{ Id: SOURCE, ...account, Roles: [{ ...role('Deployer'), Tags }] }] })
      await Promise.all([applied, node.revoke('role', DEPLOYER)])
      await assert.rejects(act(node.client(old)), DENIED)
      assert.deepEqual((await node.node.broker.directory.role(DEPLOYER))?.tags, [{ key: 'round', value: `${round}` }])
      node.advance(1000)
    }
  })

  test('wants one that is there', async (t) => {
    const node = await aNode(t)
    for (const target of [`${SOURCE}/ann`, `${SOURCE}/Nobody`, `arn:aws:iam::${SOURCE}:role/team/Deployer`, '']) {
      await assert.rejects(node.revoke('role', target), { code: 'NoSuchEntity' })
    }
  })
})

test('revoking root touches no role of its account, and no session that comes later', async (t) => {
  const node = await aNode(t)
  const root = await node.as(`arn:aws:iam::${SOURCE}:root`)
  const old = node.client((await root.send(new GetSessionTokenCommand({}))).Credentials)
  const role = await node.assume(node.ann)
  await node.revoke('principal', `arn:aws:iam::${SOURCE}:root`)
  await assert.rejects(whoami(old), INVALID)
  assert.ok((await whoami(node.client(role))).Arn)
  node.advance(1000)
  assert.ok((await whoami(node.client((await root.send(new GetSessionTokenCommand({}))).Credentials))).Arn)
})

test('revoking a provider touches no session that began at another, and none that comes later', async (t) => {
  const node = await aNode(t)
  const { broker } = node.node
  const Deployer = await broker.directory.role(DEPLOYER)
  assert.ok(Deployer)
  const from = (provider: string) => {
    const { credentials } = broker.sessions.mint({
      account: Deployer.account,
      holder: {
        kind: 'assumed-role',
        roleName: 'Deployer',
        roleId: Deployer.uniqueId,
        sessionName: 'web',
        chainDepth: 0,
      },
      issuedAt: broker.clock.now(),
      lifetimeMs: 3_600_000,
      terms: { ...PLAIN_TERMS, carriedKeys: { 'aws:federatedprovider': provider } },
    })
    const { accessKeyId, secretAccessKey, sessionToken } = credentials
    return node.client({
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey.reveal(),
      SessionToken: sessionToken,
    })
  }
  const [old, elsewhere] = [from(PROVIDER), from(`${PROVIDER}/other`)]
  await whoami(old)
  await node.revoke('provider', PROVIDER)
  await assert.rejects(whoami(old), INVALID)
  assert.ok((await whoami(elsewhere)).Arn)
  node.advance(1000)
  assert.ok((await whoami(from(PROVIDER))).Arn)
  await assert.rejects(node.revoke('provider', DEPLOYER), { code: 'ValidationError' })
})
