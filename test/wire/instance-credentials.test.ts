import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient, STSServiceException } from '@aws-sdk/client-sts'
import { fromInstanceMetadata } from '@aws-sdk/credential-providers'
import { type RunningNode, startNode } from '../../src/compose/index.ts'
import { applyDirectory } from '../../src/operations/broker/index.ts'
import { type DirectoryInput, loadDirectory, readDirectories } from '../../src/operations/loading/index.ts'
import { aFolder, configIn } from '../compose/samples.ts'
import { exchange, MD, type Seen, TOKEN, TTL } from '../doors/metadata/service.ts'

type AccountInput = DirectoryInput['Accounts'][number]

const ACCOUNT = '111111111111'
const ONE = 'i-00000000000000001'
const TWO = 'i-00000000000000002'
const HOUR = 3_600_000
const ROLE_PATH = `${MD}iam/security-credentials/`
const EC2 = trusting({ Service: 'ec2.amazonaws.com' })
const OPTIONAL = { HttpTokens: 'optional' } as const

function trusting(Principal: object, more: object = {}): object {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...more }] }
}

/** A role that says of itself what its sessions may do. */
function aRole(
  RoleName: string,
  trust: object = EC2,
  Condition: object = {},
): NonNullable<AccountInput['Roles']>[number] {
  const Statement = [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*', Condition }]
  return {
    RoleName,
    AssumeRolePolicyDocument: { ...trust },
    Policies: [{ PolicyName: 'p', PolicyDocument: { Version: '2012-10-17', Statement } }],
  }
}

const TARGET_ROLE = aRole('target', trusting({ AWS: `arn:aws:iam::${ACCOUNT}:root` }))

function anAccount(parts: Partial<AccountInput>): AccountInput {
  return {
    Id: ACCOUNT,
    Roles: [aRole('web'), TARGET_ROLE],
    InstanceProfiles: [{ InstanceProfileName: 'web-profile', Roles: ['web'] }],
    Instances: [{ InstanceId: ONE, IamInstanceProfile: 'web-profile' }],
    ...parts,
  }
}

interface Stage {
  readonly node: RunningNode
  apply(parts: Partial<AccountInput>): Promise<void>
  advance(ms: number): void
  /** What stands at a path of an instance: with a session token, unless told otherwise. */
  read(
    path: string,
    options?: { readonly id?: string; readonly token?: boolean },
  ): Promise<Pick<Seen, 'status' | 'headers' | 'body'>>
  /** The document of a role. */
  document(options?: { readonly id?: string; readonly token?: boolean; readonly role?: string }): Promise<Document>
}

interface Document {
  readonly Code: string
  readonly Message?: string
  readonly AccessKeyId: string
  readonly SecretAccessKey: string
  readonly Token: string
  readonly Expiration: string
  readonly LastUpdated: string
}

async function stage(t: TestContext, parts: Partial<AccountInput> = {}): Promise<Stage> {
  const node = await startNode(configIn(await aFolder(t), { data: ':memory:', dev: true }), {
    directories: [{ Accounts: [anAccount(parts)] }],
  })
  t.after(() => node.stop())
  const read: Stage['read'] = async (path, { id, token = true } = {}) => {
    const own = (await node.instances()).find((each) => each.id === id)?.addresses[0]
    const port = Number(new URL(own ?? node.addresses.metadata).port)
    const headers: Record<string, string> = {}
    if (token) headers[TOKEN] = (await exchange(port, 'PUT', '/latest/api/token', { [TTL]: '60' })).body
    return await exchange(port, 'GET', path, headers)
  }
  return {
    node,
    read,
    async apply(changes) {
      await loadDirectory(await readDirectories([{ Accounts: [anAccount(changes)] }]), (desired) =>
        node.operate(applyDirectory, { desired, prune: false, dryRun: false }),
      )
      await node.instances()
    },
    advance: (ms) => node.virtualClock?.advance(ms),
    async document({ role = 'web', ...options } = {}) {
      const { status, body } = await read(ROLE_PATH + role, options)
      assert.equal(status, 200)
      return JSON.parse(body)
    },
  }
}

function clientOf(t: TestContext, { node }: Stage, { AccessKeyId, SecretAccessKey, Token }: Document): STSClient {
  const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token }
  const client = new STSClient({ endpoint: node.addresses.api, region: 'us-east-1', credentials, maxAttempts: 1 })
  t.after(() => client.destroy())
  return client
}

