import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetAccessKeyInfoCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  STSClient,
  type STSClientConfig,
} from '@aws-sdk/client-sts'
import type { DirectoryInput } from '../../src/index.ts'
import { startTestBroker, type TestBroker } from '../../src/testing/index.ts'

const MANAGEMENT = '111111111111'
const SOURCE = '222222222222'
const TARGET = '333333333333'
const OUTSIDE = '444444444444'

type Json = Readonly<Record<string, unknown>>
const document = (...statements: Json[]) => ({ Version: '2012-10-17', Statement: statements })
const policy = (PolicyName: string, ...statements: Json[]) => ({ PolicyName, PolicyDocument: document(...statements) })
const allow = (Action = '*', Resource = '*') => ({ Effect: 'Allow', Action, Resource })
const deny = (Action = '*', Resource = '*') => ({ Effect: 'Deny', Action, Resource })
const trust = (AWS: string, more: Json = {}) => ({
  Effect: 'Allow',
  Action: 'sts:AssumeRole',
  Principal: { AWS },
  ...more,
})
const when = (Condition: Json) => ({ Condition })
const user = (account: string, name: string) => `arn:aws:iam::${account}:user/${name}`

/** Users by what their policies say of them. Those of the first are in every account, the others where roles are near. */
const USERS = [
  { UserName: 'all', Policies: [policy('all', allow())] },
  { UserName: 'none' },
  { UserName: 'denied', Policies: [policy('all', allow(), deny('sts:AssumeRole'))] },
  { UserName: 'elsewhere', Policies: [policy('s3', allow('s3:*'), allow('sts:AssumeRole', 'arn:aws:iam::*:role/x'))] },
  { UserName: 'bounded', Policies: [policy('all', allow())], bounded: true },
  { UserName: 'tagged', Policies: [policy('all', allow())], Tags: [{ Key: 'team', Value: 'core' }] },
]

/** Trust policies by what they ask for. Each is a role of that name in the accounts of the organization. */
const ROLES: Readonly<Record<string, readonly Json[]>> = {
  Everybody: [trust('*')],
  Nobody: [{ ...trust('*'), Effect: 'Deny' }],
  Account: [trust(SOURCE)],
  Named: [trust(user(TARGET, 'none')), trust(user(SOURCE, 'all'))],
  External: [trust('*', when({ StringEquals: { 'sts:ExternalId': 'blue' } }))],
  NotExternal: [trust('*', when({ StringNotEquals: { 'sts:ExternalId': 'blue' } }))],
  Local: [trust('*', when({ IpAddress: { 'aws:SourceIp': '127.0.0.0/8' }, Bool: { 'aws:SecureTransport': 'false' } }))],
  Remote: [trust('*', when({ IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } }))],
  Team: [trust('*', when({ StringEquals: { 'aws:PrincipalTag/team': 'core' } }))],
  Members: [trust('*', when({ StringEquals: { 'aws:PrincipalOrgID': 'o-exampleorg1' } }))],
  LongTerm: [trust('*', when({ Null: { 'aws:TokenIssueTime': 'true' } }))],
  SessionName: [trust('*', when({ StringLike: { 'sts:RoleSessionName': 't?st' } }))],
  Region: [trust('*', when({ StringEquals: { 'aws:RequestedRegion': 'us-east-1' } }))],
  OneSession: [trust(`arn:aws:sts::${TARGET}:assumed-role/Everybody/test`)],
}

function usersOf(account: string) {
  return account === SOURCE || account === TARGET ? USERS : USERS.slice(0, 1)
}

