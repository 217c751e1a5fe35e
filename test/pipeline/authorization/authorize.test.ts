import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import type { Decision, PolicyKind } from '../../../src/engines/policy/index.ts'
import { AccessDenied, type AccountCaller } from '../../../src/model/index.ts'
import { AccessContext } from '../../../src/pipeline/authorization/context.ts'
import { denial } from '../../../src/pipeline/authorization/denial.ts'
import { type Access, authorize } from '../../../src/pipeline/authorization/index.ts'
import { anAccount, aPolicy, aRole, aUser, aWorld, trusting, type World } from '../../domain/directory/samples.ts'
import { aliceAs, FACTS, ROOT, SOURCE, sessionIn, TARGET } from '../samples.ts'

const ROLE = `arn:aws:iam::${TARGET}:role/Deployer`
const asking = (resource: string): Access => ({ action: 'sts:AssumeRole', resource })

const SESSION = `arn:aws:sts::${SOURCE}:assumed-role/Deployer/ci`
const ON_ROLE = `User: ${SESSION} is not authorized to perform: sts:AssumeRole on resource: ${ROLE}`
const implicit = (...blame: readonly PolicyKind[]): Decision => ({ outcome: 'implicitDeny', blame, statements: [] })
const explicit = (...blame: readonly PolicyKind[]): Decision => ({ outcome: 'explicitDeny', blame, statements: [] })

/** What AWS says within one account. */
const REASONS: readonly (readonly [decision: Decision, reason: string])[] = [
  [implicit('identity'), ' because no identity-based policy allows the sts:AssumeRole action'],
  [implicit('boundary'), ' because no permissions boundary allows the sts:AssumeRole action'],
  [implicit('session'), ' because no session policy allows the sts:AssumeRole action'],
  [implicit('resource'), ' because no resource-based policy allows the sts:AssumeRole action'],
  [implicit('scp'), ' because no service control policy allows the sts:AssumeRole action'],
  [explicit('identity'), ' with an explicit deny in an identity-based policy'],
  [explicit('boundary'), ' with an explicit deny in a permissions boundary'],
  [explicit('session'), ' with an explicit deny in a session policy'],
  [explicit('resource'), ' with an explicit deny in a resource-based policy'],
  [explicit('scp'), ' with an explicit deny in a service control policy'],
  [explicit('rcp'), ' with an explicit deny in a resource control policy'],
  [implicit('scp', 'identity', 'boundary'), ' because no service control policy allows the sts:AssumeRole action'],
  [implicit('identity', 'boundary'), ' because no identity-based policy allows the sts:AssumeRole action'],
  // A role that refuses sounds like one that is not there, so the trust policy is never named.
  [implicit('trust'), ''],
  [explicit('trust'), ''],
  [implicit('trust', 'identity'), ''],
  [explicit('trust', 'identity'), ' with an explicit deny in an identity-based policy'],
  [explicit('trust', 'session'), ' with an explicit deny in a session policy'],
]

describe('a refusal within one account', () => {
  for (const [decision, reason] of REASONS) {
    test(`${decision.outcome} of ${decision.blame.join(' and ')}: ${reason || '(no reason)'}`, () => {
      const fault = denial(sessionIn(SOURCE), asking(ROLE), SOURCE, decision)
      assert.ok(fault instanceof AccessDenied)
      assert.equal(fault.message, ON_ROLE + reason)
      assert.equal(fault.detail, `${decision.outcome}: ${decision.blame.join(', ')}`)
    })
  }
})

test('a refusal across accounts gives no reason, whatever it is', () => {
  for (const [decision] of REASONS) {
    assert.equal(denial(sessionIn(SOURCE), asking(ROLE), TARGET, decision).message, ON_ROLE)
  }
})