/** The code that a call with credentials is refused with; `undefined` when it is granted. */
async function refusal(t: TestContext, set: Stage, document: Document): Promise<string | undefined> {
  try {
    const RoleArn = `arn:aws:iam::${ACCOUNT}:role/target`
    await clientOf(t, set, document).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'next' }))
    return undefined
  } catch (error) {
    assert.ok(error instanceof STSServiceException)
    return error.name
  }
}

for (const [what, trust] of [
  ['another service', trusting({ Service: 'lambda.amazonaws.com' })],
  ['its account alone', trusting({ AWS: ACCOUNT })],
  [
    'EC2, and denies it',
    {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
        { Effect: 'Deny', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ],
    },
  ],
  [
    'EC2 under a condition that does not hold',
    trusting({ Service: 'ec2.amazonaws.com' }, { Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } } }),
  ],
  [
    'EC2 for other sessions',
    trusting({ Service: 'ec2.amazonaws.com' }, { Condition: { StringEquals: { 'sts:RoleSessionName': TWO } } }),
  ],
] as const) {
  test(`a role that trusts ${what} is not assumed, and the answer is 200 with the reason`, async (t) => {
    const { document } = await stage(t, { Roles: [aRole('web', trust), TARGET_ROLE] })
    const { Code, Message, ...rest } = await document()
    assert.equal(Code, 'AssumeRoleUnauthorizedAccess')
    assert.match(Message ?? '', /EC2 cannot assume the role web\./)
    assert.deepEqual(Object.keys(rest), ['LastUpdated'])
  })
}

test('a resource control policy can keep a service from a role', async (t) => {
  const directory = (effect: string): DirectoryInput => ({
    Organization: {
      ManagementAccountId: '222222222222',
      Roots: [
        {
          Id: 'r-root',
          Accounts: [
            '222222222222',
            {
              Id: ACCOUNT,
              ResourceControlPolicies: [
                {
                  PolicyName: 'p',
                  PolicyDocument: {
                    Version: '2012-10-17',
                    Statement: [
                      {
                        Effect: effect,
                        Principal: '*',
                        Action: 'sts:AssumeRole',
                        Resource: '*',
                        Condition: { Bool: { 'aws:PrincipalIsAWSService': 'true' } },
                      },
                    ],
                  },
                },
              ],
            },
          ],
        },
      ],
    },
    Accounts: [anAccount({}), { Id: '222222222222' }],
  })
  const node = await startNode(configIn(await aFolder(t), { data: ':memory:' }), { directories: [directory('Deny')] })
  t.after(() => node.stop())
  const port = Number(new URL(node.addresses.metadata).port)
  const { body: token } = await exchange(port, 'PUT', '/latest/api/token', { [TTL]: '60' })
  const { body } = await exchange(port, 'GET', `${ROLE_PATH}web`, { [TOKEN]: token })
  assert.equal(JSON.parse(body).Code, 'AssumeRoleUnauthorizedAccess')
})

test('credentials are for no cache, and what else an instance says may be kept', async (t) => {
  const { read } = await stage(t)
  const caching = async (path: string) => (await read(path)).headers['cache-control']
  assert.deepEqual([await caching(`${ROLE_PATH}web`), await caching(ROLE_PATH)], ['no-store', undefined])
})