function directory(controls: Json, trusts = ROLES): DirectoryInput {
  const account = (Id: string) => ({
    Id,
    Root: { AccessKeys: [{}] },
    ManagedPolicies: [{ ManagedPolicyName: 'limit', PolicyDocument: document(allow('s3:*')) }],
    Users: usersOf(Id).map(({ bounded, ...each }) => ({
      ...each,
      AccessKeys: [{}],
      ...(bounded && { PermissionsBoundary: `arn:aws:iam::${Id}:policy/limit` }),
    })),
  })
  const roles = Object.entries(trusts).map(([RoleName, statements]) => ({
    RoleName,
    AssumeRolePolicyDocument: document(...statements),
    Policies: [policy('all', allow('sts:AssumeRole'))],
  }))
  const unit = { Name: 'prod', Id: 'ou-root-prodprod', Accounts: [SOURCE, TARGET], ...controls }
  return {
    Organization: {
      Id: 'o-exampleorg1',
      ManagementAccountId: MANAGEMENT,
      Roots: [{ Id: 'r-root', Accounts: [MANAGEMENT], OrganizationalUnits: [unit] }],
    },
    Accounts: [account(MANAGEMENT), account(SOURCE), { ...account(TARGET), Roles: roles }, account(OUTSIDE)],
  }
}

/** What only a real request would tell, as the requests below are sent. */
const REQUEST = {
  'aws:SourceIp': '127.0.0.1',
  'aws:SecureTransport': 'false',
  'aws:RequestedRegion': 'us-east-1',
  'sts:RoleSessionName': 'test',
}

/** `allowed`, or the words of the refusal. */
function outcomeOf(sent: Promise<unknown>): Promise<string> {
  return sent.then(
    () => 'allowed',
    (error: Error) => error.message,
  )
}

function assumed(sts: STSClient, RoleArn: string, ExternalId: string | undefined): Promise<string> {
  return outcomeOf(sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'test', ExternalId })))
}

function ask({ addresses, operatorToken }: TestBroker, question: unknown): Promise<Response> {
  return fetch(`${addresses.admin}/operations/CheckAccess`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${operatorToken}` },
    body: JSON.stringify(question),
  })
}

function checked(broker: TestBroker, principal: string, resource: string, ExternalId: string | undefined) {
  const context = ExternalId === undefined ? REQUEST : { ...REQUEST, 'sts:ExternalId': ExternalId }
  return decided(broker, { principal, action: 'sts:AssumeRole', resource, context })
}

async function decided(broker: TestBroker, question: Json): Promise<string> {
  const answer = await ask(broker, question)
  assert.equal(answer.status, 200)
  const { allowed, refusal } = JSON.parse(await answer.text())
  assert.equal(typeof allowed, 'boolean')
  assert.equal(refusal === undefined, allowed, 'a refusal has words, and nothing else has')
  return allowed ? 'allowed' : refusal
}

/** The refusal of the first action that is denied, as a request that needs all of them would be answered. */
async function firstDenied(broker: TestBroker, actions: readonly string[], question: Json): Promise<string> {
  for (const action of actions) {
    const answer = await decided(broker, { ...question, action })
    if (answer !== 'allowed') return answer
  }
  return 'allowed'
}

/** Every user and root, and sessions of roles, with what an SDK client takes to sign as them. */
async function callers(broker: TestBroker): Promise<ReadonlyMap<string, STSClientConfig>> {
  const found = new Map<string, STSClientConfig>()
  for (const account of [MANAGEMENT, SOURCE, TARGET, OUTSIDE]) {
    for (const { UserName } of usersOf(account))
      found.set(user(account, UserName), await broker.as(`${account}/${UserName}`))
    found.set(`arn:aws:iam::${account}:root`, await broker.as(`arn:aws:iam::${account}:root`))
  }
  const client = await broker.as(`${TARGET}/all`)
  for (const [RoleName, RoleSessionName] of [
    ['Everybody', 'test'],
    ['Everybody', 'other'],
    ['LongTerm', 'test'],
  ]) {
    const command = new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${TARGET}:role/${RoleName}`, RoleSessionName })
    const { Credentials } = await new STSClient(client).send(command).catch(() => ({ Credentials: undefined }))
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = Credentials ?? {}
    if (!accessKeyId || !secretAccessKey || !sessionToken) continue
    const credentials = { accessKeyId, secretAccessKey, sessionToken }
    found.set(`arn:aws:sts::${TARGET}:assumed-role/${RoleName}/${RoleSessionName}`, { ...client, credentials })
  }
  return found
}

