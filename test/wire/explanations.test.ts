import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { DirectoryInput } from '../../src/index.ts'
import { startTestBroker, type TestBroker } from '../../src/testing/index.ts'
import { readXml } from '../engines/wire/read-xml.ts'
import { policy, type Statement } from './cast.ts'
import {
  type Credentials,
  formPost,
  type Params,
  queryGet,
  type Signing,
  send,
  sign,
  type WireAnswer,
} from './wire-client.ts'

const [SOURCE, TARGET, OUTSIDE] = ['111111111111', '222222222222', '333333333333']
const DAY = 86_400_000

const named = (PolicyName: string, ...statements: readonly Statement[]) => ({
  PolicyName,
  PolicyDocument: policy(...statements),
})
const allow = (Action: string, more: Statement = {}) => ({ Effect: 'Allow', Action, Resource: '*', ...more })
const deny = (Action: string, more: Statement = {}) => ({ ...allow(Action, more), Effect: 'Deny' })
const trust = (AWS: string, more: Statement = {}) => ({
  Effect: 'Allow',
  Principal: { AWS },
  Action: 'sts:AssumeRole',
  ...more,
})
const external = (id: string) => ({ Condition: { StringEquals: { 'sts:ExternalId': id } } })
const user = (UserName: string, ...statements: readonly Statement[]) => ({
  UserName,
  AccessKeys: [{}],
  Policies: statements.length === 0 ? [] : [named('own-policy', ...statements)],
})
const ofTeam = { Condition: { StringEquals: { 'aws:ResourceTag/team': 'core' } } }

const USERS = [
  user('all', allow('*')),
  user('none'),
  user('denied', allow('*'), deny('sts:AssumeRole', { Sid: 'SidOfTheCaller' })),
  user('by-tag', allow('sts:*', ofTeam)),
  user('not-by-tag', allow('*'), deny('sts:AssumeRole', ofTeam)),
  user('by-external', allow('sts:*', { Sid: 'SidOfTheCaller', ...external('id-of-the-caller') })),
  user(
    'by-variable',
    allow('sts:*', { Condition: { StringEquals: { 'sts:RoleSessionName': `x-$\{sts:ExternalId}-y` } } }),
  ),
  user('bounded', allow('*')),
]
const READER = user('reader', allow('sts:DecodeAuthorizationMessage'))
const TRUSTS: Readonly<Record<string, readonly Statement[]>> = {
  Closed: [trust(TARGET, { Sid: 'SidOfTheRole' })],
  Refusing: [{ ...trust('*', { Sid: 'SidOfTheRole' }), Effect: 'Deny' }],
  External: [trust('*', { Sid: 'SidOfTheRole', ...external('id-of-the-role') })],
  Team: [trust('*', { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'tag-of-the-caller' } } })],
}
const DIRECTORY: DirectoryInput = {
  Accounts: [
    {
      Id: SOURCE,
      Root: { AccessKeys: [{}] },
      ManagedPolicies: [{ ManagedPolicyName: 'limit', PolicyDocument: policy(allow('s3:*')) }],
      Users: [
        ...USERS.map((each) =>
          each.UserName === 'bounded'
            ? { ...each, PermissionsBoundary: `arn:aws:iam::${SOURCE}:policy/limit` }
            : { ...each, Tags: [{ Key: 'team', Value: 'other' }] },
        ),
        READER,
      ],
    },
    {
      Id: TARGET,
      Users: [...USERS, READER],
      Roles: Object.entries(TRUSTS).map(([RoleName, statements]) => ({
        RoleName,
        AssumeRolePolicyDocument: policy(...statements),
        Tags: [{ Key: 'team', Value: 'core' }],
      })),
    },
    { Id: OUTSIDE, Root: { AccessKeys: [{}] }, Users: [READER] },
  ],
}

let broker: TestBroker
before(async () => {
  broker = await startTestBroker({ directory: DIRECTORY })
})
after(() => broker.stop())

interface How {
  readonly at?: TestBroker
  readonly credentials?: Credentials
  readonly signing?: Signing
  readonly get?: boolean
}

async function ask(by: string, params: Params, { at = broker, credentials, signing, get }: How = {}) {
  const { host } = new URL(at.endpoint)
  const all = { Version: '2011-06-15', ...params }
  const request = get ? queryGet(host, all) : formPost(host, all)
  return await send(at.endpoint, await sign(request, credentials ?? (await at.as(by)).credentials, signing))
}

