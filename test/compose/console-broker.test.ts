import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { type RunningNode, startInProcess } from '../../src/compose/index.ts'
import type { ConsoleBroker, ConsoleSession } from '../../src/doors/console/index.ts'
import {
  type AccountId,
  epochMillis,
  PLAIN_TERMS,
  type RequestFacts,
  type SessionHolder,
} from '../../src/model/index.ts'
import { closeAccount, revokeSessions } from '../../src/operations/broker/index.ts'
import { auditRecords } from '../../src/testing/audit-records.ts'

const ACCOUNT = '111111111111'
const OTHER = '222222222222'
const HOUR = 3_600_000
const ALLOW_ALL = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }
const TRUST = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' },
}
const PERSON = { sourceIp: '192.0.2.7', secureTransport: true }

interface Stage {
  readonly node: RunningNode
  readonly pages: ConsoleBroker
  facts(): RequestFacts
  /** A session token, minted as operations do. */
  mint(holder: SessionHolder): string
  role(): Promise<SessionHolder>
  user(name?: string): Promise<SessionHolder>
  /** A browser in which a user is signed in. */
  userSession(name?: string): Promise<ConsoleSession>
}

async function aStage(t: TestContext): Promise<Stage> {
  const directory = {
    Accounts: [
      {
        Id: ACCOUNT,
        Users: [
          { UserName: 'alice', Policies: [{ PolicyName: 'all', PolicyDocument: ALLOW_ALL }] },
          { UserName: 'bob' },
        ],
        Roles: [
          {
            RoleName: 'Admin',
            AssumeRolePolicyDocument: TRUST,
            Policies: [{ PolicyName: 'all', PolicyDocument: ALLOW_ALL }],
          },
        ],
      },
      { Id: OTHER },
    ],
  }
  const { node, broker: running } = await startInProcess(
    { data: ':memory:', dev: true, logLevel: 'silent', directory },
    'console-broker',
  )
  t.after(() => running.stop())
  const { broker, consoleBroker: pages } = node
  const account = ACCOUNT as AccountId
  const facts = () => pages.factsOf({ rawHeaders: ['User-Agent', 'Mozilla/5.0'] }, PERSON)
  const mint: Stage['mint'] = (holder) =>
    broker.sessions.mint({ account, holder, issuedAt: broker.clock.now(), lifetimeMs: HOUR, terms: PLAIN_TERMS })
      .credentials.sessionToken
  const user: Stage['user'] = async (name = 'alice') => {
    const found = await broker.directory.user(account, name)
    assert.ok(found)
    return { kind: 'user', userName: found.userName, userId: found.uniqueId }
  }
  return {
    node,
    pages,
    facts,
    mint,
    user,
    async role() {
      const found = await broker.directory.roleNamed(account, 'Admin')
      assert.ok(found)
      return {
        kind: 'assumed-role',
        roleName: 'Admin',
        roleId: found.uniqueId,
        sessionName: 'me@example.com',
        chainDepth: 0,
      }
    },
    async userSession(name) {
      const { now } = facts()
      const sessionToken = mint(await user(name))
      const endsAt = epochMillis(now + HOUR)
      const state = { sessionToken, formToken: 'f', signedInBy: 'password', signedInAt: now, endsAt } as const
      const found = await pages.sessionOf(await pages.states.keep('console-session', state, now, endsAt), facts())
      assert.ok(found)
      return found
    },
  }
}

/** A browser in which a role's session is signed in. */
async function roleSession({ pages, facts, mint, role }: Stage): Promise<ConsoleSession> {
  return await pages.signIn(mint(await role()), 'saml', facts())
}