test('an action without resource types is refused without a resource', () => {
  const access = { action: 'sts:DecodeAuthorizationMessage', resource: '*' }
  assert.equal(
    denial(aliceAs(), access, SOURCE, implicit('identity')).message,
    `User: ${aliceAs().arn} is not authorized to perform: sts:DecodeAuthorizationMessage because no identity-based policy allows the sts:DecodeAuthorizationMessage action`,
  )
})

const statement = (Effect: string, Action: string, Resource = '*') => ({ Effect, Action, Resource })
const inline = (...Statement: readonly object[]) => [
  { PolicyName: 'p', PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }) },
]

/** Alice and the roles she asks for, in her account and in another. */
async function aliceWith(t: TestContext, Policies: ReturnType<typeof inline>): Promise<[World, AccountCaller]> {
  const world = await aWorld(t)
  const alice = `arn:aws:iam::${SOURCE}:user/team/alice`
  const account = (Id: string) =>
    anAccount(Id, {
      Users: Id === SOURCE ? [aUser('alice', { Path: '/team/', Policies })] : [],
      Roles: [
        aRole('Trusting', { AssumeRolePolicyDocument: trusting(alice) }),
        aRole('TrustingAccount', { AssumeRolePolicyDocument: trusting(SOURCE) }),
        aRole('Refusing', { AssumeRolePolicyDocument: trusting('123456789012') }),
        aRole('Denying', {
          AssumeRolePolicyDocument: JSON.stringify({
            Version: '2012-10-17',
            Statement: [
              { Effect: 'Allow', Principal: { AWS: alice }, Action: 'sts:AssumeRole' },
              { Effect: 'Deny', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' },
            ],
          }),
        }),
      ],
    })
  await world.apply(account(SOURCE), account(TARGET))
  return [world, aliceAs((await world.directory.user(SOURCE, 'alice'))?.uniqueId)]
}

/** What comes of asking for a role: `allowed`, or the end of the refusal. */
async function outcome([world, caller]: [World, AccountCaller], account: string, name: string): Promise<string> {
  const resource = `arn:aws:iam::${account}:role/${name}`
  const petition = {
    caller,
    input: undefined,
    accesses: () => [asking(resource)],
    facts: FACTS,
    region: 'us-east-1',
    version: 0,
  }
  try {
    const call = await authorize(petition, world.directory)
    assert.equal(call.role?.arn, resource)
    return 'allowed'
  } catch (error) {
    assert.ok(error instanceof AccessDenied)
    const message = `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${resource}`
    assert.ok(error.message.startsWith(message), error.message)
    return error.message.slice(message.length)
  }
}

const ALL = [statement('Allow', '*')]
const DENIED = [...ALL, statement('Deny', 'sts:*')]
const EXPLICIT = ' with an explicit deny in an identity-based policy'
const MISSING = ' because no identity-based policy allows the sts:AssumeRole action'
const NOT_THERE = ['Missing', 'refusing', 'path/Refusing', 'Refusing/'] as const

/** By what alice may: what she is told of each role, in her own account and in another. */
const ASSUMING: readonly (readonly [rule: string, policies: readonly object[], own: object, other: object])[] = [
  [
    'who may do everything is refused by the role alone, and never told so',
    ALL,
    { Trusting: 'allowed', TrustingAccount: 'allowed', Refusing: '', Denying: '' },
    { Trusting: 'allowed', TrustingAccount: 'allowed', Refusing: '', Denying: '' },
  ],
  [
    'who may do nothing needs to be named by a role of the own account',
    [],
    { Trusting: 'allowed', TrustingAccount: MISSING, Refusing: '', Denying: '' },
    { Trusting: '', TrustingAccount: '', Refusing: '', Denying: '' },
  ],
  [
    'an explicit deny on the own side wins, and is named whether or not the role is there',
    DENIED,
    { Trusting: EXPLICIT, TrustingAccount: EXPLICIT, Refusing: EXPLICIT, Denying: EXPLICIT },
    { Trusting: '', TrustingAccount: '', Refusing: '', Denying: '' },
  ],
]

for (const [rule, policies, own, other] of ASSUMING) {
  test(`assuming a role: ${rule}`, async (t) => {
    const asked = await aliceWith(t, inline(...policies, statement('Allow', 'none:None')))
    for (const [account, expected] of [
      [SOURCE, own],
      [TARGET, other],
    ] as const) {
      const seen: Record<string, string> = {}
      for (const name of Object.keys(expected)) seen[name] = await outcome(asked, account, name)
      assert.deepEqual(seen, expected, account)
      // A role that is not there, and one that refuses, are told in the same words.
      for (const name of NOT_THERE) {
        assert.equal(await outcome(asked, account, name), await outcome(asked, account, 'Refusing'), name)
      }
    }
  })
}

test('a boundary that does not allow is named after the identity policies, and its deny is named too', async (t) => {
  const world = await aWorld(t)
  const boundary = (...Statement: readonly object[]) =>
    aPolicy('limit', { PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }) })
  const applied = async (limit: ReturnType<typeof boundary>): Promise<[World, AccountCaller]> => {
    await world.apply(
      anAccount(SOURCE, {
        ManagedPolicies: [limit],
        Users: [
          aUser('alice', {
            Path: '/team/',
            Policies: inline(...ALL),
            PermissionsBoundary: `arn:aws:iam::${SOURCE}:policy/limit`,
          }),
        ],
        Roles: [aRole('TrustingAccount')],
      }),
    )
    return [world, aliceAs((await world.directory.user(SOURCE, 'alice'))?.uniqueId)]
  }
  assert.equal(
    await outcome(await applied(boundary(statement('Allow', 's3:*'))), SOURCE, 'TrustingAccount'),
    ' because no permissions boundary allows the sts:AssumeRole action',
  )
  assert.equal(
    await outcome(await applied(boundary(...DENIED)), SOURCE, 'TrustingAccount'),
    ' with an explicit deny in a permissions boundary',
  )
  assert.equal(await outcome(await applied(boundary(...ALL)), SOURCE, 'TrustingAccount'), 'allowed')
})

