import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { type AuditEvent, AuditTrail } from '../../../src/domain/audit/index.ts'
import {
  AccessDenied,
  type AccountId,
  accountId,
  type Caller,
  epochMillis,
  InternalFailure,
  PLAIN_TERMS,
  ServiceUnavailable,
  Throttling,
  Violation,
} from '../../../src/model/index.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import { type AuditEntry, type AuditLog, StoreUnavailable } from '../../../src/platform/storage/index.ts'

function account(text: string): AccountId {
  const id = accountId(text)
  assert.ok(!(id instanceof Violation))
  return id
}

const SOURCE = account('111111111111')
const TARGET = account('222222222222')
const ROLE = `arn:aws:iam::${TARGET}:role/team/Deployer`

const CALLERS = {
  root: {
    kind: 'root',
    account: SOURCE,
    arn: `arn:aws:iam::${SOURCE}:root`,
    principalArn: `arn:aws:iam::${SOURCE}:root`,
    userId: SOURCE,
    accessKeyId: 'AKIAROOT',
    tags: [],
    session: undefined,
  },
  user: {
    kind: 'user',
    account: SOURCE,
    arn: `arn:aws:iam::${SOURCE}:user/team/alice`,
    principalArn: `arn:aws:iam::${SOURCE}:user/team/alice`,
    userId: 'AIDAALICE',
    uniqueId: 'AIDAALICE',
    userName: 'alice',
    accessKeyId: 'AKIAALICE',
    tags: [{ key: 'team', value: 'core' }],
    session: undefined,
  },
  session: {
    kind: 'assumed-role',
    account: TARGET,
    arn: `arn:aws:sts::${TARGET}:assumed-role/Deployer/ci`,
    principalArn: ROLE,
    userId: 'AROADEPLOYER:ci',
    uniqueId: 'AROADEPLOYER',
    accessKeyId: 'ASIASESSION',
    tags: [],
    session: {
      id: 'c2Vzc2lvbg',
      accessKeyId: 'ASIASESSION',
      account: TARGET,
      holder: {
        kind: 'assumed-role',
        roleName: 'Deployer',
        roleId: 'AROADEPLOYER',
        sessionName: 'ci',
        chainDepth: 0,
      },
      issuedAt: epochMillis(Date.UTC(2026, 0, 1, 11, 30, 0, 987)),
      expiresAt: epochMillis(Date.UTC(2026, 0, 1, 12, 30, 0, 987)),
      terms: PLAIN_TERMS,
    },
  },
  operator: { kind: 'operator' },
} as const satisfies Record<string, Caller>

const MARKED = {
  ...CALLERS.session.session,
  terms: { ...PLAIN_TERMS, sourceIdentity: 'alice.smith', mfaAt: epochMillis(1) },
}

const FEDERATED = {
  ...CALLERS.root,
  kind: 'federated-user',
  arn: `arn:aws:sts::${SOURCE}:federated-user/bob`,
  principalArn: `arn:aws:sts::${SOURCE}:federated-user/bob`,
  userId: `${SOURCE}:bob`,
  accessKeyId: 'ASIASESSION',
  session: CALLERS.session.session,
  issuer: undefined,
} as const

function event(parts: Partial<AuditEvent> = {}): AuditEvent {
  return {
    caller: CALLERS.user,
    service: 'sts',
    eventName: 'AssumeRole',
    region: 'eu-central-1',
    facts: {
      requestId: '01234567-89ab-4cde-8f01-23456789abcd',
      now: epochMillis(Date.UTC(2026, 0, 1, 12, 0, 0, 999)),
      sourceIp: '192.0.2.7',
      secureTransport: true,
      userAgent: 'aws-cli/2.0',
      referer: undefined,
    },
    details: {
      requestParameters: { roleArn: ROLE, roleSessionName: 'ci' },
      responseElements: { credentials: { accessKeyId: 'ASIANEW' } },
      resources: [{ ARN: ROLE, accountId: TARGET, type: 'AWS::IAM::Role' }],
    },
    fault: undefined,
    ...parts,
  }
}

function numbered(number: number): AccountId {
  return account(String(number).padStart(12, '0'))
}

function refusalOf(id: AccountId): AuditEvent {
  return event({ caller: { ...CALLERS.user, account: id }, fault: new AccessDenied('no') })
}

/** A log that takes, refuses or holds what it is given. */
class TestLog implements AuditLog {
  readonly taken: AuditEntry[] = []
  answer: () => Promise<void> = async () => undefined

