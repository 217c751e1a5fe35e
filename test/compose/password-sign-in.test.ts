import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { after, describe, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type RunningNode, startInProcess } from '../../src/compose/index.ts'
import { codeAt, stepOf } from '../../src/domain/mfa/code-steps.ts'
import type { ConsoleBroker, ConsoleSession, PendingPasswordChange } from '../../src/doors/console/index.ts'
import { type RequestFacts, Secret, ServiceUnavailable } from '../../src/model/index.ts'
import { applyDirectory, closeAccount } from '../../src/operations/broker/index.ts'
import { loadDirectory, readDirectoryObject } from '../../src/operations/loading/index.ts'
import { StoreUnavailable } from '../../src/platform/storage/index.ts'
import { auditRecords } from '../../src/testing/audit-records.ts'

const ACCOUNT = '111111111111'
const CLOSED = '222222222222'
const PASSWORD = 'Correct-horse-1'
const MINUTE = 60_000
const DAY = 86_400_000
/** Thirty-two zero bytes. */
const SEED = 'A'.repeat(52)
/** Of twenty bytes that are one. */
const DAVES_SEED = 'AEAQCAIB'.repeat(4)
const OTHER_SEED = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const ALLOW_ALL = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }
const WITH_MFA = {
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow',
    Action: '*',
    Resource: '*',
    Condition: {
      Bool: { 'aws:MultiFactorAuthPresent': 'true' },
      NumericLessThan: { 'aws:MultiFactorAuthAge': '3600' },
    },
  },
}
const CHANGE = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'iam:ChangePassword', Resource: '*' } }
const signsIn = (UserName: string, document?: Record<string, unknown>, more: object = {}) => ({
  UserName,
  LoginProfile: { Password: PASSWORD },
  Policies: document === undefined ? [] : [{ PolicyName: 'p', PolicyDocument: document }],
  ...more,
})
const DEVICE = `arn:aws:iam::${ACCOUNT}:mfa/carol`
const DIRECTORY = {
  Accounts: [
    {
      Id: ACCOUNT,
      Alias: 'shop',
      Root: { LoginProfile: { Password: `${PASSWORD}-root` } },
      Users: [
        signsIn('alice', ALLOW_ALL),
        signsIn('bob'),
        signsIn('carol', WITH_MFA, { VirtualMFADevices: [{ SerialNumber: DEVICE, Base32StringSeed: SEED }] }),
        signsIn('new', CHANGE, { LoginProfile: { Password: PASSWORD, PasswordResetRequired: true } }),
        signsIn('stuck', undefined, { LoginProfile: { Password: PASSWORD, PasswordResetRequired: true } }),
        signsIn('dave', ALLOW_ALL, {
          VirtualMFADevices: [
            { SerialNumber: DEVICE.replace('carol', 'lost'), Base32StringSeed: OTHER_SEED },
            { SerialNumber: DEVICE.replace('carol', 'dave'), Base32StringSeed: DAVES_SEED },
          ],
        }),
        { UserName: 'robot' },
      ],
    },
    { Id: CLOSED, Users: [signsIn('alice', ALLOW_ALL)] },
    { Id: '333333333333' },
  ],
}

// The same function at a cost of nothing: what is tested is how often it is called, and with what.
const scrypt = crypto.scrypt
let hashed = 0
/** Those with the salt of somebody. */
let compared = 0
/** What waits until the test lets it go on; `undefined`: nothing does. */
let held: (() => void)[] | undefined
crypto.scrypt = ((password, salt, length, options, done) => {
  hashed++
  if (Buffer.byteLength(salt) > 0) compared++
  const go = () => scrypt(password, salt, length, { ...options, cost: 2 }, done)
  if (held === undefined) go()
  else held.push(go)
}) as typeof crypto.scrypt
syncBuiltinESMExports()
after(() => {
  crypto.scrypt = scrypt
  syncBuiltinESMExports()
})

interface Typed {
  readonly account?: string
  readonly userName?: string | undefined
  readonly password?: string
  readonly code?: string | undefined
}