const assume = (role: string, more: Params = {}): Params => ({
  Action: 'AssumeRole',
  RoleArn: `arn:aws:iam::${TARGET}:role/${role}`,
  RoleSessionName: 'session',
  ...more,
})

function messageOf({ headers }: WireAnswer): string {
  const message = headers['x-rolecall-explanation']
  assert.equal(typeof message, 'string', 'a denial is explained')
  return String(message)
}

async function denied(by: string, params: Params, how: How = {}): Promise<string> {
  const answer = await ask(by, params, how)
  assert.equal(answer.status, 403, answer.body)
  return messageOf(answer)
}

function decode(by: string, EncodedMessage: string, how: How = {}): Promise<WireAnswer> {
  return ask(by, { Action: 'DecodeAuthorizationMessage', EncodedMessage }, how)
}

/** What is decoded, byte by byte. */
async function decoded(by: string, message: string): Promise<string> {
  const answer = await decode(by, message)
  assert.equal(answer.status, 200, answer.body)
  const text = readXml(answer.body).children[0]?.children.find(({ name }) => name === 'DecodedMessage')?.text
  return text ?? ''
}

const endings = (text: string): readonly string[] => JSON.parse(text).rolecall.changes

describe('who is told why', () => {
  test('nobody who did not prove who they are, and nobody whose request fails for another reason', async () => {
    const { credentials } = await broker.as(`${SOURCE}/all`)
    const forged = { credentials: { ...credentials, secretAccessKey: 'a-guess' } }
    for (const answer of [
      await ask(`${SOURCE}/all`, assume('Closed'), forged),
      await ask(`${SOURCE}/all`, assume('Closed', { RoleSessionName: '?' })),
      await ask(`${SOURCE}/all`, { Action: 'GetCallerIdentity' }),
      await ask(`${SOURCE}/all`, { Action: 'Nothing' }),
      await decode(`${SOURCE}/reader`, 'AAAA'),
    ]) {
      assert.ok(!('x-rolecall-explanation' in answer.headers), answer.body)
    }
  })

  test('everybody who is denied, in as many letters whatever the reason: by policy, by rule, as a presigned URL', async () => {
    const messages = [
      await denied(`${SOURCE}/all`, assume('Absent')),
      await denied(`${SOURCE}/all`, assume('Closed')),
      await denied(`${SOURCE}/none`, assume('Closed')),
      await denied(`${SOURCE}/denied`, assume('External', { ExternalId: 'e'.repeat(1224) })),
      await denied(`${TARGET}/all`, assume('Absent')),
      await denied(`${SOURCE}/all`, { ...assume('x'), RoleArn: 'arn:aws:iam::9:role/x' }),
      await denied(`arn:aws:iam::${SOURCE}:root`, assume('Closed')),
      await denied(`${SOURCE}/all`, assume('Closed'), { get: true, signing: { presigned: true } }),
      await denied(`${SOURCE}/none`, { Action: 'DecodeAuthorizationMessage', EncodedMessage: 'AAAA' }),
    ]
    assert.deepEqual(new Set(messages.map(({ length }) => length)).size, 1)
    assert.ok((messages[0]?.length ?? 0) <= 1024)
    assert.equal(new Set(messages).size, messages.length)
  })
})

/** Changes a message. */
type Change = (message: string) => string

const flipped =
  (at: number): Change =>
  (message) => {
    const bytes = Buffer.from(message, 'base64url')
    const place = at < 0 ? bytes.length + at : at
    bytes[place] = (bytes[place] ?? 0) ^ 1
    return bytes.toString('base64url')
  }

const FORGED: Readonly<Record<string, Change>> = {
  'garbage is refused': () => 'garbage',
  'a session token is refused': () => `${'eyJ'.repeat(40)}..a.b.c`,
  'the same in lower case is refused': (message) => message.toLowerCase(),
  'a flipped bit of the version is refused': flipped(0),
  'a flipped bit of the key’s name is refused': flipped(3),
  'a flipped bit of the nonce is refused': flipped(20),
  'a flipped bit of the content is refused': flipped(40),
  'a flipped bit of the seal is refused': flipped(-1),
  'a message that was cut is refused': (message) => message.slice(0, -1),
  'a message with something behind it is refused': (message) => `${message}AA`,
  'a message in padded base64 is refused': (message) => `${message}=`,
  'two messages are none': (message) => message + message,
  'the longest message that is none is refused': () => 'A'.repeat(10_240),
}