  async append(entries: readonly AuditEntry[]): Promise<void> {
    this.taken.push(...entries)
    await this.answer()
  }

  find = async () => ({ entries: [], next: undefined })
  last = async () => 0
  follow = async () => ({ entries: [], last: 0 })
  forget = async () => 0
}

function trailOn(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const log = new TestLog()
  const lines: { readonly name: string; readonly fields: unknown }[] = []
  const line = (name: string, fields?: unknown) => void lines.push({ name, fields })
  const logger = { debug: line, info: line, warn: line, error: line }
  const lost = { database: 0, 'json-lines': 0 }
  const metrics = {
    auditDropped(sink: keyof typeof lost, records: number) {
      lost[sink] += records
    },
  }
  return { log, lines, lost, trail: new AuditTrail({ log, random: systemRandom, logger, metrics }) }
}

/** The record of an event as it is kept. */
async function recordOf(t: TestContext, parts: Partial<AuditEvent>): Promise<{ entry: AuditEntry; body: object }> {
  const { trail, log } = trailOn(t)
  await trail.granted(event(parts))
  const [entry] = log.taken
  assert.ok(entry)
  return { entry, body: JSON.parse(entry.body) }
}

describe('a grant', () => {
  test('is not granted when it cannot be recorded: the caller may try again, the operator learns why', async (t) => {
    const { trail, log, lines } = trailOn(t)
    log.answer = async () => {
      throw new StoreUnavailable('disk full')
    }
    await assert.rejects(trail.granted(event()), (fault) => {
      assert.ok(fault instanceof ServiceUnavailable)
      assert.ok(!fault.message.includes('disk full'))
      assert.ok(fault.cause instanceof StoreUnavailable)
      return true
    })
    assert.deepEqual(
      lines.map(({ name }) => name),
      ['audit.append-failed'],
    )
  })

  test('waits until its record is durable', async (t) => {
    const { trail, log } = trailOn(t)
    const durable = Promise.withResolvers<void>()
    log.answer = () => durable.promise
    let granted = false
    const granting = trail.granted(event()).then(() => {
      granted = true
    })
    await new Promise(setImmediate)
    assert.equal(log.taken.length, 2)
    assert.equal(granted, false)
    durable.resolve()
    await granting
    assert.equal(granted, true)
  })

  test('is recorded once, under an id of its own', async (t) => {
    const { trail, log } = trailOn(t)
    await Promise.all([trail.granted(event()), trail.granted(event())])
    assert.equal(new Set(log.taken.map(({ eventId }) => eventId)).size, 4)
  })
})

describe('across accounts', () => {
  test('a refusal is recorded where the caller is at home, and nowhere else', async (t) => {
    const { trail, log } = trailOn(t)
    trail.noted(event({ fault: new AccessDenied('no') }))
    await trail.flush()
    assert.deepEqual(
      log.taken.map(({ account }) => account),
      [SOURCE],
    )
    assert.ok(!log.taken[0]?.body.includes('sharedEventID'))
  })

  test('a grant within one account has one record, that shares nothing', async (t) => {
    const { trail, log } = trailOn(t)
    await trail.granted(event({ caller: CALLERS.session }))
    assert.equal(log.taken.length, 1)
    assert.ok(!log.taken[0]?.body.includes('sharedEventID'))
  })

  test('a grant has a record in each account, kept together, tied by sharedEventID', async (t) => {
    const { trail, log } = trailOn(t)
    let appends = 0
    log.answer = async () => void appends++
    await trail.granted(event())
    assert.equal(appends, 1)
    const [own, foreign] = log.taken.map(({ body }) => JSON.parse(body))
    assert.deepEqual(
      log.taken.map(({ account }) => account),
      [SOURCE, TARGET],
    )
    assert.match(own.sharedEventID, /^[0-9a-f-]{36}$/)
    assert.notEqual(own.eventID, foreign.eventID)
    assert.deepEqual(foreign, {
      ...own,
      eventID: log.taken[1]?.eventId,
      recipientAccountId: TARGET,
      userIdentity: { type: 'AWSAccount', principalId: 'AIDAALICE', accountId: SOURCE },
    })
  })

  test('the other account cannot look up by the key or the name of somebody who is not its own', async (t) => {
    const { trail, log } = trailOn(t)
    await trail.granted(event())
    const [, foreign] = log.taken
    assert.deepEqual(
      [foreign?.accessKeyId, foreign?.principalArn, foreign?.username],
      [undefined, undefined, undefined],
    )
    assert.ok(!foreign?.body.includes('AKIAALICE'))
  })
})