interface Stage {
  readonly node: RunningNode
  readonly pages: ConsoleBroker
  facts(): RequestFacts
  login(typed?: Typed): ReturnType<ConsoleBroker['login']>
  signedIn(typed?: Typed): Promise<ConsoleSession>
  pending(typed?: Typed): Promise<PendingPasswordChange>
  act(session: ConsoleSession, action: string, params?: Record<string, string>): ReturnType<ConsoleBroker['act']>
  /** The code that a device shows, so many steps from now. */
  code(steps?: number): string
  /** What signing in was recorded as. */
  recorded(): Promise<readonly Record<string, unknown>[]>
}

async function aStage(t: TestContext): Promise<Stage> {
  const settings = { data: ':memory:', dev: true, logLevel: 'silent', directory: DIRECTORY } as const
  const { node, broker } = await startInProcess(settings, 'sign-in')
  t.after(() => broker.stop())
  await node.operate(closeAccount, { account: CLOSED, delete: false })
  const { consoleBroker: pages } = node
  const connection = { sourceIp: '192.0.2.7', secureTransport: true }
  const facts = () => pages.factsOf({ rawHeaders: ['User-Agent', 'Mozilla/5.0'] }, connection)
  const login: Stage['login'] = ({ account = ACCOUNT, password = PASSWORD, code, ...typed } = {}) => {
    const userName = 'userName' in typed ? typed.userName : 'alice'
    return pages.login({ account, userName, password: new Secret(password), code }, facts())
  }
  return {
    node,
    pages,
    facts,
    login,
    async signedIn(typed) {
      const outcome = await login(typed)
      assert.ok(outcome.outcome === 'signed-in')
      return outcome.session
    },
    async pending(typed) {
      const outcome = await login(typed)
      assert.ok(outcome.outcome === 'password-change')
      return outcome.change
    },
    act: (session, action, params = {}) => pages.act(session, { service: 'iam', action, params }, facts()),
    code: (steps = 0) => codeAt(new Uint8Array(32), stepOf(node.broker.clock.now()) + steps),
    async recorded() {
      await sleep(1100)
      return (await auditRecords(node.broker.audit)).filter(({ eventName }) => eventName === 'ConsoleLogin')
    },
  }
}

const REFUSED = {
  code: 'AuthenticationFailed',
  message: 'Your authentication information is incorrect. Please try again.',
}

/** Whatever is wrong, by what it is. */
const WRONG: Readonly<Record<string, Typed>> = {
  'an account that is not there': { account: '999999999999' },
  'an alias that is not there': { account: 'nobody' },
  'a closed account': { account: CLOSED },
  'no account': { account: '' },
  'a name that is no account': { account: "shop' OR 1=1 --" },
  'a user that is not there': { userName: 'eve' },
  'no user': { userName: '' },
  'a user of another account': { account: '333333333333' },
  'a user without a password': { userName: 'robot' },
  'a wrong password': { password: 'Correct-horse-2' },
  'no password': { password: '' },
  'a password with a space behind it': { password: `${PASSWORD} ` },
  'the password of somebody else': { password: `${PASSWORD}-root` },
  'a root user without a password': { account: '333333333333', userName: undefined },
  'a wrong password of root': { userName: undefined },
  'no code of who has a device': { userName: 'carol' },
  'an empty code': { userName: 'carol', code: '' },
  'a wrong code': { userName: 'carol', code: '000000' },
  'a code that is none': { userName: 'carol', code: '12345a' },
  'a code of who has no device': { code: '123456' },
  'a long account': { account: 'x'.repeat(200_000) },
  'a long name': { userName: 'x'.repeat(200_000) },
  'a long password': { password: PASSWORD + 'x'.repeat(200_000) },
  'a long code': { userName: 'carol', code: '0'.repeat(200_000) },
}

