import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import {
  AssumeRoleCommand,
  type Credentials,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts'
import { startInProcess } from '../../src/compose/index.ts'
import { Fault } from '../../src/model/index.ts'
import {
  closeAccount,
  createAccount,
  getAccessKey,
  listAccounts,
  readCreateAccount,
} from '../../src/operations/broker/index.ts'
import { policy, trusting } from './cast.ts'

const MANAGEMENT = '111111111111'
const SHOP = '222222222222'
const MAY_ALL = { PolicyName: 'all', PolicyDocument: policy({ Effect: 'Allow', Action: '*', Resource: '*' }) }
const role = (account: string) => `arn:aws:iam::${account}:role/Deployer`

function account(Id: string, Alias: string) {
  const roles = [{ RoleName: 'Deployer', AssumeRolePolicyDocument: policy(trusting(MANAGEMENT), trusting(SHOP)) }]
  const users = [{ UserName: 'alice', AccessKeys: [{}], Policies: [MAY_ALL] }]
  return { Id, Alias, Root: { AccessKeys: [{}] }, Users: users, Roles: roles }
}

const DIRECTORY = {
  Organization: {
    Id: 'o-exampleorg1',
    ManagementAccountId: MANAGEMENT,
    Roots: [
      {
        Id: 'r-root',
        Accounts: [MANAGEMENT],
        OrganizationalUnits: [{ Name: 'prod', Id: 'ou-root-prodprod', Accounts: [SHOP] }],
      },
    ],
  },
  Accounts: [account(MANAGEMENT, 'first'), account(SHOP, 'shop')],
}

async function stage(t: TestContext) {
  const { broker, node } = await startInProcess(
    { data: ':memory:', directory: DIRECTORY, logLevel: 'silent' },
    'closed accounts',
  )
  t.after(() => node.stop())
  const settings = { endpoint: broker.endpoint, region: 'us-east-1', maxAttempts: 1 }
  return {
    node,
    as: async (principal: string) =>
      new STSClient({ ...settings, credentials: (await broker.as(principal)).credentials }),
    with: ({ AccessKeyId = '', SecretAccessKey = '', SessionToken = '' }: Partial<Credentials> = {}) =>
      new STSClient({
        ...settings,
        credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
      }),
    close: (which: string, deletes = false) => node.operate(closeAccount, { account: which, delete: deletes }),
  }
}

const identity = () => new GetCallerIdentityCommand({})
const assume = (account: string) => new AssumeRoleCommand({ RoleArn: role(account), RoleSessionName: 'test' })

for (const how of ['closed', 'deleted'] as const) {
  test(`an account that is ${how} has no credential that counts from then on, of whatever kind`, async (t) => {
    const { as, with: made, close } = await stage(t)
    const [root, alice, outsider] = [
      await as(`arn:aws:iam::${SHOP}:root`),
      await as('shop/alice'),
      await as('first/alice'),
    ]
    const sessions = [
      (await alice.send(assume(SHOP))).Credentials,
      (await outsider.send(assume(SHOP))).Credentials,
      (await alice.send(new GetSessionTokenCommand({}))).Credentials,
      (await root.send(new GetSessionTokenCommand({}))).Credentials,
      (await alice.send(new GetFederationTokenCommand({ Name: 'alice' }))).Credentials,
      (await root.send(new GetFederationTokenCommand({ Name: 'root' }))).Credentials,
    ]
    const clients = [root, alice, ...sessions.map(made)]
    for (const client of clients) assert.equal((await client.send(identity())).Account, SHOP)
    const elsewhere = made((await alice.send(assume(MANAGEMENT))).Credentials)
    await close('shop', how === 'deleted')
    for (const client of clients) {
      await assert.rejects(client.send(identity()), {
        name: 'InvalidClientTokenId',
        message: 'The security token included in the request is invalid.',
      })
    }
    assert.equal(
      (await elsewhere.send(identity())).Account,
      MANAGEMENT,
      'a session in another account is of that account',
    )
  })

  test(`a role of an account that is ${how} is refused like one that was never there`, async (t) => {
    const { as, close } = await stage(t)
    const outsider = await as('first/alice')
    await outsider.send(assume(SHOP))
    await close(SHOP, how === 'deleted')
    const [gone, never] = await Promise.all(
      [SHOP, '999999999999'].map((id) =>
        outsider.send(assume(id)).then(
          () => 'assumed',
          (error: Error) => `${error.name}: ${error.message.replace(id, 'ACCOUNT')}`,
        ),
      ),
    )
    assert.match(gone ?? '', /^AccessDenied: User: \S+ is not authorized to perform: sts:AssumeRole on resource: /)
    assert.equal(gone, never)
  })
}

test('its number and alias stay taken while it is closed, and stand where they stood', async (t) => {
  const { node, close } = await stage(t)
  await close('shop')
  await assert.rejects(node.operate(createAccount, { account: undefined, alias: 'shop' }), { code: 'ValidationError' })
  const { accounts } = await node.operate(listAccounts, { after: undefined })
  assert.partialDeepStrictEqual(accounts, [
    { id: MANAGEMENT, status: 'ACTIVE', organizationPath: 'o-exampleorg1/r-root/' },
    { id: SHOP, alias: 'shop', status: 'CLOSED', organizationPath: 'o-exampleorg1/r-root/ou-root-prodprod/' },
  ])
  await assert.rejects(node.operate(getAccessKey, { principal: 'shop/alice' }), { code: 'NoSuchEntity' })
})

test('a deleted account leaves its organization and its alias, and nobody in a new one of its number is who they were', async (t) => {
  const { node, as, with: made, close } = await stage(t)
  const [root, alice] = [await as(`arn:aws:iam::${SHOP}:root`), await as('shop/alice')]
  const sessions = [
    (await alice.send(assume(SHOP))).Credentials,
    (await root.send(new GetSessionTokenCommand({}))).Credentials,
    (await root.send(new GetFederationTokenCommand({ Name: 'root' }))).Credentials,
  ].map(made)
  await close('shop', true)
  assert.equal(await node.broker.directory.placeOf(SHOP), undefined)
  const { accounts } = await node.operate(listAccounts, { after: undefined })
  assert.deepEqual(
    accounts.map(({ id }) => id),
    [MANAGEMENT],
  )
  const { arn } = await node.operate(createAccount, readCreateAccount({ account: SHOP, alias: 'shop' }))
  assert.equal((await (await as('shop/admin')).send(identity())).Arn, arn)
  for (const session of sessions) {
    await assert.rejects(session.send(identity()), { name: 'InvalidClientTokenId' })
  }
})

test('the management account ends last, and the organization with it', async (t) => {
  const { node, close } = await stage(t)
  await assert.rejects(close('first'), (error) => {
    assert.ok(error instanceof Fault)
    assert.equal(error.code, 'DeleteConflict')
    assert.equal(
      error.message,
      `Account ${MANAGEMENT} manages an organization that account ${SHOP} is in: close that one first.`,
    )
    return true
  })
  await close('shop')
  await assert.rejects(close('first', true), { code: 'DeleteConflict' })
  await close('first')
  await close('shop', true)
  await close('first', true)
  assert.equal(await node.broker.directory.isEmpty(), true)
  for await (const record of node.broker.directory.records.every('organization')) assert.fail(record.key)
})