const QUESTION = { principal: `${SOURCE}/all`, action: 's3:GetObject', resource: '*' }

test('what is no question is refused, and nothing is decided', async () => {
  await using broker = await startTestBroker({ directory: directory({}) })
  for (const [question, status] of [
    [[], 400],
    [{}, 400],
    [[QUESTION], 400],
    [{ ...QUESTION, principal: undefined }, 400],
    [{ ...QUESTION, principal: 1 }, 400],
    [{ ...QUESTION, action: ['s3:GetObject'] }, 400],
    [{ ...QUESTION, action: 's3:Get*' }, 400],
    [{ ...QUESTION, action: '*' }, 400],
    [{ ...QUESTION, action: 's3:GetObject\n' }, 400],
    [{ ...QUESTION, resource: '' }, 400],
    [{ ...QUESTION, resource: 'bucket' }, 400],
    [{ ...QUESTION, context: { 'aws:SourceIp': 1 } }, 400],
    [{ ...QUESTION, context: { 'aws:TagKeys': ['a', null] } }, 400],
    [{ ...QUESTION, context: [['aws:SourceIp', '10.0.0.1']] }, 400],
    [{ ...QUESTION, context: 'aws:SourceIp=10.0.0.1' }, 400],
    [{ ...QUESTION, context: null }, 400],
    [{ ...QUESTION, principal: '' }, 404],
    [{ ...QUESTION, principal: '*' }, 404],
    [{ ...QUESTION, principal: 'nowhere/all' }, 404],
    [{ ...QUESTION, principal: `${SOURCE}/all/` }, 404],
    [{ ...QUESTION, principal: `arn:aws:iam::${SOURCE}:user/ALL` }, 404],
    [{ ...QUESTION, principal: 'arn:aws:iam::999999999999:root' }, 404],
    [{ ...QUESTION, principal: `arn:aws:sts::${TARGET}:assumed-role/Everybody` }, 404],
    [{ ...QUESTION, principal: `arn:aws:sts::${TARGET}:assumed-role/Missing/test` }, 404],
    [{ ...QUESTION, principal: `arn:aws:sts::${TARGET}:assumed-role/Everybody/a b` }, 404],
    [{ ...QUESTION, principal: `arn:aws:sts::${TARGET}:federated-user/all` }, 404],
    [QUESTION, 200],
    [{ ...QUESTION, context: {} }, 200],
  ] as const) {
    const answer = await ask(broker, question)
    assert.equal(answer.status, status, JSON.stringify(question))
    assert.equal('allowed' in JSON.parse(await answer.text()), status === 200)
  }
})

interface Controls {
  readonly rule: string
  readonly levels: Json
  /** How many sessions of roles there can be to ask. */
  readonly sessions: number
}

const CONTROLS: readonly Controls[] = [
  {
    rule: 'a service control policy that denies',
    levels: { ServiceControlPolicies: [policy('all', allow()), policy('no', deny('sts:*'))] },
    sessions: 0,
  },
  {
    rule: 'a service control policy that allows other actions',
    levels: { ServiceControlPolicies: [policy('s3', allow('s3:*'))] },
    sessions: 0,
  },
  {
    rule: 'a resource control policy for members',
    levels: {
      ResourceControlPolicies: [
        policy('perimeter', {
          ...deny('sts:*'),
          Principal: '*',
          ...when({ StringNotEquals: { 'aws:PrincipalOrgID': 'o-exampleorg1' } }),
        }),
      ],
    },
    sessions: 3,
  },
  { rule: 'no control policies', levels: {}, sessions: 3 },
]