describe('who is refused', () => {
  test('hears the same words after the same work, whatever is wrong', async (t) => {
    const stage = await aStage(t)
    const accept = t.mock.method(stage.node.broker.mfaCodes, 'accept')
    const warn = t.mock.method(stage.node.broker.logger, 'warn')
    for (const [what, typed] of Object.entries(WRONG)) {
      hashed = 0
      accept.mock.resetCalls()
      await assert.rejects(stage.login(typed), REFUSED, what)
      assert.equal(hashed, 1, `passwords compared for ${what}`)
      assert.equal(accept.mock.callCount(), 1, `codes compared for ${what}`)
    }
    const logged = JSON.stringify(warn.mock.calls.map((call) => call.arguments))
    assert.equal(warn.mock.callCount(), Object.keys(WRONG).length)
    for (const typed of ['horse', 'eve', 'nobody', '999999999999']) assert.ok(!logged.includes(typed), typed)
  })

  test('is not told when the password was tried too often, and that is no less work', async (t) => {
    const { login, node, signedIn } = await aStage(t)
    for (let n = 0; n < 5; n++) await assert.rejects(login({ password: 'wrong' }), REFUSED)
    hashed = 0
    await assert.rejects(login(), REFUSED, 'though it is right')
    assert.equal(hashed, 1)
    node.virtualClock?.advance(5 * MINUTE - 1000)
    await assert.rejects(login(), REFUSED)
    node.virtualClock?.advance(1000)
    assert.equal((await signedIn()).arn, `arn:aws:iam::${ACCOUNT}:user/alice`)
  })

  test('at fifty guesses at once has five that count', async (t) => {
    const { login } = await aStage(t)
    compared = 0
    const guesses = Array.from({ length: 50 }, (_, n) => login({ password: n < 49 ? `Guess-${n}` : PASSWORD }))
    for (const { status } of await Promise.allSettled(guesses)) assert.equal(status, 'rejected')
    assert.equal(compared, 5)
  })

  test('locks nobody else, and no one-time device', async (t) => {
    const { login, signedIn, code } = await aStage(t)
    for (let n = 0; n < 10; n++) await assert.rejects(login({ password: 'wrong' }), REFUSED)
    await signedIn({ userName: 'bob' })
    for (let n = 0; n < 4; n++) {
      await assert.rejects(login({ userName: 'carol', password: 'wrong', code: code() }), REFUSED)
    }
    await signedIn({ userName: 'carol', code: code() })
  })

  test('has signed nobody in', async (t) => {
    const { pages, login } = await aStage(t)
    const keep = t.mock.method(pages.states, 'keep')
    for (const typed of Object.values(WRONG)) await assert.rejects(login(typed))
    assert.equal(keep.mock.callCount(), 0)
  })

  test('is recorded as AWS does it, where there is such an account', async (t) => {
    const { login, recorded, node, code } = await aStage(t)
    await assert.rejects(login({ password: 'wrong' }))
    await assert.rejects(login({ userName: 'My-password-1' }))
    await assert.rejects(login({ userName: undefined }))
    await assert.rejects(login({ userName: 'carol', code: code(5) }))
    await assert.rejects(login({ account: '999999999999' }))
    await assert.rejects(login({ account: CLOSED }))
    const records = await recorded()
    const LoginTo = `${node.addresses.api}/console`
    const PROOFS = [
      { MFAUsed: 'No', PasswordResult: 'Invalid' },
      { MFAUsed: 'No' },
      { MFAUsed: 'No', PasswordResult: 'Invalid' },
      { MFAUsed: 'Yes', PasswordResult: 'Valid', MFAResult: 'Invalid' },
    ]
    assert.deepEqual(
      records.map(({ userIdentity, additionalEventData }) => ({ userIdentity, additionalEventData })),
      [
        { type: 'IAMUser', accountId: ACCOUNT, accessKeyId: '', userName: 'alice' },
        { type: 'IAMUser', accountId: ACCOUNT, accessKeyId: '', userName: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
        { type: 'Root', principalId: ACCOUNT, accountId: ACCOUNT, accessKeyId: '' },
        { type: 'IAMUser', accountId: ACCOUNT, accessKeyId: '', userName: 'carol' },
      ].map((userIdentity, index) => {
        const data = { LoginTo, MobileVersion: 'No', failedSignIns: 1, ...PROOFS[index] }
        return { userIdentity, additionalEventData: data }
      }),
    )
    for (const { errorCode, errorMessage, responseElements, eventType, eventSource, recipientAccountId } of records) {
      assert.deepEqual(
        { errorCode, errorMessage, responseElements, eventType, eventSource, recipientAccountId },
        {
          errorCode: undefined,
          errorMessage: 'Failed authentication',
          responseElements: { ConsoleLogin: 'Failure' },
          eventType: 'AwsConsoleSignIn',
          eventSource: 'signin.amazonaws.com',
          recipientAccountId: ACCOUNT,
        },
      )
    }
    assert.ok(!JSON.stringify(records).includes('My-password-1'))
  })

  test('in a flood has one record a second', async (t) => {
    const { login, recorded } = await aStage(t)
    await Promise.allSettled(Array.from({ length: 40 }, () => login({ userName: 'eve' })))
    const records = await recorded()
    const counts = records.map(({ additionalEventData }) => Object(additionalEventData).failedSignIns)
    assert.ok(counts.length <= 3, `${counts}`)
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      40,
    )
  })
})