function notValid({ status, fault }: WireAnswer): void {
  assert.deepEqual(
    { status, code: fault?.code, message: fault?.message },
    { status: 400, code: 'InvalidAuthorizationMessageException', message: 'Message is not valid' },
  )
}

describe('what cannot be decoded is answered in the same words, whatever the reason', () => {
  for (const [rule, change] of Object.entries(FORGED)) {
    test(rule, async () => {
      const message = await denied(`${SOURCE}/all`, assume('Closed'))
      notValid(await decode(`${SOURCE}/reader`, change(message)))
      assert.ok(await decoded(`${SOURCE}/reader`, message), 'the message itself is decoded')
    })
  }

  test('a message of another broker is refused, with the same directory too', async () => {
    await using elsewhere = await startTestBroker({ directory: DIRECTORY })
    notValid(await decode(`${SOURCE}/reader`, await denied(`${SOURCE}/all`, assume('Closed'), { at: elsewhere })))
  })

  test('a stranger to both accounts is refused, who holds the very message', async () => {
    const message = await denied(`${SOURCE}/all`, assume('Closed'))
    notValid(await decode(`${OUTSIDE}/reader`, message))
    notValid(await decode(`arn:aws:iam::${OUTSIDE}:root`, message))
  })

  test('the account of a role is a stranger to what its callers ask within their own', async () => {
    notValid(await decode(`${TARGET}/reader`, await denied(`${SOURCE}/none`, decodeParams())))
  })

  test('after a day it is refused, and not before', async () => {
    await using own = await startTestBroker({ directory: DIRECTORY })
    const message = await denied(`${SOURCE}/all`, assume('Closed'), { at: own })
    own.clock.advance(DAY - 60_000)
    assert.equal((await decode(`${SOURCE}/reader`, message, { at: own })).status, 200)
    own.clock.advance(60_000)
    notValid(await decode(`${SOURCE}/reader`, message, { at: own }))
  })
})

function decodeParams(EncodedMessage = 'AAAA'): Params {
  return { Action: 'DecodeAuthorizationMessage', EncodedMessage }
}

describe('who may decode', () => {
  test('nobody without the permission, in AWS’s words, without a resource, with an explanation', async () => {
    const answer = await decode(`${SOURCE}/none`, await denied(`${SOURCE}/none`, assume('Closed')))
    assert.deepEqual([answer.status, answer.fault?.code], [403, 'AccessDenied'])
    assert.equal(
      answer.fault?.message,
      `User: arn:aws:iam::${SOURCE}:user/none is not authorized to perform: sts:DecodeAuthorizationMessage because no identity-based policy allows the sts:DecodeAuthorizationMessage action`,
    )
    const text = await decoded(`${SOURCE}/reader`, messageOf(answer))
    assert.deepEqual(endings(text), [
      'Allow sts:DecodeAuthorizationMessage on * in an identity-based policy of user none',
    ])
  })

  test('a message has 1 to 10,240 characters', async () => {
    for (const [message, words] of [
      [
        '',
        "Value '' at 'encodedMessage' failed to satisfy constraint: Member must have length greater than or equal to 1",
      ],
      ['A'.repeat(10_241), 'failed to satisfy constraint: Member must have length less than or equal to 10240'],
    ] as const) {
      const { status, fault } = await decode(`${SOURCE}/reader`, message)
      assert.deepEqual([status, fault?.code], [400, 'ValidationError'])
      assert.ok(fault?.message?.includes(words), fault?.message)
    }
    const { fault } = await ask(`${SOURCE}/reader`, { Action: 'DecodeAuthorizationMessage' })
    assert.equal(fault?.code, 'ValidationError')
  })

  test('credentials of GetSessionToken are not taken, and root’s long-term key is', async () => {
    const message = await denied(`${SOURCE}/all`, assume('Closed'))
    assert.ok(await decoded(`arn:aws:iam::${SOURCE}:root`, message))
    const { body } = await ask(`${SOURCE}/reader`, { Action: 'GetSessionToken' })
    const textOf = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1] ?? ''
    const credentials = {
      accessKeyId: textOf('AccessKeyId'),
      secretAccessKey: textOf('SecretAccessKey'),
      sessionToken: textOf('SessionToken'),
    }
    const { fault } = await decode(`${SOURCE}/reader`, message, { credentials })
    assert.equal(fault?.code, 'InvalidClientTokenId')
  })
})