describe('a question is answered exactly as the request would be, in the same words', () => {
  for (const { rule, levels, sessions } of CONTROLS) {
    test(`with ${rule}`, async () => {
      await using broker = await startTestBroker({ directory: directory(levels) })
      const outcomes = new Set<string>()
      const asking = await callers(broker)
      assert.equal(asking.size, USERS.length * 2 + 2 + 4 + sessions)
      for (const [caller, client] of asking) {
        const sts = new STSClient(client)
        for (const name of [...Object.keys(ROLES), 'Missing']) {
          const role = `arn:aws:iam::${TARGET}:role/${name}`
          for (const externalId of name.endsWith('External') ? [undefined, 'blue', 'green'] : [undefined]) {
            const answered = await assumed(sts, role, externalId)
            assert.equal(await checked(broker, caller, role, externalId), answered, `${caller} on ${name}`)
            outcomes.add(answered.replace(/^User: \S+|(?<=resource: )\S+/g, ''))
          }
        }
      }
      assert.ok(outcomes.size > 3, 'there was something to tell apart')
    })
  }
})

const ACTIONS = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'] as const
const trusting = (Action: readonly string[], Condition: Json = {}) => ({ ...trust('*'), Action, Condition })

/** Trust policies by what they say of what a session is given. */
const OF_SESSIONS: Readonly<Record<string, readonly Json[]>> = {
  Everybody: [trusting(ACTIONS)],
  LongTerm: [trust('*', when({ Null: { 'aws:TokenIssueTime': 'true' } }))],
  NoTags: [trusting(['sts:AssumeRole', 'sts:SetSourceIdentity'])],
  NoIdentity: [trusting(['sts:AssumeRole', 'sts:TagSession'])],
  OneTag: [trusting(ACTIONS, { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'team' } })],
  NeedsTag: [trusting(ACTIONS, { 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'team' } })],
  Unquantified: [trusting(ACTIONS, { StringEquals: { 'aws:TagKeys': 'team' } })],
  NotUnquantified: [trusting(ACTIONS, { StringNotEquals: { 'aws:TagKeys': 'stage' } })],
  TagValue: [trusting(ACTIONS, { StringEquals: { 'aws:RequestTag/TEAM': 'core' } })],
  Transitive: [trusting(ACTIONS, { 'ForAnyValue:StringEquals': { 'sts:TransitiveTagKeys': 'team' } })],
  NotTransitive: [trusting(ACTIONS, { Null: { 'sts:TransitiveTagKeys': 'true' } })],
  Identity: [trusting(ACTIONS, { StringLike: { 'sts:SourceIdentity': 'al*' } })],
}

/** What a session is asked to be given, and what that makes of the request's keys and of the accesses it needs. */
const GIVEN: readonly (readonly [asked: Partial<AssumeRoleCommandInput>, keys: Json, actions: readonly string[]])[] = [
  [{}, {}, ['sts:AssumeRole']],
  [
    { Tags: [{ Key: 'team', Value: 'core' }] },
    { 'aws:RequestTag/team': 'core', 'aws:TagKeys': 'team' },
    ['sts:AssumeRole', 'sts:TagSession'],
  ],
  [
    {
      Tags: [
        { Key: 'team', Value: 'core' },
        { Key: 'stage', Value: 'prod' },
      ],
      TransitiveTagKeys: ['team'],
    },
    {
      'aws:RequestTag/team': 'core',
      'aws:RequestTag/Stage': 'prod',
      'aws:TagKeys': ['team', 'stage'],
      'sts:TransitiveTagKeys': 'team',
    },
    ['sts:AssumeRole', 'sts:TagSession'],
  ],
  [{ SourceIdentity: 'alice' }, { 'sts:SourceIdentity': 'alice' }, ['sts:AssumeRole', 'sts:SetSourceIdentity']],
  [
    { Tags: [{ Key: 'team', Value: 'ops' }], TransitiveTagKeys: ['team'], SourceIdentity: 'bob' },
    {
      'aws:RequestTag/team': 'ops',
      'AWS:TAGKEYS': 'team',
      'sts:transitivetagkeys': 'team',
      'sts:SourceIdentity': 'bob',
    },
    ACTIONS,
  ],
]

