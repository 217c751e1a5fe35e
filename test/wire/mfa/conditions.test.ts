import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { DirectoryInput } from '../../../src/index.ts'
import { Secret } from '../../../src/model/index.ts'
import { cheapPasswords } from '../../cheap-passwords.ts'
import { policy, SOURCE, type Statement } from '../cast.ts'
import { credentialsIn } from '../stage.ts'
import type { Credentials, Params } from '../wire-client.ts'
import { ANYBODY, deviceArn, devices, type MfaSetting, mfaSetting, role } from './setting.ts'

cheapPasswords()

const PRESENT = 'aws:MultiFactorAuthPresent'
const AGE = 'aws:MultiFactorAuthAge'
const only = (Condition: Statement): readonly Statement[] => [{ ...ANYBODY, Condition }]
const unless = (Condition: Statement): readonly Statement[] => [ANYBODY, { ...ANYBODY, Effect: 'Deny', Condition }]

/** Trust policies by what they ask for; the columns of the table, in this order. */
const CONDITIONS: Readonly<Record<string, readonly Statement[]>> = {
  'Bool true': only({ Bool: { [PRESENT]: 'true' } }),
  'Bool false': only({ Bool: { [PRESENT]: 'false' } }),
  'BoolIfExists true': only({ BoolIfExists: { [PRESENT]: 'true' } }),
  'BoolIfExists false': only({ BoolIfExists: { [PRESENT]: 'false' } }),
  'Null Present true': only({ Null: { [PRESENT]: 'true' } }),
  'Null Present false': only({ Null: { [PRESENT]: 'false' } }),
  'Null Age true': only({ Null: { [AGE]: 'true' } }),
  'Null Age false': only({ Null: { [AGE]: 'false' } }),
  'Age less than 300': only({ NumericLessThan: { [AGE]: '300' } }),
  'Age less than 300, IfExists': only({ NumericLessThanIfExists: { [AGE]: '300' } }),
  'Deny on Bool false': unless({ Bool: { [PRESENT]: 'false' } }),
  'Deny on BoolIfExists false': unless({ BoolIfExists: { [PRESENT]: 'false' } }),
  'Deny on age of 300 and more': unless({ NumericGreaterThanEquals: { [AGE]: '300' } }),
}

/** Who signs, and with what. */
interface Signed {
  readonly credentials: Credentials
  /** The code that comes with the request. */
  readonly params?: Params
}

/** One row: how the credentials come about, and whether each condition lets them in (`+`) or not (`.`). */
interface Row {
  readonly row: string
  readonly admits: string
  readonly sign: (on: MfaSetting) => Promise<Signed>
}

const alice = (on: MfaSetting) => on.longTerm('alice')
const withMfa = async (on: MfaSetting) => await on.token(await alice(on), on.offer('alice'))
const MINUTE = 60_000

/** What was answered. */
interface Outcome {
  readonly status: number
  readonly code: string | undefined
}

const LET_IN: Outcome = { status: 200, code: undefined }
const REFUSED: Outcome = { status: 403, code: 'AccessDenied' }

/** The session that a grant of AssumeRole gives. */
async function assumed(on: MfaSetting, by: Credentials, params: Params = {}): Promise<Credentials> {
  return credentialsIn(await on.assume(by, 'Open', params))
}

//                                                          Bool  IfEx  Null  Age   <300  Deny
//                                                          t f   t f   P P   t f   . if  B BIE age
const ABSENT = '. . + + + . + . . + + . +'
const FALSE = '. + . + . + + . . + . . +'
const JUST_NOW = '+ . + . . + . + + + + + +'
const LONG_AGO = '+ . + . . + . + . . + + .'