describe('a flood of strangers', () => {
  const FLOOD = '192.0.2.66'
  const attempt = async ({ pages }: Stage, sourceIp: string, userName: string, account = ACCOUNT) => {
    const facts = pages.factsOf({ rawHeaders: [] }, { sourceIp, secureTransport: true })
    const typed = { account, userName, password: new Secret(PASSWORD), code: undefined }
    return await pages.login(typed, facts).then(
      ({ outcome }) => outcome,
      (error: Error) => error.name,
    )
  }
  /** Does something while passwords are compared for none of those who came before. */
  const duringFlood = async (stage: Stage, account: string, then: () => Promise<unknown>) => {
    held = []
    const flood = Array.from({ length: 60 }, (_, user) => attempt(stage, FLOOD, `x${user}`, account))
    await sleep(100)
    const during = then()
    await sleep(100)
    const waiting = held
    held = undefined
    for (const go of waiting) go()
    await during
    await Promise.all(flood)
  }

  test('keeps nobody out who comes from elsewhere, whichever account it names', async (t) => {
    const stage = await aStage(t)
    for (const account of [ACCOUNT, 'nobody']) {
      await duringFlood(stage, account, async () => {
        assert.equal(await attempt(stage, '192.0.2.67', 'alice'), 'signed-in')
      })
    }
  })

  test('is not told which accounts there are by who waits and who is turned away', async (t) => {
    const stage = await aStage(t)
    for (const account of [ACCOUNT, 'nobody']) {
      await duringFlood(stage, account, async () => {
        for (const probe of [ACCOUNT, 'shop', CLOSED, 'nobody', '999999999999']) {
          assert.equal(await attempt(stage, FLOOD, 'alice', probe), 'Overloaded', probe)
        }
      })
    }
  })

  test('makes no guesses of the right passwords that were turned away', async (t) => {
    const stage = await aStage(t)
    await duringFlood(stage, ACCOUNT, async () => {
      for (let time = 0; time < 5; time++) assert.equal(await attempt(stage, FLOOD, 'alice'), 'Overloaded')
    })
    assert.equal(await attempt(stage, FLOOD, 'alice'), 'signed-in')
  })

  test('locks the door, and not what the user does who is signed in', async (t) => {
    const stage = await aStage(t)
    const session = await stage.signedIn()
    for (let time = 0; time < 5; time++) await assert.rejects(stage.login({ password: 'wrong' }))
    await assert.rejects(stage.login(), REFUSED)
    await stage.act(session, 'ChangePassword', { OldPassword: PASSWORD, NewPassword: `${PASSWORD}-2` })
    await stage.signedIn({ password: `${PASSWORD}-2` })
  })
})