/** Of those who differ in nothing that counts here, one. */
const SOME = /:(?:2{12}|3{12}):(?:root|user\/(?:all|denied|none)|assumed-role\/\w+\/test)$/

const SPELLINGS: readonly ((action: string) => string)[] = [
  (action) => action,
  (action) => action.toLowerCase(),
  (action) => action.toUpperCase(),
]

test('a session with tags, transitive tags and a source identity is answered as it would be, in any spelling', async () => {
  await using broker = await startTestBroker({ directory: directory({}, OF_SESSIONS) })
  const outcomes = new Set<string>()
  let spelling = 0
  for (const [principal, client] of await callers(broker)) {
    if (!SOME.test(principal)) continue
    const sts = new STSClient(client)
    for (const name of [...Object.keys(OF_SESSIONS), 'Missing']) {
      const resource = `arn:aws:iam::${TARGET}:role/${name}`
      for (const [asked, keys, actions] of GIVEN) {
        const command = new AssumeRoleCommand({ RoleArn: resource, RoleSessionName: 'test', ...asked })
        const answered = await outcomeOf(sts.send(command))
        const spelled = actions.map(SPELLINGS[spelling++ % SPELLINGS.length] ?? String)
        const answer = await firstDenied(broker, spelled, { principal, resource, context: { ...REQUEST, ...keys } })
        assert.equal(answer, answered, `${principal} on ${name} with ${JSON.stringify(asked)}`)
        outcomes.add(answered.replace(/^User: \S+|(?<=resource: )\S+/g, ''))
      }
    }
  }
  assert.ok(outcomes.size > 5, 'there was something to tell apart')
})

test('what concerns no role is answered as it would be, in any spelling', async () => {
  await using broker = await startTestBroker({ directory: directory({}, OF_SESSIONS) })
  const asking = await callers(broker)
  const outcomes = new Set<string>()
  const { 'sts:RoleSessionName': _ofRoles, ...request } = REQUEST
  const Tags = [{ Key: 'team', Value: 'core' }]
  const tagged = { ...request, 'aws:RequestTag/team': 'core', 'aws:TagKeys': 'team' }
  const { AccessKeyId } = await newSession(await broker.as(`${SOURCE}/all`))
  for (const [principal, client] of asking) {
    const sts = new STSClient(client)
    const bob = `arn:aws:sts::${principal.split(':')[4]}:federated-user/bob`
    const compare = async (sent: Promise<unknown>, actions: readonly string[], resource: string, context: Json) => {
      const answered = await outcomeOf(sent)
      outcomes.add(answered.replace(/^User: \S+|(?<=resource: )\S+/g, ''))
      for (const spelled of SPELLINGS) {
        const answer = await firstDenied(broker, actions.map(spelled), { principal, resource, context })
        assert.equal(answer, answered, `${principal} ${actions.map(spelled)}`)
      }
    }
    await compare(sts.send(new GetSessionTokenCommand({})), ['sts:GetSessionToken'], '*', request)
    await compare(sts.send(new GetAccessKeyInfoCommand({ AccessKeyId })), ['sts:GetAccessKeyInfo'], '*', request)
    const federate = (more: object) => sts.send(new GetFederationTokenCommand({ Name: 'bob', ...more }))
    await compare(federate({}), ['sts:GetFederationToken'], bob, request)
    await compare(federate({ Tags }), ['sts:GetFederationToken', 'sts:TagSession'], bob, tagged)
  }
  assert.ok(outcomes.size > 3, 'there was something to tell apart')
})

async function newSession(client: STSClientConfig) {
  const { Credentials } = await new STSClient(client).send(new GetSessionTokenCommand({}))
  assert.ok(Credentials?.AccessKeyId)
  return Credentials
}