describe('a refusal', () => {
  const refusal = event({ fault: new AccessDenied('no') })

  test('is written within a tenth of a second, together with those beside it', async (t) => {
    const { trail, log } = trailOn(t)
    trail.noted(refusal)
    trail.noted(refusal)
    assert.equal(log.taken.length, 0)
    t.mock.timers.tick(99)
    assert.equal(log.taken.length, 0)
    t.mock.timers.tick(1)
    await new Promise(setImmediate)
    assert.equal(log.taken.length, 2)
    trail.noted(refusal)
    t.mock.timers.tick(100)
    await new Promise(setImmediate)
    assert.equal(log.taken.length, 3)
  })

  test('is written when the node stops, without waiting', async (t) => {
    const { trail, log } = trailOn(t)
    trail.noted(refusal)
    await trail.flush()
    assert.equal(log.taken.length, 1)
    await trail.flush()
    t.mock.timers.tick(1000)
    assert.equal(log.taken.length, 1)
  })

  test('is also written when the node stops while others are being written', async (t) => {
    const { trail, log } = trailOn(t)
    const durable = Promise.withResolvers<void>()
    log.answer = () => durable.promise
    trail.noted(refusal)
    t.mock.timers.tick(100)
    trail.noted(refusal)
    let flushed = false
    const flushing = trail.flush().then(() => {
      flushed = true
    })
    await new Promise(setImmediate)
    assert.equal(flushed, false)
    durable.resolve()
    await flushing
    assert.equal(log.taken.length, 2)
  })

  test('that cannot be written is counted, and the operator is told how many', async (t) => {
    const { trail, log, lines } = trailOn(t)
    log.answer = async () => {
      throw new StoreUnavailable('disk full')
    }
    for (let n = 0; n < 3; n++) trail.noted(refusal)
    await trail.flush()
    assert.deepEqual(lines.at(-1), { name: 'audit.dropped', fields: { sink: 'database', entries: 3 } })
    log.answer = async () => undefined
    trail.noted(refusal)
    await trail.flush()
    assert.equal(lines.filter(({ name }) => name === 'audit.dropped').length, 1, 'what was told once is not told again')
  })

  test('takes no memory without bound when there are many: what is too much is dropped and counted', async (t) => {
    const { trail, log, lines, lost } = trailOn(t)
    for (let n = 0; n < 5050; n++) trail.noted(refusal)
    await trail.flush()
    assert.equal(log.taken.length, 5000)
    assert.equal(lost.database, 50)
    assert.deepEqual(lines, [{ name: 'audit.dropped', fields: { sink: 'database', entries: 50 } }])
    const before = log.taken.length
    for (let n = 0; n < 50_000; n++) trail.noted(refusalOf(numbered(n % 500)))
    await trail.flush()
    assert.ok(log.taken.length - before <= 10_000)
  })

  test('always finds a place behind those of other accounts, however many theirs are', async (t) => {
    const { trail, log } = trailOn(t)
    for (const flooding of [SOURCE, TARGET, numbered(3), numbered(4)]) {
      for (let n = 0; n < 20_000; n++) trail.noted(refusalOf(flooding))
    }
    const quiet = numbered(5)
    for (let n = 0; n < 100; n++) trail.noted(refusalOf(quiet))
    await trail.flush()
    assert.equal(log.taken.filter(({ account }) => account === quiet).length, 100)
  })

  test('takes no memory without bound when the log hangs: one write is under way, not one more every tenth of a second', async (t) => {
    const { trail, log, lines } = trailOn(t)
    const durable = Promise.withResolvers<void>()
    log.answer = () => durable.promise
    for (let n = 0; n < 30; n++) {
      for (let m = 0; m < 1000; m++) trail.noted(refusal)
      t.mock.timers.tick(100)
      await new Promise(setImmediate)
    }
    assert.equal(log.taken.length, 500)
    durable.resolve()
    await trail.flush()
    assert.equal(log.taken.length, 6000)
    assert.deepEqual(lines, [{ name: 'audit.dropped', fields: { sink: 'database', entries: 24_000 } }])
  })
})