/** What is decoded, without the request's own id, time and role. */
function essence(text: string, role: string): string {
  const { requestId, time } = JSON.parse(text).rolecall
  return text.replaceAll(requestId, '').replaceAll(time, '').replaceAll(`role/${role}`, 'role/')
}

describe('the caller’s side', () => {
  for (const { UserName } of USERS) {
    test(`of ${UserName} learns nothing of a role: one that is not there reads like any other`, async () => {
      const asked = assume('Absent', { ExternalId: 'id-that-was-sent' })
      const missing = essence(await decoded(`${SOURCE}/reader`, await denied(`${SOURCE}/${UserName}`, asked)), 'Absent')
      for (const role of Object.keys(TRUSTS)) {
        const message = await denied(`${SOURCE}/${UserName}`, {
          ...asked,
          ...assume(role),
          ExternalId: 'id-that-was-sent',
        })
        assert.equal(essence(await decoded(`${SOURCE}/reader`, message), role), missing)
      }
      for (const secret of ['of-the-role', 'SidOfTheRole', 'id-that-was-sent', 'id-of-the-caller', 'trust', 'role"']) {
        assert.ok(!missing.includes(secret), `${missing} tells ${secret}`)
      }
    })
  }

  const OWN: readonly (readonly [UserName: string, explicitDeny: boolean, changes: readonly string[]])[] = [
    ['all', false, []],
    [
      'none',
      false,
      [`Allow sts:AssumeRole on arn:aws:iam::${TARGET}:role/Closed in an identity-based policy of user none`],
    ],
    [
      'denied',
      true,
      [
        `Remove the Deny in statement "SidOfTheCaller" of the identity-based policy arn:aws:iam::${SOURCE}:user/denied/own-policy`,
      ],
    ],
    [
      'bounded',
      false,
      [`Allow sts:AssumeRole on arn:aws:iam::${TARGET}:role/Closed in the permissions boundary of user bounded`],
    ],
    [
      'by-tag',
      false,
      [
        `Meet the condition of statement 1 of the identity-based policy arn:aws:iam::${SOURCE}:user/by-tag/own-policy, or change it: StringEquals aws:ResourceTag/team "core" (only the other account knows it)`,
      ],
    ],
    [
      'by-external',
      false,
      [
        `Meet the condition of statement "SidOfTheCaller" of the identity-based policy arn:aws:iam::${SOURCE}:user/by-external/own-policy, or change it: StringEquals sts:ExternalId "****" (it is "****")`,
      ],
    ],
  ]
  for (const [UserName, explicitDeny, changes] of OWN) {
    test(`of ${UserName} is told what would have to change on that side`, async () => {
      const message = await denied(`${SOURCE}/${UserName}`, assume('Closed', { ExternalId: 'id-that-was-sent' }))
      const text = await decoded(`${SOURCE}/reader`, message)
      const content = JSON.parse(text)
      assert.equal(content.allowed, false)
      assert.equal(content.explicitDeny, explicitDeny)
      assert.equal(content.matchedStatements.items.length, explicitDeny ? 1 : 0)
      assert.equal(content.rolecall.side, 'caller')
      const other =
        changes.length === 0
          ? `Account ${TARGET} has to allow it: why it does not is for its own administrators to see.`
          : `Account ${TARGET} has to allow it, too: whether it does is for its own administrators to see.`
      assert.deepEqual(content.rolecall.changes, [...changes, other])
    })
  }

  test('does not learn an external id that a policy’s variable puts into another value, however long it is', async () => {
    for (const [length, ExternalId] of [0, 250, 1224].map((each) => [each, 'secret'.padEnd(each, 'x')] as const)) {
      const message = await denied(`${SOURCE}/by-variable`, assume('Closed', { ExternalId }))
      const text = await decoded(`${SOURCE}/reader`, message)
      assert.ok(text.includes('x-****-y') || text.includes(`x-$\{sts:ExternalId}-y`), text)
      assert.ok(!text.includes('secret'), `of ${length} characters: ${text}`)
    }
  })

  test('says when it cannot be told which side refuses: a policy asks for what only the other account knows', async () => {
    const text = await decoded(`${SOURCE}/reader`, await denied(`${SOURCE}/not-by-tag`, assume('Closed')))
    assert.equal(
      JSON.parse(text).rolecall.because,
      `account ${TARGET} does not allow it, or a policy here that asks for aws:resourcetag/team does not: only account ${TARGET} knows these values`,
    )
  })
})