describe('nobody is signed in', () => {
  test('with a handle that was made up, is of another kind, or of another broker', async (t) => {
    const [stage, elsewhere] = [await aStage(t), await aStage(t)]
    const { pages, facts, mint, role } = stage
    const state = { sessionToken: mint(await role()), challenge: 'c' }
    const code = await pages.states.keep('terminal-code', state, facts().now)
    const { handle: foreign } = await roleSession(elsewhere)
    for (const handle of ['', 'x', 'A'.repeat(43), code, foreign]) {
      assert.equal(await pages.sessionOf(handle, facts()), undefined)
    }
  })

  test('after signing out, in whatever connection the handle is shown', async (t) => {
    const stage = await aStage(t)
    const { pages, facts } = stage
    const [one, other] = [await roleSession(stage), await roleSession(stage)]
    await pages.signOut(one.handle)
    await pages.signOut(one.handle)
    assert.equal(await pages.sessionOf(one.handle, facts()), undefined)
    assert.equal((await pages.sessionOf(other.handle, facts()))?.handle, other.handle)
  })

  test('when the session is over, or the time that was asked for', async (t) => {
    const stage = await aStage(t)
    const { pages, facts, mint, role, node } = stage
    const { now } = facts()
    const short = await pages.signIn(mint(await role()), 'federation', facts(), epochMillis(now + HOUR / 2))
    const long = await pages.signIn(mint(await role()), 'federation', facts(), epochMillis(now + 24 * HOUR))
    assert.equal(short.expiresAt, now + HOUR / 2)
    assert.ok(long.expiresAt <= facts().now + HOUR)
    node.virtualClock?.advance(HOUR / 2)
    assert.equal(await pages.sessionOf(short.handle, facts()), undefined)
    assert.ok(await pages.sessionOf(long.handle, facts()))
    node.virtualClock?.advance(HOUR / 2)
    assert.equal(await pages.sessionOf(long.handle, facts()), undefined)
  })

  test('when the session was revoked', async (t) => {
    const stage = await aStage(t)
    const { pages, facts, node } = stage
    const session = await roleSession(stage)
    await node.operate(revokeSessions, { kind: 'session', target: session.caller.session?.id ?? '' })
    assert.equal(await pages.sessionOf(session.handle, facts()), undefined)
    await assert.rejects(pages.act(session, { service: 'iam', action: 'ListUsers', params: {} }, facts()), {
      code: 'InvalidClientTokenId',
    })
  })

  test('when the role, the user or the account is gone', async (t) => {
    const stage = await aStage(t)
    const { pages, facts, node, userSession } = stage
    const admin = await roleSession(stage)
    const [alice, bob] = [await userSession(), await userSession('bob')]
    const deleteBob = { service: 'iam', action: 'DeleteUser', params: { UserName: 'bob' } }
    await pages.act(alice, deleteBob, facts())
    assert.equal(await pages.sessionOf(bob.handle, facts()), undefined)
    await pages.act(
      alice,
      { service: 'iam', action: 'DeleteRolePolicy', params: { RoleName: 'Admin', PolicyName: 'all' } },
      facts(),
    )
    await pages.act(alice, { service: 'iam', action: 'DeleteRole', params: { RoleName: 'Admin' } }, facts())
    assert.equal(await pages.sessionOf(admin.handle, facts()), undefined)
    await node.operate(closeAccount, { account: ACCOUNT, delete: false })
    assert.equal(await pages.sessionOf(alice.handle, facts()), undefined)
  })

  test('with the session of a user or of root that was made to sign requests', async (t) => {
    const { pages, facts, mint, user } = await aStage(t)
    for (const holder of [await user(), { kind: 'root' } as const]) {
      await assert.rejects(pages.signIn(mint(holder), 'federation', facts()), { code: 'InvalidClientTokenId' })
    }
  })

  test('with a text that is no session token', async (t) => {
    const { pages, facts, mint, role } = await aStage(t)
    const token = mint(await role())
    for (const text of ['', 'x', token.slice(1), `${token}A`, 'x'.repeat(100_000)]) {
      await assert.rejects(pages.signIn(text, 'saml', facts()), { code: 'InvalidClientTokenId' })
    }
  })
})