test('only the role of the profile can be read', async (t) => {
  const { read } = await stage(t)
  for (const role of ['other', 'target', 'WEB', 'web/x', '..']) assert.equal((await read(ROLE_PATH + role)).status, 404)
})

test('a role that is repaired is assumed at once', async (t) => {
  const set = await stage(t, { Roles: [aRole('web', trusting({ AWS: ACCOUNT })), TARGET_ROLE] })
  assert.equal((await set.document()).Code, 'AssumeRoleUnauthorizedAccess')
  await set.apply({})
  assert.equal((await set.document()).Code, 'Success')
})

test('credentials come as at EC2: in this order, in these shapes, as text', async (t) => {
  const { read } = await stage(t)
  const { body } = await read(`${ROLE_PATH}web`)
  assert.match(body, /^\{\n {2}"Code" : "Success",\n {2}"LastUpdated" : "/)
  const document = JSON.parse(body)
  assert.deepEqual(Object.keys(document), [
    ...['Code', 'LastUpdated', 'Type', 'AccessKeyId', 'SecretAccessKey', 'Token', 'Expiration'],
  ])
  assert.match(document.AccessKeyId, /^ASIA[A-Z2-7]{16}$/)
  assert.equal(document.SecretAccessKey.length, 40)
  assert.equal(document.Type, 'AWS-HMAC')
  for (const date of [document.LastUpdated, document.Expiration])
    assert.match(date, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  assert.equal(Date.parse(document.Expiration) - Date.parse(document.LastUpdated), 6 * HOUR)
})

test('the profile says what it is', async (t) => {
  const { read } = await stage(t)
  const info = JSON.parse((await read(`${MD}iam/info`)).body)
  assert.deepEqual(Object.keys(info), ['Code', 'LastUpdated', 'InstanceProfileArn', 'InstanceProfileId'])
  assert.equal(info.InstanceProfileArn, `arn:aws:iam::${ACCOUNT}:instance-profile/web-profile`)
  assert.match(info.InstanceProfileId, /^AIPA[A-Z2-7]{17}$/)
  assert.equal((await read(`${MD}iam/`)).body, 'info\nsecurity-credentials/')
  for (const spelled of [ROLE_PATH, ROLE_PATH.slice(0, -1)]) assert.equal((await read(spelled)).body, 'web')
})

test('the session is of the role, under the name of the instance', async (t) => {
  const set = await stage(t)
  const { Arn, UserId } = await clientOf(t, set, await set.document()).send(new GetCallerIdentityCommand())
  assert.equal(Arn, `arn:aws:sts::${ACCOUNT}:assumed-role/web/${ONE}`)
  assert.match(UserId ?? '', new RegExp(`^AROA[A-Z2-7]{17}:${ONE}$`))
})

test('two instances of one role have sessions of their own', async (t) => {
  const Instances = [
    { InstanceId: ONE, IamInstanceProfile: 'web-profile' },
    { InstanceId: TWO, IamInstanceProfile: 'web-profile', Listen: 0 },
  ]
  const { document } = await stage(t, { Instances })
  assert.notEqual((await document()).AccessKeyId, (await document({ id: TWO })).AccessKeyId)
})

test('between rotations the answer is the same, byte for byte, for everybody who asks at once', async (t) => {
  const set = await stage(t)
  const bodies = await Promise.all(Array.from({ length: 10 }, async () => (await set.read(`${ROLE_PATH}web`)).body))
  assert.equal(new Set(bodies).size, 1)
  set.advance(HOUR - 60_000)
  assert.equal((await set.read(`${ROLE_PATH}web`)).body, bodies[0])
})

test('credentials rotate every hour, and those before are good until their own end', async (t) => {
  const set = await stage(t)
  const first = await set.document()
  set.advance(HOUR)
  const second = await set.document()
  assert.notEqual(second.AccessKeyId, first.AccessKeyId)
  assert.deepEqual([await refusal(t, set, first), await refusal(t, set, second)], [undefined, undefined])
  set.advance(5 * HOUR - 60_000)
  assert.equal(await refusal(t, set, first), undefined)
  set.advance(61_000)
  assert.deepEqual([await refusal(t, set, first), await refusal(t, set, second)], ['ExpiredToken', undefined])
})

test('over a day nobody ever holds credentials that are refused, and at every moment those past their end are', async (t) => {
  const Instances = [{ InstanceId: ONE, IamInstanceProfile: 'web-profile', MetadataOptions: OPTIONAL }]
  const set = await stage(t, { Instances })
  const port = Number(new URL(set.node.addresses.metadata).port)
  let token = ''
  const fetched = async (hasToken: boolean) => {
    const read = async () => await exchange(port, 'GET', `${ROLE_PATH}web`, hasToken ? { [TOKEN]: token } : {})
    let { status, body } = await read()
    if (status === 401) {
      token = (await exchange(port, 'PUT', '/latest/api/token', { [TTL]: '21600' })).body
      body = (await read()).body
    }
    const document: Document = JSON.parse(body)
    return { id: document.AccessKeyId, end: Date.parse(document.Expiration), client: clientOf(t, set, document) }
  }
  /** A client that takes others as late as it can. */
  const started = async (hasToken: boolean) => {
    const first = await fetched(hasToken)
    return { hasToken, served: first, held: [first], changes: [] as number[] }
  }
  const clients = [await started(true), await started(false)]
  for (let minutes = 0; minutes < 24 * 60; minutes += 4) {
    const now = set.node.broker.clock.now()
    for (const each of clients) {
      const served = await fetched(each.hasToken)
      if (served.id !== each.served.id) each.changes.push(Math.round(minutes / 60))
      each.served = served
      if ((each.held.at(-1)?.end ?? 0) - now < 5 * 60_000) each.held.push(served)
      for (const { end, client } of each.held) {
        const answer = await client.send(new GetCallerIdentityCommand()).then(
          () => 'granted',
          (error: Error) => error.name,
        )
        const expected = end > now ? 'granted' : 'ExpiredToken'
        assert.equal(answer, expected, `${each.hasToken ? 'v2' : 'v1'} after ${minutes} minutes`)
      }
    }
    set.advance(4 * 60_000)
  }
  for (const { held, changes } of clients) {
    assert.deepEqual(
      changes,
      [...new Array(23).keys()].map((index) => index + 1),
      'they rotate every hour',
    )
    assert.equal(held.length, 5)
    assert.ok(held.every(({ end }, index) => index === 0 || end > (held[index - 1]?.end ?? end)))
  }
})

test('fetched without a session token they are others, and policies tell the two apart', async (t) => {
  const Instances = [{ InstanceId: ONE, IamInstanceProfile: 'web-profile', MetadataOptions: OPTIONAL }]
  const role = aRole('web', EC2, { NumericGreaterThanEquals: { 'ec2:RoleDelivery': '2.0' } })
  const set = await stage(t, { Instances, Roles: [role, TARGET_ROLE] })
  const [without, withToken] = [await set.document({ token: false }), await set.document()]
  assert.notEqual(without.AccessKeyId, withToken.AccessKeyId)
  assert.deepEqual([await refusal(t, set, without), await refusal(t, set, withToken)], ['AccessDenied', undefined])
})

for (const [key, mine, others] of [
  [
    'ec2:SourceInstanceARN',
    `arn:aws:ec2:us-east-1:${ACCOUNT}:instance/${ONE}`,
    `arn:aws:ec2:us-east-1:${ACCOUNT}:instance/${TWO}`,
  ],
  ['aws:Ec2InstanceSourceVpc', 'vpc-00000000000000001', 'vpc-00000000000000002'],
  ['aws:Ec2InstanceSourcePrivateIPv4', '10.0.0.1', '10.0.0.2'],
] as const) {
  test(`policies can ask for ${key}`, async (t) => {
    const NetworkInterfaces = [{ VpcId: 'vpc-00000000000000001', PrivateIpAddresses: ['10.0.0.1'] }]
    const Instances = [{ InstanceId: ONE, IamInstanceProfile: 'web-profile', NetworkInterfaces }]
    for (const [value, expected] of [
      [others, 'AccessDenied'],
      [mine, undefined],
    ] as const) {
      const role = aRole('web', EC2, { StringEquals: { [key]: value } })
      const set = await stage(t, { Instances, Roles: [role, TARGET_ROLE] })
      assert.equal(await refusal(t, set, await set.document()), expected)
    }
  })
}

test('another profile takes effect at once: its role is there, and the one before is not', async (t) => {
  const set = await stage(t)
  const before = await set.document()
  await set.apply({
    Roles: [aRole('web'), aRole('db'), TARGET_ROLE],
    InstanceProfiles: [{ InstanceProfileName: 'web-profile', Roles: ['db'] }],
  })
  assert.equal((await set.read(ROLE_PATH)).body, 'db')
  assert.equal((await set.read(`${ROLE_PATH}web`)).status, 404)
  assert.equal((await set.document({ role: 'db' })).Code, 'Success')
  assert.equal(await refusal(t, set, before), undefined)
  await set.apply({ Instances: [{ InstanceId: ONE }] })
  assert.equal((await set.read(`${MD}iam/`)).status, 404)
})

test('a profile without a role says so, and lists none', async (t) => {
  const { read } = await stage(t, { InstanceProfiles: [{ InstanceProfileName: 'web-profile', Roles: [] }] })
  const { Code, Message } = JSON.parse((await read(`${MD}iam/info`)).body)
  assert.deepEqual([Code, Message], ['Success', 'Instance Profile does not contain a role.'])
  assert.equal((await read(ROLE_PATH)).status, 404)
})

test('a role that was made anew has new credentials at once: those before ended with it', async (t) => {
  const set = await stage(t)
  const before = await set.document()
  await set.node.reset()
  await set.node.instances()
  const after = await set.document()
  assert.notEqual(after.AccessKeyId, before.AccessKeyId)
  assert.deepEqual([await refusal(t, set, before), await refusal(t, set, after)], ['InvalidClientTokenId', undefined])
})

test('what EC2 assumes is recorded in the account of the role, without a secret', async (t) => {
  const set = await stage(t)
  const { AccessKeyId, SecretAccessKey, Token } = await set.document()
  const { entries: records } = await set.node.broker.audit.find({ account: ACCOUNT, limit: 10 })
  const bodies = records.map(({ body }) => body)
  const [body = ''] = bodies.filter((each) => each.includes('AssumeRole'))
  const record = JSON.parse(body)
  assert.deepEqual(record.userIdentity, { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' })
  assert.equal(record.sourceIPAddress, 'ec2.amazonaws.com')
  assert.equal(record.requestParameters.roleSessionName, ONE)
  assert.equal(record.responseElements.credentials.accessKeyId, AccessKeyId)
  assert.ok(bodies.every((each) => !each.includes(SecretAccessKey) && !each.includes(Token)))
})

test('the AWS SDK finds them, and signs with them', async (t) => {
  const set = await stage(t)
  const saved = process.env['AWS_EC2_METADATA_SERVICE_ENDPOINT']
  process.env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] = set.node.addresses.metadata
  t.after(() => {
    if (saved === undefined) delete process.env['AWS_EC2_METADATA_SERVICE_ENDPOINT']
    else process.env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] = saved
  })
  const client = new STSClient({
    endpoint: set.node.addresses.api,
    region: 'us-east-1',
    credentials: fromInstanceMetadata({ maxRetries: 0 }),
  })
  t.after(() => client.destroy())
  assert.equal(
    (await client.send(new GetCallerIdentityCommand())).Arn,
    `arn:aws:sts::${ACCOUNT}:assumed-role/web/${ONE}`,
  )
})