const ROWS: readonly Row[] = [
  { row: 'a long-term key', admits: ABSENT, sign: async (on) => ({ credentials: await alice(on) }) },
  {
    row: 'a long-term key and a code',
    admits: JUST_NOW,
    sign: async (on) => ({ credentials: await alice(on), params: on.offer('alice') }),
  },
  {
    row: 'a long-term key and a code of a hardware device',
    admits: JUST_NOW,
    sign: async (on) => ({
      credentials: await alice(on),
      params: { SerialNumber: 'GAHT12345678', TokenCode: on.code('token') },
    }),
  },
  {
    row: 'GetSessionToken without MFA',
    admits: FALSE,
    sign: async (on) => ({ credentials: await on.token(await alice(on)) }),
  },
  {
    row: 'GetSessionToken without MFA, and a code',
    admits: JUST_NOW,
    sign: async (on) => ({ credentials: await on.token(await alice(on)), params: on.offer('alice') }),
  },
  { row: 'GetSessionToken with MFA', admits: JUST_NOW, sign: async (on) => ({ credentials: await withMfa(on) }) },
  {
    row: 'GetSessionToken with MFA, 299 seconds later',
    admits: JUST_NOW,
    sign: async (on) => {
      const credentials = await withMfa(on)
      on.advance(299_000)
      return { credentials }
    },
  },
  {
    row: 'GetSessionToken with MFA, five minutes later',
    admits: LONG_AGO,
    sign: async (on) => {
      const credentials = await withMfa(on)
      on.advance(5 * MINUTE)
      return { credentials }
    },
  },
  {
    row: 'GetSessionToken with MFA, ten minutes later, and a code',
    admits: JUST_NOW,
    sign: async (on) => {
      const credentials = await withMfa(on)
      on.advance(10 * MINUTE)
      return { credentials, params: on.offer('alice') }
    },
  },
  {
    row: 'a role session that was asked for with a code',
    admits: FALSE,
    sign: async (on) => ({ credentials: await assumed(on, await alice(on), on.offer('alice')) }),
  },
  {
    row: 'a role session that was asked for with MFA of GetSessionToken',
    admits: FALSE,
    sign: async (on) => ({ credentials: await assumed(on, await withMfa(on)) }),
  },
  {
    row: 'a role session of a role session',
    admits: FALSE,
    sign: async (on) => {
      const first = await assumed(on, await alice(on), on.offer('alice'))
      return { credentials: await assumed(on, first) }
    },
  },
  {
    row: 'a session of a web identity',
    admits: FALSE,
    sign: async (on) => ({
      credentials: await on.sessionFrom(`arn:aws:iam::${SOURCE}:oidc-provider/idp.example.com`),
    }),
  },
  {
    row: 'a session of a SAML assertion',
    admits: FALSE,
    sign: async (on) => ({ credentials: await on.sessionFrom(`arn:aws:iam::${SOURCE}:saml-provider/corp`) }),
  },
]

const PASSWORD = 'correct-Horse-7-battery'
const mayAll = { PolicyName: 'all', PolicyDocument: policy({ Effect: 'Allow', Action: '*', Resource: '*' }) }
const names = Object.keys(CONDITIONS)
const roleName = (condition: string) => condition.replaceAll(/[^A-Za-z0-9]+/g, '-')

const DIRECTORY: DirectoryInput = {
  Accounts: [
    {
      Id: SOURCE,
      Users: [
        { UserName: 'bob', Policies: [mayAll], LoginProfile: { Password: PASSWORD } },
        {
          UserName: 'alice',
          Policies: [mayAll],
          AccessKeys: [{}],
          LoginProfile: { Password: PASSWORD },
          VirtualMFADevices: [
            ...devices(['alice']),
            { SerialNumber: 'GAHT12345678', Base32StringSeed: devices(['token'])[0]?.Base32StringSeed },
          ],
        },
      ],
      Roles: [
        role('Open', [ANYBODY]),
        ...Object.entries(CONDITIONS).map(([name, trust]) => role(roleName(name), trust)),
      ],
    },
  ],
}

describe('whom a condition about MFA lets in', () => {
  let on: MfaSetting
  before(async () => {
    on = await mfaSetting(DIRECTORY)
  })
  after(() => on[Symbol.asyncDispose]())

  for (const { row, admits, sign } of ROWS) {
    const cells = admits.split(' ')
    assert.equal(cells.length, names.length)
    for (const [index, condition] of names.entries()) {
      test(`${condition}: ${row} is ${cells[index] === '+' ? 'let in' : 'refused'}`, async () => {
        on.nextCode()
        const { credentials, params } = await sign(on)
        const { status, fault } = await on.assume(credentials, roleName(condition), params)
        assert.deepEqual({ status, code: fault?.code }, cells[index] === '+' ? LET_IN : REFUSED)
      })
    }
  }
})

/** Whoever signs in to the console asks for the role there. */
async function inConsole(on: MfaSetting, condition: string, userName: string, later = 0): Promise<Outcome> {
  const { consoleBroker: pages } = on.node
  const facts = () => pages.factsOf({ rawHeaders: [] }, { sourceIp: '192.0.2.7', secureTransport: true })
  const code = userName === 'alice' ? on.code('alice') : undefined
  const login = await pages.login({ account: SOURCE, userName, password: new Secret(PASSWORD), code }, facts())
  assert.ok(login.outcome === 'signed-in')
  on.advance(later)
  const params = { RoleArn: `arn:aws:iam::${SOURCE}:role/${roleName(condition)}`, RoleSessionName: 'session' }
  const asked = { service: 'sts', action: 'AssumeRole', params }
  return await pages.act(login.session, asked, facts()).then(
    () => LET_IN,
    (fault: unknown) => ({ status: Object(fault).httpStatus, code: Object(fault).code }),
  )
}

/** Federated users assume no roles: the policy of their session asks for the same before they look events up. */
async function asFederatedUser(on: MfaSetting, condition: string): Promise<Outcome> {
  const statements = (CONDITIONS[condition] ?? []).map(({ Principal: _, ...statement }) => ({
    ...statement,
    Action: 'cloudtrail:LookupEvents',
    Resource: '*',
  }))
  const Policy = JSON.stringify(policy(...statements))
  const asked = await on.sts(await alice(on), { Action: 'GetFederationToken', Name: 'partner', Policy })
  const answer = await on.lookUp(credentialsIn(asked))
  if (answer.status === 200) return LET_IN
  // CloudTrail's protocol has another name and status for it.
  const code = JSON.parse(answer.body).__type
  return code === 'AccessDeniedException' ? REFUSED : { status: answer.status, code }
}