describe('who is signed in', () => {
  test('is who the session says, with a handle and a form token of their own', async (t) => {
    const stage = await aStage(t)
    const { pages, facts } = stage
    const [one, other] = [await roleSession(stage), await roleSession(stage)]
    const found = await pages.sessionOf(one.handle, facts())
    assert.equal(found?.arn, `arn:aws:sts::${ACCOUNT}:assumed-role/Admin/me@example.com`)
    assert.equal(found?.account, ACCOUNT)
    assert.equal(found?.formToken, one.formToken)
    assert.equal(found?.signedInBy, 'saml')
    assert.notEqual(one.handle, other.handle)
    assert.notEqual(one.formToken, other.formToken)
    assert.ok(!JSON.stringify(found).includes(one.sessionToken.reveal()))
  })

  test('acts as the wire does: same rules, same words, same records', async (t) => {
    const stage = await aStage(t)
    const { pages, facts, node, userSession } = stage
    const bob = await userSession('bob')
    const of = (action: string, params = {}, service = 'iam') => ({ service, action, params })
    await assert.rejects(pages.act(bob, of('CreateUser', { UserName: 'eve' }), facts()), {
      code: 'AccessDenied',
      message: `User: arn:aws:iam::${ACCOUNT}:user/bob is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::${ACCOUNT}:user/eve because no identity-based policy allows the iam:CreateUser action`,
    })
    await assert.rejects(pages.act(bob, of('CreateUser', { UserName: 'a b' }), facts()), { code: 'ValidationError' })
    for (const none of [of('Nothing'), of('__proto__'), of('AssumeRole'), of('ListUsers', {}, 'constructor')]) {
      await assert.rejects(pages.act(bob, none, facts()), { code: 'InvalidAction' })
    }
    const alice = await userSession()
    const { User } = (await pages.act(alice, of('CreateUser', { UserName: 'eve' }), facts())) ?? {}
    assert.ok(User)
    const records = await auditRecords(node.broker.audit)
    const created = records.findLast(({ eventName, errorCode }) => eventName === 'CreateUser' && !errorCode)
    assert.equal(created?.['sessionCredentialFromConsole'], 'true')
    assert.equal(created?.['sourceIPAddress'], PERSON.sourceIp)
  })

  test('may ask IAM without a one-time code, which their session may not when it signs', async (t) => {
    const { pages, facts, userSession, node } = await aStage(t)
    const alice = await userSession()
    assert.ok(await pages.act(alice, { service: 'iam', action: 'ListUsers', params: {} }, facts()))
    const opened = node.broker.sessions.open(alice.sessionToken.reveal())
    assert.equal(opened?.session.fromConsole, undefined)
  })

  test('may not do with their session what AWS takes long-term keys for', async (t) => {
    const { pages, facts, userSession } = await aStage(t)
    const alice = await userSession()
    for (const [action, params] of [
      ['GetSessionToken', {}],
      ['GetFederationToken', { Name: 'eve' }],
    ] as const) {
      await assert.rejects(pages.act(alice, { service: 'sts', action, params }, facts()), {
        code: 'AccessDenied',
        message: `Cannot call ${action} with session credentials`,
      })
    }
  })

  test('sees the credentials of a role, and never those of a user', async (t) => {
    const stage = await aStage(t)
    const { pages, facts, userSession, node } = stage
    assert.equal(pages.credentialsOf(await userSession()), undefined)
    const admin = await roleSession(stage)
    const credentials = pages.credentialsOf(admin)
    assert.equal(credentials?.sessionToken, admin.sessionToken.reveal())
    assert.equal(
      credentials?.secretAccessKey.reveal(),
      node.broker.sessions.open(admin.sessionToken.reveal())?.secretAccessKey.reveal(),
    )
    assert.equal(credentials?.expiresAt, admin.caller.session?.expiresAt)
    const { Account } =
      (await pages.act(admin, { service: 'sts', action: 'GetCallerIdentity', params: {} }, facts())) ?? {}
    assert.equal(Account, ACCOUNT)
  })
})

test('what nobody signs proves the caller by what is in it, and by nothing else', async (t) => {
  const { pages, facts } = await aStage(t)
  const params = {
    RoleArn: `arn:aws:iam::${ACCOUNT}:role/Admin`,
    RoleSessionName: 'me',
    WebIdentityToken: 'x.y.z',
  }
  await assert.rejects(pages.exchange('AssumeRoleWithWebIdentity', params, facts()), { code: 'InvalidIdentityToken' })
  const saml = {
    RoleArn: params.RoleArn,
    PrincipalArn: `arn:aws:iam::${ACCOUNT}:saml-provider/corp`,
    SAMLAssertion: 'aGVsbG8=',
  }
  await assert.rejects(pages.exchange('AssumeRoleWithSAML', saml, facts()), { code: 'InvalidIdentityToken' })
})

test('absolute URLs begin with the public URL, or with where the API listens', async (t) => {
  const { pages, node } = await aStage(t)
  assert.equal(pages.origin, node.addresses.api)
})