describe('who signs in', () => {
  test('is not recorded as signed in where that cannot be kept', async (t) => {
    const { pages, login, recorded } = await aStage(t)
    const keep = t.mock.method(pages.states, 'keep', () => Promise.reject(new StoreUnavailable('full')))
    await assert.rejects(login(), ServiceUnavailable)
    await assert.rejects(login({ userName: 'new' }), ServiceUnavailable)
    keep.mock.restore()
    const results = (await recorded()).map(({ responseElements }) => responseElements)
    assert.deepEqual(results, [{ ConsoleLogin: 'Failure' }, { ConsoleLogin: 'Failure' }])
  })

  test('in a hundred browsers and one more is signed out of one of them, and nobody else is', async (t) => {
    const { pages, facts, node, signedIn } = await aStage(t)
    const bob = await signedIn({ userName: 'bob' })
    const sessions: ConsoleSession[] = []
    for (let browser = 0; browser < 101; browser++) {
      sessions.push(await signedIn())
      node.virtualClock?.advance(1)
    }
    const isIn = async ({ handle }: ConsoleSession) => (await pages.sessionOf(handle, facts())) !== undefined
    const signedOut = []
    for (const [index, session] of sessions.entries()) if (!(await isIn(session))) signedOut.push(index)
    assert.deepEqual(signedOut, [0])
    assert.ok(await isIn(bob))
  })

  test('by number or alias is that user, for twelve hours', async (t) => {
    const { pages, facts, signedIn, act } = await aStage(t)
    for (const account of [ACCOUNT, 'shop']) {
      const session = await signedIn({ account })
      assert.equal(session.arn, `arn:aws:iam::${ACCOUNT}:user/alice`)
      assert.equal(session.signedInBy, 'password')
      assert.ok(Math.abs(session.expiresAt - facts().now - DAY / 2) < MINUTE)
      assert.equal((await pages.sessionOf(session.handle, facts()))?.handle, session.handle)
      assert.ok(await act(session, 'ListUsers'))
    }
  })

  test('with a code may do what takes one, and a code is good once', async (t) => {
    const { login, signedIn, act, code, node } = await aStage(t)
    await assert.rejects(login({ userName: 'carol', code: code(-2) }), REFUSED, 'an old one')
    const carol = await signedIn({ userName: 'carol', code: code() })
    assert.ok(await act(carol, 'ListUsers'))
    await assert.rejects(login({ userName: 'carol', code: code() }), REFUSED, 'the same')
    await assert.rejects(login({ userName: 'carol', code: code(-1) }), REFUSED, 'an older one')
    node.virtualClock?.advance(60 * MINUTE)
    await assert.rejects(act(carol, 'ListUsers'), { code: 'AccessDenied' })
    await signedIn({ userName: 'carol', code: code() })
  })

  test('by one of several devices as often as one likes locks none of the others', async (t) => {
    const { signedIn, node } = await aStage(t)
    const codeOf = (seed: Uint8Array) => codeAt(seed, stepOf(node.broker.clock.now()))
    for (let n = 0; n < 8; n++) {
      await signedIn({ userName: 'dave', code: codeOf(new Uint8Array(20).fill(1)) })
      node.virtualClock?.advance(30_000)
    }
    await signedIn({ userName: 'dave', code: codeOf(Buffer.from('12345678901234567890', 'latin1')) })
  })

  test('on two connections with one code gets one session', async (t) => {
    const { login, code } = await aStage(t)
    const typed = { userName: 'carol', code: code() }
    const outcomes = await Promise.allSettled(Array.from({ length: 4 }, () => login(typed)))
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
  })

  test('as root is root, with no more than root may', async (t) => {
    const { signedIn, act, pages, facts } = await aStage(t)
    const root = await signedIn({ userName: undefined, password: `${PASSWORD}-root` })
    assert.equal(root.arn, `arn:aws:iam::${ACCOUNT}:root`)
    const { SummaryMap } = (await act(root, 'GetAccountSummary')) ?? {}
    assert.ok(SummaryMap instanceof Map)
    assert.equal(SummaryMap.get('AccountPasswordPresent'), 1)
    const params = { RoleArn: `arn:aws:iam::${ACCOUNT}:role/x`, RoleSessionName: 'me' }
    await assert.rejects(pages.act(root, { service: 'sts', action: 'AssumeRole', params }, facts()), {
      message: 'Roles may not be assumed by root accounts.',
    })
    await assert.rejects(
      act(root, 'ChangePassword', { OldPassword: `${PASSWORD}-root`, NewPassword: 'Another-horse-1' }),
      { code: 'InvalidUserType' },
    )
  })

  test('is recorded, with what a revocation names; and their password was used', async (t) => {
    const { signedIn, act, code, recorded, node, facts } = await aStage(t)
    const alice = await signedIn()
    const carol = await signedIn({ userName: 'carol', code: code() })
    const [first, second] = await recorded()
    assert.deepEqual(first?.['userIdentity'], {
      type: 'IAMUser',
      principalId: alice.caller.userId,
      arn: alice.arn,
      accountId: ACCOUNT,
      userName: 'alice',
    })
    assert.deepEqual(first?.['responseElements'], { ConsoleLogin: 'Success' })
    assert.equal(first?.['eventType'], 'AwsConsoleSignIn')
    assert.equal(first?.['requestParameters'], null)
    assert.deepEqual(second?.['additionalEventData'], {
      LoginTo: `${node.addresses.api}/console`,
      MobileVersion: 'No',
      MFAUsed: 'Yes',
      MFAIdentifier: DEVICE,
      sessionId: carol.caller.session?.id,
    })
    const { User } = (await act(alice, 'GetUser', { UserName: 'alice' })) ?? {}
    assert.ok(Math.abs(Object(User).PasswordLastUsed - facts().now) < MINUTE)
    assert.equal(Object((await act(alice, 'GetUser', { UserName: 'bob' }))?.['User']).PasswordLastUsed, undefined)
    assert.equal(await node.broker.usage.lastUsed('access-key', ''), undefined)
  })

  test('is signed in still after the password was changed, as at AWS, until somebody revokes that', async (t) => {
    const { signedIn, act, login, pages, facts } = await aStage(t)
    const [one, other] = [await signedIn(), await signedIn()]
    await act(one, 'ChangePassword', { OldPassword: PASSWORD, NewPassword: 'Another-horse-1' })
    assert.ok(await pages.sessionOf(one.handle, facts()))
    assert.ok(await pages.sessionOf(other.handle, facts()))
    await assert.rejects(login(), REFUSED)
    await signedIn({ password: 'Another-horse-1' })
    await act(one, 'DeleteLoginProfile', { UserName: 'alice' })
    await assert.rejects(login({ password: 'Another-horse-1' }), REFUSED)
  })
})