describe('the resource’s side', () => {
  for (const { UserName } of USERS) {
    test(`sees of ${UserName} what the request carried, and no policy`, async () => {
      const message = await denied(`${SOURCE}/${UserName}`, assume('External', { ExternalId: 'id-that-was-sent' }))
      const text = await decoded(`${TARGET}/reader`, message)
      for (const secret of [
        'own-policy',
        'SidOfTheCaller',
        'id-of-the-caller',
        'policy/limit',
        'identity',
        'boundary',
      ]) {
        assert.ok(!text.includes(secret), `${text} tells ${secret}`)
      }
      const { context, rolecall } = JSON.parse(text)
      assert.equal(context.principal.arn, `arn:aws:iam::${SOURCE}:user/${UserName}`)
      assert.equal(rolecall.side, 'resource')
      assert.deepEqual(rolecall.changes, [
        'Meet the condition of statement "SidOfTheRole" of the role trust policy, or change it: StringEquals sts:ExternalId "id-of-the-role" (it is "id-that-was-sent")',
        `Account ${SOURCE} has to allow it, too: whether it does is for its own administrators to see.`,
      ])
    })
  }

  test('sees that there is no such role, that it denies, that it trusts others, or that all is well on its side', async () => {
    for (const [role, because] of [
      ['Absent', `there is no role arn:aws:iam::${TARGET}:role/Absent`],
      ['Refusing', 'the role trust policy (statement "SidOfTheRole") denies it'],
      ['Closed', `the role trust policy allows it to others, not to arn:aws:iam::${SOURCE}:user/all`],
      [
        'Team',
        'the role trust policy would allow it if aws:PrincipalTag/team were "tag-of-the-caller" (it is "other")',
      ],
    ] as const) {
      const text = await decoded(`${TARGET}/reader`, await denied(`${SOURCE}/all`, assume(role)))
      assert.equal(JSON.parse(text).rolecall.because, because)
    }
    const text = await decoded(
      `${TARGET}/reader`,
      await denied(`${SOURCE}/none`, assume('External', { ExternalId: 'id-of-the-role' })),
    )
    const { because, changes } = JSON.parse(text).rolecall
    assert.equal(because, `nothing in account ${TARGET} refuses it: account ${SOURCE} does not allow it`)
    assert.deepEqual(changes, [
      `Account ${SOURCE} has to allow it: why it does not is for its own administrators to see.`,
    ])
  })
})

describe('CloudTrail', () => {
  async function lookUp(by: string): Promise<WireAnswer> {
    const { host } = new URL(broker.endpoint)
    const headers = {
      host,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents',
    }
    const request = { method: 'POST', target: '/', headers, body: '{}' }
    const { credentials } = await broker.as(by)
    return await send(broker.endpoint, await sign(request, credentials, { service: 'cloudtrail' }))
  }

  test('a denial in its protocol is explained, too', async () => {
    const answer = await lookUp(`${SOURCE}/none`)
    assert.equal(answer.status, 400)
    assert.deepEqual(endings(await decoded(`${SOURCE}/reader`, messageOf(answer))), [
      'Allow cloudtrail:LookupEvents on * in an identity-based policy of user none',
    ])
  })

  test('shows no explanation in the events of any account: the other side’s policies stand in them', async () => {
    const message = await denied(`${SOURCE}/all`, assume('External', { ExternalId: 'id-that-was-sent' }))
    assert.ok((await decoded(`${TARGET}/reader`, message)).includes('SidOfTheRole'))
    const { status, body } = await lookUp(`${SOURCE}/all`)
    assert.equal(status, 200)
    assert.ok(body.includes('AssumeRole') && body.includes('AccessDenied'))
    for (const secret of ['SidOfTheRole', message]) assert.ok(!body.includes(secret))
  })
})

