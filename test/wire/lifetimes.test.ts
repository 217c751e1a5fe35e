import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { startInProcess } from '../../src/compose/index.ts'
import type { DirectoryInput } from '../../src/index.ts'
import { applyDirectory, resetDirectory } from '../../src/operations/broker/index.ts'
import { loadDirectory, readDirectories } from '../../src/operations/loading/index.ts'
import { policy, trusting } from './cast.ts'
import { credentialsIn } from './stage.ts'
import { type Credentials, formPost, type Params, send, sign, type WireAnswer } from './wire-client.ts'

const ACCOUNT = '111111111111'
const DEPLOYER = `arn:aws:iam::${ACCOUNT}:role/Deployer`
const NEXT = `arn:aws:iam::${ACCOUNT}:role/Next`
const MAY_ASSUME = {
  PolicyName: 'may-assume',
  PolicyDocument: policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }),
}
const ALICE_KEY = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const MINUTE = 60_000

type User = NonNullable<DirectoryInput['Accounts'][number]['Users']>[number]
type Role = NonNullable<DirectoryInput['Accounts'][number]['Roles']>[number]

const alice: User = {
  UserName: 'alice',
  AccessKeys: [{ AccessKeyId: ALICE_KEY.accessKeyId, SecretAccessKey: ALICE_KEY.secretAccessKey }],
}
const deployer: Role = {
  RoleName: 'Deployer',
  AssumeRolePolicyDocument: policy(trusting(`arn:aws:iam::${ACCOUNT}:user/alice`)),
  Policies: [MAY_ASSUME],
}
const next: Role = { RoleName: 'Next', AssumeRolePolicyDocument: policy(trusting(ACCOUNT)) }

/** A directory of one account. */
function of(users: readonly User[], roles: readonly Role[]): DirectoryInput {
  return { Accounts: [{ Id: ACCOUNT, Users: [...users], Roles: [...roles] }] }
}

const INVALID = ['InvalidClientTokenId', 'The security token included in the request is invalid.']
const EXPIRED = ['ExpiredToken', 'The security token included in the request is expired']
const denied = (caller: string, role: string) =>
  `User: ${caller} is not authorized to perform: sts:AssumeRole on resource: ${role}`

/** A node whose directory can be changed in ways that no broker offers to programs yet. */
async function start(t: TestContext) {
  const directory = of([alice], [deployer, next])
  const options = { data: ':memory:', dev: true, logLevel: 'silent', directory } as const
  const { broker, node } = await startInProcess(options, 'lifetimes')
  t.after(() => node.stop())

  const call = async (
    credentials: Credentials,
    params: Params = { Action: 'GetCallerIdentity' },
  ): Promise<WireAnswer> => {
    const request = formPost(new URL(broker.endpoint).host, { Version: '2011-06-15', ...params })
    return await send(broker.endpoint, await sign(request, credentials))
  }
  const assume = (credentials: Credentials, RoleArn: string, more: Params = {}) =>
    call(credentials, { Action: 'AssumeRole', RoleArn, RoleSessionName: 'session', ...more })
  const apply = async (input: DirectoryInput) => {
    await loadDirectory(await readDirectories([input]), (desired) =>
      node.operate(applyDirectory, { desired, prune: false, dryRun: false }),
    )
  }
  return {
    call,
    assume,
    /** Creates and replaces what it lists. */
    apply,
    /** Deletes everything, and makes what it lists. */
    async replace(input: DirectoryInput) {
      await loadDirectory(await readDirectories([input]), (desired) => node.operate(resetDirectory, desired))
    },
    reset: () => node.reset(),
    advance: (ms: number) => node.virtualClock?.advance(ms),
    session: async (more?: Params) => credentialsIn(await assume(ALICE_KEY, DEPLOYER, more)),
  }
}

function refusedWith({ status, fault }: WireAnswer, expected: readonly string[]): void {
  assert.deepEqual([fault?.code, fault?.message], expected)
  assert.equal(status, 403)
}

describe('what time does to credentials', () => {
  test('a session is over when its time is, to the second', async (t) => {
    const { session, call, advance } = await start(t)
    const credentials = await session({ DurationSeconds: '900' })
    advance(15 * MINUTE - 10_000)
    assert.equal((await call(credentials)).status, 200)
    advance(10_000)
    refusedWith(await call(credentials), EXPIRED)
  })

  test('a session that is over is over whatever signed', async (t) => {
    const { session, call, advance } = await start(t)
    const credentials = await session()
    advance(60 * MINUTE)
    refusedWith(await call({ ...credentials, secretAccessKey: 'a-guess' }), EXPIRED)
  })

  test('a forged token is invalid before it is over', async (t) => {
    const { session, call, advance } = await start(t)
    const { sessionToken = '', ...key } = await session()
    advance(60 * MINUTE)
    refusedWith(await call({ ...key, sessionToken: `${sessionToken.slice(0, -4)}AAAA` }), INVALID)
  })

  test('a session that is over is told so before its role is looked for', async (t) => {
    const { session, call, advance, replace } = await start(t)
    const credentials = await session()
    await replace(of([alice], []))
    refusedWith(await call(credentials), INVALID)
    advance(60 * MINUTE)
    refusedWith(await call(credentials), EXPIRED)
  })

  test('a session lasts from when it begins, wherever the clock was moved', async (t) => {
    const { session, call, advance } = await start(t)
    advance(24 * 60 * MINUTE)
    const credentials = await session()
    advance(59 * MINUTE)
    assert.equal((await call(credentials)).status, 200)
    advance(MINUTE)
    refusedWith(await call(credentials), EXPIRED)
  })

  test('a long-term key has no end, and its signatures are judged by real time', async (t) => {
    const { call, advance } = await start(t)
    advance(365 * 24 * 60 * MINUTE)
    assert.equal((await call(ALICE_KEY)).status, 200)
  })
})