describe('who has to choose another password', () => {
  const change = (stage: Stage, { handle }: PendingPasswordChange, newPassword: string, oldPassword = PASSWORD) => {
    const passwords = { oldPassword: new Secret(oldPassword), newPassword: new Secret(newPassword) }
    return stage.pages.changePassword(handle, passwords, stage.facts())
  }

  test('is not signed in before', async (t) => {
    const stage = await aStage(t)
    const { pages, facts, pending } = stage
    const { handle, reason, formToken } = await pending({ userName: 'new' })
    assert.equal(reason, 'reset')
    assert.equal(await pages.sessionOf(handle, facts()), undefined)
    assert.equal((await pages.passwordChangeOf(handle, facts()))?.formToken, formToken)
    assert.equal(await pages.passwordChangeOf('A'.repeat(43), facts()), undefined)
    assert.equal((await pages.passwordChangeOf(handle, facts()))?.arn, `arn:aws:iam::${ACCOUNT}:user/new`)
  })

  test('proves the old one, chooses a good one, and is signed in', async (t) => {
    const stage = await aStage(t)
    const { pages, facts, pending, login } = stage
    const first = await pending({ userName: 'new' })
    await assert.rejects(change(stage, first, 'Another-horse-1', 'wrong'), { code: 'AccessDenied' })
    await assert.rejects(change(stage, first, 'short'), { code: 'PasswordPolicyViolation' })
    await assert.rejects(change(stage, first, PASSWORD), { code: 'ValidationError' })
    const session = await change(stage, first, 'Another-horse-1')
    assert.equal(session?.arn, `arn:aws:iam::${ACCOUNT}:user/new`)
    assert.ok(await pages.sessionOf(session?.handle ?? '', facts()))
    assert.notEqual(session?.handle, first.handle)
    assert.notEqual(session?.formToken, first.formToken)
    assert.equal(await change(stage, first, 'A-third-horse-1', 'Another-horse-1'), undefined, 'the handle is spent')
    await assert.rejects(login({ userName: 'new' }), REFUSED)
    await stage.signedIn({ userName: 'new', password: 'Another-horse-1' })
  })

  test('on two connections at once is signed in on one of them', async (t) => {
    const stage = await aStage(t)
    const first = await stage.pending({ userName: 'new' })
    const outcomes = await Promise.allSettled([1, 2, 3].map((n) => change(stage, first, `Another-horse-${n}`)))
    const sessions = outcomes.filter((each) => each.status === 'fulfilled' && each.value !== undefined)
    assert.equal(sessions.length, 1)
  })

  test('needs the permission to, as at AWS', async (t) => {
    const stage = await aStage(t)
    const stuck = await stage.pending({ userName: 'stuck' })
    await assert.rejects(change(stage, stuck, 'Another-horse-1'), { code: 'AccessDenied' })
  })

  test('has a quarter of an hour for it', async (t) => {
    const stage = await aStage(t)
    const first = await stage.pending({ userName: 'new' })
    stage.node.virtualClock?.advance(15 * MINUTE)
    assert.equal(await stage.pages.passwordChangeOf(first.handle, stage.facts()), undefined)
    assert.equal(await change(stage, first, 'Another-horse-1'), undefined)
  })

  test('cannot when they are gone by then', async (t) => {
    const stage = await aStage(t)
    const first = await stage.pending({ userName: 'new' })
    const alice = await stage.signedIn()
    await stage.act(alice, 'DeleteLoginProfile', { UserName: 'new' })
    await assert.rejects(change(stage, first, 'Another-horse-1'), { code: 'NoSuchEntity' })
    await stage.act(alice, 'DeleteUserPolicy', { UserName: 'new', PolicyName: 'p' })
    await stage.act(alice, 'DeleteUser', { UserName: 'new' })
    assert.equal(await change(stage, first, 'Another-horse-1'), undefined)
  })

  test('is everybody whose password has expired, unless only an administrator may replace it', async (t) => {
    const stage = await aStage(t)
    const { signedIn, act, pending, login, node, recorded } = stage
    const policy = { MaxPasswordAge: '30', MinimumPasswordLength: '8', AllowUsersToChangePassword: 'true' }
    await act(await signedIn(), 'UpdateAccountPasswordPolicy', policy)
    node.virtualClock?.advance(30 * DAY - MINUTE)
    const alice = await signedIn()
    node.virtualClock?.advance(MINUTE)
    assert.equal((await pending({ userName: 'bob' })).reason, 'expired')
    await act(alice, 'UpdateAccountPasswordPolicy', { ...policy, HardExpiry: 'true' })
    await assert.rejects(login({ userName: 'bob', password: 'wrong' }), REFUSED)
    await assert.rejects(login({ userName: 'bob' }), {
      code: 'AccessDenied',
      message: /expired.*only an administrator/,
    })
    const last = (await recorded()).find(({ errorCode }) => errorCode === 'AccessDenied')
    assert.deepEqual(last?.['responseElements'], { ConsoleLogin: 'Failure' })
    // Root has a password that no policy is about.
    await signedIn({ userName: undefined, password: `${PASSWORD}-root` })
  })
})