describe('the explanation of a refusal', () => {
  const refusal = (explain: () => string) => event({ fault: new AccessDenied('no'), explain })

  test('is made when the record is written and not before, and stands beside the record, never in it', async (t) => {
    const { trail, log } = trailOn(t)
    let made = 0
    trail.noted(refusal(() => `explanation ${++made}`))
    assert.equal(made, 0)
    await trail.flush()
    assert.deepEqual(
      log.taken.map(({ explanation }) => explanation),
      ['explanation 1'],
    )
    assert.ok(!log.taken[0]?.body.includes('explanation'))
  })

  test('that cannot be made costs no record its place: neither its own nor those beside it', async (t) => {
    const { trail, log, lines } = trailOn(t)
    trail.noted(refusal(() => 'fine'))
    trail.noted(
      refusal(() => {
        throw new Error('a bug')
      }),
    )
    await trail.flush()
    assert.deepEqual(
      log.taken.map(({ explanation }) => explanation),
      ['fine', undefined],
    )
    assert.deepEqual(
      lines.map(({ name }) => name),
      ['audit.explanation-failed'],
    )
  })

  test('of many is made in small steps, and of a flood only some are: it is not paid for twice', async (t) => {
    const { trail, log } = trailOn(t)
    let made = 0
    for (let n = 0; n < 5000; n++) trail.noted(refusal(() => String(++made)))
    const most: number[] = []
    let before = 0
    const watch = (): void => {
      most.push(made - before)
      before = made
      if (log.taken.length < 5000) setImmediate(watch)
    }
    setImmediate(watch)
    await trail.flush()
    assert.equal(log.taken.length, 5000)
    assert.equal(made, 500)
    assert.equal(log.taken.filter(({ explanation }) => explanation !== undefined).length, 500)
    assert.ok(Math.max(...most) <= 50, `${Math.max(...most)} at once`)
  })

  test('is made for an account whose requests come behind a flood of others', async (t) => {
    const { trail, log } = trailOn(t)
    for (const flooding of [SOURCE, TARGET]) {
      for (let n = 0; n < 200; n++) trail.noted({ ...refusalOf(flooding), explain: () => 'of the flood' })
    }
    for (let n = 0; n < 10; n++) trail.noted({ ...refusalOf(numbered(3)), explain: () => 'of the quiet one' })
    await trail.flush()
    assert.equal(log.taken.filter(({ explanation }) => explanation === 'of the quiet one').length, 10)
    assert.ok(log.taken.filter(({ explanation }) => explanation !== undefined).length <= 100)
  })
})

describe('throttled requests', () => {
  const throttled = (caller: Caller = CALLERS.user, service = 'sts') =>
    event({ caller, service, fault: new Throttling(1) })

  test('have one record a second for an account and service, told by the first of them, with their number', async (t) => {
    const { trail, log } = trailOn(t)
    const ask = (count: number) => {
      for (let n = 0; n < count; n++) trail.noted(throttled(n === 0 ? CALLERS.user : CALLERS.root))
    }
    ask(150)
    t.mock.timers.tick(999)
    assert.equal(log.taken.length, 0)
    t.mock.timers.tick(1)
    t.mock.timers.tick(100)
    await new Promise(setImmediate)
    ask(7)
    t.mock.timers.tick(1000)
    t.mock.timers.tick(100)
    await new Promise(setImmediate)
    assert.deepEqual(
      log.taken.map(({ body }) => JSON.parse(body).additionalEventData),
      [{ throttledRequests: 150 }, { throttledRequests: 7 }],
    )
    assert.deepEqual([log.taken[0]?.username, log.taken[0]?.errorCode], ['alice', 'Throttling'])
  })

  test('of another account and of another service are counted apart', async (t) => {
    const { trail, log } = trailOn(t)
    for (let n = 0; n < 3; n++) {
      trail.noted(throttled())
      trail.noted(throttled(CALLERS.session))
      trail.noted(throttled(CALLERS.user, 'cloudtrail'))
    }
    await trail.stop()
    assert.deepEqual(
      log.taken.map(({ account, eventSource, body }) => [account, eventSource, JSON.parse(body).additionalEventData]),
      [
        [SOURCE, 'sts.amazonaws.com', { throttledRequests: 3 }],
        [TARGET, 'sts.amazonaws.com', { throttledRequests: 3 }],
        [SOURCE, 'cloudtrail.amazonaws.com', { throttledRequests: 3 }],
      ],
    )
  })

  test('are not told earlier because somebody asks for what is noted, and are when the node stops', async (t) => {
    const { trail, log } = trailOn(t)
    for (let n = 0; n < 10; n++) {
      trail.noted(throttled())
      await trail.flush()
    }
    assert.equal(log.taken.length, 0)
    await trail.stop()
    assert.equal(log.taken.length, 1)
  })
})