describe('what changes of the directory do to credentials', () => {
  test('a session ends with its role', async (t) => {
    const { session, call, replace } = await start(t)
    const credentials = await session()
    assert.equal((await call(credentials)).status, 200)
    await replace(of([alice], [next]))
    refusedWith(await call(credentials), INVALID)
  })

  test('a session of a role is none of the role that takes its name later', async (t) => {
    const { session, call, reset } = await start(t)
    const credentials = await session()
    await reset()
    refusedWith(await call(credentials), INVALID)
    assert.equal((await call(await session())).status, 200)
  })

  test('a role that moves to another path is another role', async (t) => {
    const { session, call, apply, assume } = await start(t)
    const credentials = await session()
    await apply(of([], [{ ...deployer, Path: '/moved/' }]))
    refusedWith(await call(credentials), INVALID)
    refusedWith(await assume(ALICE_KEY, DEPLOYER), [
      'AccessDenied',
      denied(`arn:aws:iam::${ACCOUNT}:user/alice`, DEPLOYER),
    ])
    await apply(of([], [deployer]))
    refusedWith(await call(credentials), INVALID)
    assert.equal((await assume(ALICE_KEY, DEPLOYER)).status, 200)
  })

  test('a role goes on trusting whoever it named, and not whoever has the name now', async (t) => {
    const { apply, assume } = await start(t)
    assert.equal((await assume(ALICE_KEY, DEPLOYER)).status, 200)
    await apply(of([{ ...alice, Path: '/moved/' }], []))
    const moved = denied(`arn:aws:iam::${ACCOUNT}:user/moved/alice`, DEPLOYER)
    refusedWith(await assume(ALICE_KEY, DEPLOYER), ['AccessDenied', moved])
    await apply(of([alice], []))
    refusedWith(await assume(ALICE_KEY, DEPLOYER), [
      'AccessDenied',
      denied(`arn:aws:iam::${ACCOUNT}:user/alice`, DEPLOYER),
    ])
    await apply(of([], [deployer]))
    assert.equal((await assume(ALICE_KEY, DEPLOYER)).status, 200, 'saved again, the policy means who has the name now')
  })

  test('the key of a user ends with the user', async (t) => {
    const { call, replace } = await start(t)
    assert.equal((await call(ALICE_KEY)).status, 200)
    await replace(of([], [next]))
    refusedWith(await call(ALICE_KEY), INVALID)
  })

  test('a session outlives the user who asked for it', async (t) => {
    const { session, call, apply } = await start(t)
    const credentials = await session()
    await apply(of([{ ...alice, Path: '/moved/' }], []))
    assert.equal((await call(credentials)).status, 200)
  })

  test('a key that is switched off proves nobody from then on', async (t) => {
    const { call, apply } = await start(t)
    assert.equal((await call(ALICE_KEY)).status, 200)
    await apply(
      of([{ UserName: 'alice', AccessKeys: [{ AccessKeyId: ALICE_KEY.accessKeyId, Status: 'Inactive' }] }], []),
    )
    refusedWith(await call(ALICE_KEY), INVALID)
    await apply(of([{ UserName: 'alice', AccessKeys: [{ AccessKeyId: ALICE_KEY.accessKeyId, Status: 'Active' }] }], []))
    assert.equal((await call(ALICE_KEY)).status, 200, 'it kept its secret')
  })

  test('the old secret of a key does not sign once there is a new one', async (t) => {
    const { call, apply } = await start(t)
    assert.equal((await call(ALICE_KEY)).status, 200)
    const secretAccessKey = 'another-secret-for-the-same-key'
    const AccessKeys = [{ AccessKeyId: ALICE_KEY.accessKeyId, SecretAccessKey: secretAccessKey }]
    await apply(of([{ UserName: 'alice', AccessKeys }], []))
    assert.equal((await call(ALICE_KEY)).fault?.code, 'SignatureDoesNotMatch')
    assert.equal((await call({ ...ALICE_KEY, secretAccessKey })).status, 200)
  })

  test('what a role may do is asked at each use, not when its session began', async (t) => {
    const { session, assume, apply } = await start(t)
    const credentials = await session()
    assert.equal((await assume(credentials, NEXT)).status, 200)
    await apply(of([], [{ ...deployer, Policies: [] }]))
    const caller = `arn:aws:sts::${ACCOUNT}:assumed-role/Deployer/session`
    const reason = ' because no identity-based policy allows the sts:AssumeRole action'
    refusedWith(await assume(credentials, NEXT), ['AccessDenied', denied(caller, NEXT) + reason])
  })

  test('whom a role trusts is asked when a session begins, not at each use', async (t) => {
    const { session, call, assume, apply } = await start(t)
    const credentials = await session()
    await apply(of([], [{ ...deployer, AssumeRolePolicyDocument: policy({ ...trusting('*'), Effect: 'Deny' }) }]))
    assert.equal((await call(credentials)).status, 200)
    assert.equal((await assume(ALICE_KEY, DEPLOYER)).fault?.code, 'AccessDenied')
  })
})