describe('within one account', () => {
  test('everything is seen, external ids too, and every change that is needed is named', async () => {
    const message = await denied(`${TARGET}/denied`, assume('External', { ExternalId: 'id-that-was-sent' }))
    const { context, rolecall, explicitDeny } = JSON.parse(await decoded(`${TARGET}/reader`, message))
    assert.equal(rolecall.side, 'both')
    assert.equal(explicitDeny, true)
    assert.deepEqual(rolecall.changes, [
      `Remove the Deny in statement "SidOfTheCaller" of the identity-based policy arn:aws:iam::${TARGET}:user/denied/own-policy`,
      'Meet the condition of statement "SidOfTheRole" of the role trust policy, or change it: StringEquals sts:ExternalId "id-of-the-role" (it is "id-that-was-sent")',
    ])
    const carried = context.conditions.items.find(({ key }: { key: string }) => key === 'sts:ExternalId')
    assert.deepEqual(carried.values.items, [{ value: 'id-that-was-sent' }])
  })

  test('a rule that no policy can change is said to be one', async () => {
    const message = await denied(`arn:aws:iam::${SOURCE}:root`, assume('Closed'))
    const { rolecall, context } = JSON.parse(await decoded(`${SOURCE}/reader`, message))
    assert.equal(rolecall.because, 'whatever policies say: Roles may not be assumed by root accounts.')
    assert.deepEqual(rolecall.changes, [
      'No policy can allow it: send another request, or sign it with other credentials.',
    ])
    assert.equal(context.resource, `arn:aws:iam::${TARGET}:role/Closed`)
  })
})

describe('the operator', () => {
  const explain = (input: unknown) =>
    fetch(`${broker.addresses.admin}/operations/ExplainRefusal`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${broker.operatorToken}` },
      body: JSON.stringify(input),
    })

  test('is told when there is nothing to explain', async () => {
    const granted = await ask(`${SOURCE}/all`, { Action: 'GetCallerIdentity' })
    const invalid = await ask(`${SOURCE}/all`, assume('Closed', { RoleSessionName: '?' }))
    for (const [input, status, says] of [
      [{}, 400, /Send \{"message"/],
      [{ message: 'a', requestId: 'b' }, 400, /Send \{"message"/],
      [{ message: 1 }, 400, /Send \{"message"/],
      [{ requestId: 'x' }, 400, /UUID/],
      [{ message: 'AAAA' }, 404, /not one that this broker sealed/],
      [{ requestId: '01234567-89ab-4cde-8f01-23456789abcd' }, 404, /No refusal of request/],
      [{ requestId: granted.headers['x-amzn-requestid'] }, 404, /No refusal of request/],
      [{ requestId: invalid.headers['x-amzn-requestid'] }, 404, /ended in ValidationError, and no explanation/],
    ] as const) {
      const answer = await explain(input)
      assert.equal(answer.status, status, JSON.stringify(input))
      assert.match(JSON.parse(await answer.text()).Error.Message, says)
    }
  })

  test('is not told of another request whose tag has the id for its value', async () => {
    const requestId = String((await ask(`${SOURCE}/none`, assume('Refusing'))).headers['x-amzn-requestid'])
    const decoy = { 'Tags.member.1.Key': 'requestID', 'Tags.member.1.Value': requestId }
    await ask(`${SOURCE}/none`, assume('Absent', decoy))
    const explained = JSON.parse(await (await explain({ requestId })).text())
    assert.deepEqual([explained.requestId, explained.resource], [requestId, `arn:aws:iam::${TARGET}:role/Refusing`])
  })

  test('sees both sides and every value, by message and by request id, also when a day has passed', async () => {
    const answer = await ask(`${SOURCE}/none`, assume('External', { ExternalId: 'id-that-was-sent' }))
    broker.clock.advance(2 * DAY)
    const requestId = String(answer.headers['x-amzn-requestid'])
    for (const input of [{ message: messageOf(answer) }, { requestId }]) {
      const explained = JSON.parse(await (await explain(input)).text())
      assert.equal(explained.requestId, requestId)
      assert.equal(explained.refusal, answer.fault?.message)
      assert.deepEqual(explained.changes, [
        'Meet the condition of statement "SidOfTheRole" of the role trust policy, or change it: StringEquals sts:ExternalId "id-of-the-role" (it is "id-that-was-sent")',
        `Allow sts:AssumeRole on arn:aws:iam::${TARGET}:role/External in an identity-based policy of user none`,
      ])
    }
  })
})