test('whoever needs no access is permitted without a look at any policy', async (t) => {
  const { directory, apply } = await aWorld(t)
  await apply(
    anAccount(SOURCE, { Users: [aUser('alice', { Path: '/team/', Policies: inline(statement('Deny', '*')) })] }),
  )
  const caller = aliceAs((await directory.user(SOURCE, 'alice'))?.uniqueId)
  const call = await authorize(
    { caller, input: 'x', accesses: () => [], facts: FACTS, region: undefined, version: 0 },
    directory,
  )
  assert.deepEqual([call.caller, call.input, call.role], [caller, 'x', undefined])
})

/** Presence and value of each condition key for root, a user, and a role session; `undefined` is absent. */
const CONTEXT: Readonly<Record<string, readonly [root: unknown, user: unknown, session: unknown]>> = {
  'aws:currenttime': ['2026-01-01T12:00:00Z', '2026-01-01T12:00:00Z', '2026-01-01T12:00:00Z'],
  'aws:epochtime': ['1767268800', '1767268800', '1767268800'],
  'aws:tokenissuetime': [undefined, undefined, '2026-01-01T11:30:00Z'],
  'aws:securetransport': ['true', 'true', 'true'],
  'aws:sourceip': ['192.0.2.7', '192.0.2.7', '192.0.2.7'],
  'aws:useragent': ['aws-cli/2.0', 'aws-cli/2.0', 'aws-cli/2.0'],
  'aws:requestedregion': ['eu-central-1', 'eu-central-1', 'eu-central-1'],
  'aws:principalarn': [
    `arn:aws:iam::${SOURCE}:root`,
    `arn:aws:iam::${SOURCE}:user/team/alice`,
    `arn:aws:iam::${SOURCE}:role/team/Deployer`,
  ],
  'aws:principalaccount': [SOURCE, SOURCE, SOURCE],
  'aws:principaltype': ['Account', 'User', 'AssumedRole'],
  'aws:userid': [SOURCE, 'AIDAALICE', 'AROADEPLOYER:ci'],
  'aws:username': [undefined, 'alice', undefined],
  'aws:principalisawsservice': ['false', 'false', 'false'],
  'aws:viaawsservice': ['false', 'false', 'false'],
  'aws:multifactorauthpresent': [undefined, undefined, 'false'],
  'aws:multifactorauthage': [undefined, undefined, undefined],
  'aws:principaltag/team': [undefined, 'core', undefined],
  'aws:principaltag/stage': [undefined, undefined, 'prod'],
  'aws:principaltag/': [undefined, undefined, undefined],
  'aws:principaltag': [undefined, undefined, undefined],
  'aws:resourceaccount': [TARGET, TARGET, TARGET],
  'aws:resourcetag/owner': ['ops', 'ops', 'ops'],
  'iam:resourcetag/owner': ['ops', 'ops', 'ops'],
  'aws:resourcetag/team': [undefined, undefined, undefined],
  'aws:requesttag/owner': [undefined, undefined, undefined],
  'aws:sourceidentity': [undefined, undefined, undefined],
  'aws:federatedprovider': [undefined, undefined, undefined],
  'aws:principalorgid': [undefined, undefined, undefined],
  'aws:referer': [undefined, undefined, undefined],
  'aws:sourcearn': [undefined, undefined, undefined],
  'aws:calledvia': [undefined, undefined, undefined],
  'sts:rolesessionname': ['ci', 'ci', 'ci'],
  'sts:externalid': [undefined, undefined, undefined],
}