describe('a record has the shape of CloudTrail', () => {
  test('the whole of it', async (t) => {
    const { body, entry } = await recordOf(t, {})
    assert.deepEqual(body, {
      eventVersion: '1.11',
      userIdentity: {
        type: 'IAMUser',
        principalId: 'AIDAALICE',
        arn: `arn:aws:iam::${SOURCE}:user/team/alice`,
        accountId: SOURCE,
        accessKeyId: 'AKIAALICE',
        userName: 'alice',
      },
      eventTime: '2026-01-01T12:00:00Z',
      eventSource: 'sts.amazonaws.com',
      eventName: 'AssumeRole',
      awsRegion: 'eu-central-1',
      sourceIPAddress: '192.0.2.7',
      userAgent: 'aws-cli/2.0',
      requestParameters: { roleArn: ROLE, roleSessionName: 'ci' },
      responseElements: { credentials: { accessKeyId: 'ASIANEW' } },
      requestID: '01234567-89ab-4cde-8f01-23456789abcd',
      eventID: entry.eventId,
      readOnly: true,
      resources: [{ ARN: ROLE, accountId: TARGET, type: 'AWS::IAM::Role' }],
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: SOURCE,
      sharedEventID: 'sharedEventID' in body && body.sharedEventID,
      eventCategory: 'Management',
    })
  })

  for (const [rule, caller, userIdentity] of [
    [
      'root is its account',
      CALLERS.root,
      {
        type: 'Root',
        principalId: SOURCE,
        arn: `arn:aws:iam::${SOURCE}:root`,
        accountId: SOURCE,
        accessKeyId: 'AKIAROOT',
      },
    ],
    [
      'a role session names the role that issued it, without its path, and when',
      CALLERS.session,
      {
        type: 'AssumedRole',
        principalId: 'AROADEPLOYER:ci',
        arn: `arn:aws:sts::${TARGET}:assumed-role/Deployer/ci`,
        accountId: TARGET,
        accessKeyId: 'ASIASESSION',
        sessionContext: {
          sessionId: 'c2Vzc2lvbg',
          sessionIssuer: {
            type: 'Role',
            principalId: 'AROADEPLOYER',
            arn: ROLE,
            accountId: TARGET,
            userName: 'Deployer',
          },
          attributes: { mfaAuthenticated: 'false', creationDate: '2026-01-01T11:30:00Z' },
        },
      },
    ],
    [
      'a session of a user says when, with what proof, and as whose deed',
      { ...CALLERS.user, accessKeyId: 'ASIASESSION', session: MARKED },
      {
        type: 'IAMUser',
        principalId: 'AIDAALICE',
        arn: `arn:aws:iam::${SOURCE}:user/team/alice`,
        accountId: SOURCE,
        accessKeyId: 'ASIASESSION',
        userName: 'alice',
        sessionContext: {
          sessionId: 'c2Vzc2lvbg',
          attributes: { mfaAuthenticated: 'true', creationDate: '2026-01-01T11:30:00Z' },
          sourceIdentity: 'alice.smith',
        },
      },
    ],
    [
      'a federated user names the user who asked for the session',
      { ...FEDERATED, issuer: { arn: CALLERS.user.arn, userName: 'alice', uniqueId: 'AIDAALICE' } },
      {
        type: 'FederatedUser',
        principalId: `${SOURCE}:bob`,
        arn: FEDERATED.arn,
        accountId: SOURCE,
        accessKeyId: 'ASIASESSION',
        sessionContext: {
          sessionId: 'c2Vzc2lvbg',
          sessionIssuer: {
            type: 'IAMUser',
            principalId: 'AIDAALICE',
            arn: CALLERS.user.arn,
            accountId: SOURCE,
            userName: 'alice',
          },
          attributes: { mfaAuthenticated: 'false', creationDate: '2026-01-01T11:30:00Z' },
        },
      },
    ],
    [
      'a federated user for whom root asked names root',
      FEDERATED,
      {
        type: 'FederatedUser',
        principalId: `${SOURCE}:bob`,
        arn: FEDERATED.arn,
        accountId: SOURCE,
        accessKeyId: 'ASIASESSION',
        sessionContext: {
          sessionId: 'c2Vzc2lvbg',
          sessionIssuer: { type: 'Root', principalId: SOURCE, arn: CALLERS.root.arn, accountId: SOURCE },
          attributes: { mfaAuthenticated: 'false', creationDate: '2026-01-01T11:30:00Z' },
        },
      },
    ],
    ['the operator is nobody in any account', CALLERS.operator, { type: 'RolecallOperator' }],
  ] as const) {
    test(rule, async (t) => {
      const { body } = await recordOf(t, { caller })
      assert.deepEqual('userIdentity' in body && body.userIdentity, userIdentity)
    })
  }

  test('a refusal has its code and text, what was asked, and no response', async (t) => {
    const fault = new AccessDenied('not you', { detail: 'trust policy of the other account' })
    const { body, entry } = await recordOf(t, { fault })
    assert.partialDeepStrictEqual(body, {
      errorCode: 'AccessDenied',
      errorMessage: 'not you',
      requestParameters: { roleArn: ROLE, roleSessionName: 'ci' },
      responseElements: null,
    })
    assert.ok(!entry.body.includes('trust policy of the other account'))
    assert.equal(entry.errorCode, 'AccessDenied')
  })

  test('a parameter that no legal request has is omitted, its size is told, and what has a name keeps it', async (t) => {
    const policyArns = Array.from({ length: 40 }, (_, index) => `arn:aws:iam::aws:policy/${index}${'x'.repeat(100)}`)
    const requestParameters = {
      userName: 'alice',
      policyArn: `arn:aws:iam::aws:policy/${'x'.repeat(2_000)}`,
      policyDocument: 'x'.repeat(40_000),
      policyArns,
      principalTags: { team: 'core', long: 'x'.repeat(3_000) },
    }
    const { body, entry } = await recordOf(t, { details: { requestParameters } })
    assert.ok(entry.body.length < 5000)
    const omitted = (originalSize: number) => ({ omitted: true, originalSize, reason: 'payload size exceeded' })
    assert.deepEqual('requestParameters' in body && body.requestParameters, {
      ...requestParameters,
      policyDocument: omitted(40_002),
      policyArns: omitted(JSON.stringify(policyArns).length),
      principalTags: { team: 'core', long: omitted(3_002) },
    })
  })

  for (const [service, eventName, readOnly] of [
    ['sts', 'AssumeRole', true],
    ['sts', 'GetSessionToken', true],
    ['iam', 'CreateUser', false],
    ['iam', 'ListUsers', true],
    ['cloudtrail', 'LookupEvents', true],
    ['rolecall', 'ApplyDirectory', false],
  ] as const) {
    test(`${service}:${eventName} ${readOnly ? 'reads' : 'writes'}`, async (t) => {
      const { body, entry } = await recordOf(t, { service, eventName })
      assert.equal('readOnly' in body && body.readOnly, readOnly)
      assert.equal(entry.readOnly, readOnly)
    })
  }

  test('a failure of ours says nothing of its cause', async (t) => {
    const { entry } = await recordOf(t, { fault: new InternalFailure(new Error('secret path /etc/x')) })
    assert.ok(!entry.body.includes('/etc/x'))
  })

  test('what has no parameters and no response has null in their place', async (t) => {
    const { body } = await recordOf(t, { details: {} })
    assert.partialDeepStrictEqual(body, { requestParameters: null, responseElements: null })
    assert.ok(!('resources' in body))
  })

  test('what the operator does belongs to no account, no region and no address', async (t) => {
    const facts = { ...event().facts, sourceIp: undefined, userAgent: undefined }
    const parts = {
      caller: CALLERS.operator,
      service: 'rolecall',
      eventName: 'ApplyDirectory',
      region: undefined,
      facts,
    }
    const { body, entry } = await recordOf(t, parts)
    assert.partialDeepStrictEqual(body, { eventSource: 'rolecall', eventName: 'ApplyDirectory' })
    for (const name of ['awsRegion', 'sourceIPAddress', 'userAgent', 'recipientAccountId'])
      assert.ok(!(name in body), name)
    assert.deepEqual([entry.account, entry.accessKeyId, entry.principalArn], ['', undefined, undefined])
  })

  test('what it is found by stands beside it', async (t) => {
    const { entry } = await recordOf(t, { caller: CALLERS.session })
    const { eventId: _, body: __, ...found } = entry
    assert.deepEqual(found, {
      eventTime: Date.UTC(2026, 0, 1, 12, 0, 0, 999),
      account: TARGET,
      eventSource: 'sts.amazonaws.com',
      eventName: 'AssumeRole',
      username: 'ci',
      accessKeyId: 'ASIASESSION',
      principalArn: ROLE,
      readOnly: true,
      errorCode: undefined,
      resources: [{ type: 'AWS::IAM::Role', name: ROLE }],
      explanation: undefined,
    })
  })
})