describe('the password of root', () => {
  test('is what a directory file says, and stays what it is where one says the same or nothing', async (t) => {
    const { node, signedIn, login } = await aStage(t)
    const stored = async () => (await node.broker.directory.account(ACCOUNT))?.rootPassword
    const apply = async (Root: object) =>
      await loadDirectory([readDirectoryObject({ Accounts: [{ Id: ACCOUNT, Alias: 'shop', Root }] })], (desired) =>
        node.operate(applyDirectory, { desired, prune: true, dryRun: false }),
      )
    const before = await stored()
    assert.ok(before)
    await apply({})
    assert.deepEqual(await stored(), before)
    await apply({ LoginProfile: { Password: `${PASSWORD}-root` } })
    assert.deepEqual(await stored(), before)
    await apply({ LoginProfile: { Password: 'Another-horse-1' } })
    await assert.rejects(login({ userName: undefined, password: `${PASSWORD}-root` }), REFUSED)
    await signedIn({ userName: undefined, password: 'Another-horse-1' })
  })

  test('has to be a good one', async (t) => {
    const settings = { data: ':memory:', logLevel: 'silent' } as const
    const directory = { Accounts: [{ Id: ACCOUNT, Root: { LoginProfile: { Password: 'short' } } }] }
    await assert.rejects(
      startInProcess({ ...settings, directory }, 'root').then(({ broker }) => t.after(() => broker.stop())),
      /Accounts\[0\]\.Root\.LoginProfile\.Password.*minimum length of 8/s,
    )
  })
})