function contextOf(caller: AccountCaller): AccessContext {
  return new AccessContext({
    caller,
    facts: FACTS,
    region: 'eu-central-1',
    access: { ...asking(ROLE), context: new Map([['sts:rolesessionname', 'ci']]) },
    resourceAccount: TARGET,
    resourceTags: [{ key: 'Owner', value: 'ops' }],
    place: undefined,
    resourcePlace: undefined,
  })
}

for (const [key, expected] of Object.entries(CONTEXT)) {
  test(`the condition key ${key} is what AWS gives root, a user and a role session`, () => {
    const callers = [ROOT, aliceAs(), sessionIn(SOURCE)]
    assert.deepEqual(
      callers.map((caller) => contextOf(caller).get(key)),
      expected,
    )
  })
}

test('what is not known of a request is absent, not empty', () => {
  const facts = { ...FACTS, sourceIp: undefined, userAgent: undefined, secureTransport: false }
  const context = new AccessContext({
    caller: ROOT,
    facts,
    region: undefined,
    access: asking(ROLE),
    resourceAccount: TARGET,
    resourceTags: [],
    place: undefined,
    resourcePlace: undefined,
  })
  for (const key of [
    'aws:sourceip',
    'aws:useragent',
    'aws:requestedregion',
    'sts:rolesessionname',
    'aws:resourcetag/x',
  ]) {
    assert.equal(context.get(key), undefined, key)
  }
  assert.equal(context.get('aws:securetransport'), 'false')
})

test('a key of the operation cannot stand for one that is known of the request', () => {
  const access = {
    ...asking(ROLE),
    context: new Map([
      ['aws:principalaccount', TARGET],
      ['aws:principaltag/team', 'admin'],
    ]),
  }
  const sources = {
    caller: ROOT,
    facts: FACTS,
    region: 'us-east-1',
    access,
    resourceAccount: TARGET,
    resourceTags: [],
    place: undefined,
    resourcePlace: undefined,
  }
  const context = new AccessContext(sources)
  assert.equal(context.get('aws:principalaccount'), SOURCE)
  assert.equal(context.get('aws:principaltag/team'), undefined)
})