const OTHER_ROWS: readonly (readonly [
  row: string,
  admits: string,
  ask: (on: MfaSetting, condition: string) => Promise<Outcome>,
])[] = [
  ['a console session without MFA', FALSE, (on, condition) => inConsole(on, condition, 'bob')],
  ['a console session with MFA', JUST_NOW, (on, condition) => inConsole(on, condition, 'alice')],
  [
    'a console session with MFA, five minutes later',
    LONG_AGO,
    (on, condition) => inConsole(on, condition, 'alice', 5 * MINUTE),
  ],
  ['a federated user', FALSE, asFederatedUser],
]

describe('whom else a condition about MFA lets in', () => {
  let on: MfaSetting
  before(async () => {
    on = await mfaSetting(DIRECTORY)
  })
  after(() => on[Symbol.asyncDispose]())

  for (const [row, admits, ask] of OTHER_ROWS) {
    const cells = admits.split(' ')
    assert.equal(cells.length, names.length)
    for (const [index, condition] of names.entries()) {
      test(`${condition}: ${row} is ${cells[index] === '+' ? 'let in' : 'refused'}`, async () => {
        on.nextCode()
        assert.deepEqual(await ask(on, condition), cells[index] === '+' ? LET_IN : REFUSED)
      })
    }
  }
})

/** Service control policies by account: only these bind a root user. */
const CONTROLS: readonly (readonly [account: string, deniedOn: Statement])[] = [
  ['333333333333', { Bool: { [PRESENT]: 'false' } }],
  ['444444444444', { BoolIfExists: { [PRESENT]: 'false' } }],
  ['555555555555', { NumericGreaterThan: { [AGE]: '300' } }],
  ['666666666666', { NumericGreaterThanIfExists: { [AGE]: '300' } }],
]

/** No two devices have one seed. */
const rootDevice = (account: string) =>
  devices([`root${account}`]).map((device) => ({ ...device, SerialNumber: deviceArn('root', account) }))

const ORGANIZATION: DirectoryInput = {
  Organization: {
    ManagementAccountId: SOURCE,
    Roots: [
      {
        Id: 'r-root',
        Accounts: [
          { Id: SOURCE },
          ...CONTROLS.map(([Id, Condition]) => ({
            Id,
            ServiceControlPolicies: [
              {
                PolicyName: 'mfa',
                PolicyDocument: policy(
                  { Effect: 'Allow', Action: '*', Resource: '*' },
                  { Effect: 'Deny', Action: 'iam:*', Resource: '*', Condition },
                ),
              },
            ],
          })),
        ],
      },
    ],
  },
  Accounts: [
    { Id: SOURCE },
    ...CONTROLS.map(([Id]) => ({
      Id,
      Root: { AccessKeys: [{}], VirtualMFADevices: rootDevice(Id) },
    })),
  ],
}

describe('what a condition about MFA means for root', () => {
  let on: MfaSetting
  before(async () => {
    on = await mfaSetting(ORGANIZATION)
  })
  after(() => on[Symbol.asyncDispose]())

  const listing = async (credentials: Credentials) =>
    (await on.iam(credentials, { Action: 'ListUsers' })).status === 200 ? '+' : '.'
  const rootOf = (account: string) => on.longTerm(`arn:aws:iam::${account}:root`)
  const sessions: readonly (readonly [row: string, admits: string, make: (account: string) => Promise<Credentials>])[] =
    [
      ['its long-term key', '+ . + .', rootOf],
      [
        'its session with MFA',
        '+ + + +',
        async (account) =>
          await on.token(await rootOf(account), {
            SerialNumber: deviceArn('root', account),
            TokenCode: on.code(`root${account}`),
          }),
      ],
      [
        'its session with MFA, ten minutes later',
        '+ + . .',
        async (account) => {
          const credentials = await on.token(await rootOf(account), {
            SerialNumber: deviceArn('root', account),
            TokenCode: on.code(`root${account}`),
          })
          on.advance(10 * MINUTE)
          return credentials
        },
      ],
      [
        'its session without MFA, which IAM does not take',
        '. . . .',
        async (account) => await on.token(await rootOf(account)),
      ],
    ]
  for (const [row, admits, make] of sessions) {
    for (const [index, [account, deniedOn]] of CONTROLS.entries()) {
      const cell = admits.split(' ')[index]
      test(`denied on ${JSON.stringify(deniedOn)}: root with ${row} is ${cell === '+' ? 'let in' : 'refused'}`, async () => {
        on.nextCode()
        assert.equal(await listing(await make(account)), cell)
      })
    }
  }
})
