import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import type { DirectoryInput } from '../../src/index.ts'
import { startTestBroker } from '../../src/testing/index.ts'

const MANAGEMENT = '111111111111'
const SOURCE = '222222222222'
const TARGET = '333333333333'
const OUTSIDE = '444444444444'
const ROLE = `arn:aws:iam::${TARGET}:role/Deployer`

type Json = Readonly<Record<string, unknown>>
const document = (...statements: Json[]) => ({ Version: '2012-10-17', Statement: statements })
const policy = (PolicyName: string, ...statements: Json[]) => ({ PolicyName, PolicyDocument: document(...statements) })
const allowAll = { Effect: 'Allow', Action: '*', Resource: '*' }
const denyAssumeRole = { Effect: 'Deny', Action: 'sts:AssumeRole', Resource: '*' }

/** Three accounts in an organization, one outside; an administrator in each, and a role that trusts all of them. */
function directory(controls: Json = {}, trustCondition?: Json): DirectoryInput {
  const account = (Id: string) => ({
    Id,
    Users: [{ UserName: 'admin', AccessKeys: [{}], Policies: [policy('all', allowAll)] }],
  })
  const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: '*' } }
  const role = {
    RoleName: 'Deployer',
    AssumeRolePolicyDocument: document(trustCondition ? { ...trust, Condition: trustCondition } : trust),
  }
  return {
    Organization: {
      Id: 'o-exampleorg1',
      ManagementAccountId: MANAGEMENT,
      Roots: [
        {
          Id: 'r-root',
          Accounts: [MANAGEMENT],
          ServiceControlPolicies: [],
          ...controls,
          OrganizationalUnits: [{ Name: 'prod', Id: 'ou-root-prodprod', Accounts: [SOURCE, TARGET] }],
        },
      ],
    },
    Accounts: [account(MANAGEMENT), account(SOURCE), { ...account(TARGET), Roles: [role] }, account(OUTSIDE)],
  }
}

async function assumeAs(account: string, input: DirectoryInput): Promise<string> {
  await using broker = await startTestBroker({ directory: input })
  const sts = new STSClient(await broker.as(`${account}/admin`))
  return await sts.send(new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'test' })).then(
    () => 'allowed',
    (error: Error) => error.message,
  )
}

const bare = (account: string) =>
  `User: arn:aws:iam::${account}:user/admin is not authorized to perform: sts:AssumeRole on resource: ${ROLE}`

test('a service control policy that denies stops an administrator of a member account', async () => {
  const controls = { ServiceControlPolicies: [policy('FullAWSAccess', allowAll), policy('none', denyAssumeRole)] }
  assert.equal(await assumeAs(SOURCE, directory(controls)), bare(SOURCE))
  assert.equal(
    await assumeAs(TARGET, directory(controls)),
    `${bare(TARGET)} with an explicit deny in a service control policy`,
  )
})

test('a level of the organization that does not allow an action stops it for every account below', async () => {
  const controls = { ServiceControlPolicies: [policy('s3', { ...allowAll, Action: 's3:*' })] }
  assert.equal(await assumeAs(SOURCE, directory(controls)), bare(SOURCE))
  assert.equal(
    await assumeAs(TARGET, directory(controls)),
    `${bare(TARGET)} because no service control policy allows the sts:AssumeRole action`,
  )
})

test('service control policies restrict neither the management account nor accounts outside', async () => {
  const controls = { ServiceControlPolicies: [policy('none', denyAssumeRole)] }
  assert.equal(await assumeAs(MANAGEMENT, directory(controls)), 'allowed')
  assert.equal(await assumeAs(OUTSIDE, directory(controls)), 'allowed')
})

test('a resource control policy stops callers of every account, because it guards the role', async () => {
  const deny = { ...denyAssumeRole, Principal: '*' }
  const controls = { ResourceControlPolicies: [policy('perimeter', deny)] }
  for (const account of [MANAGEMENT, SOURCE, OUTSIDE])
    assert.equal(await assumeAs(account, directory(controls)), bare(account))
})

test('aws:PrincipalOrgID tells members from strangers', async () => {
  const members = directory({}, { StringEquals: { 'aws:PrincipalOrgID': 'o-exampleorg1' } })
  assert.equal(await assumeAs(OUTSIDE, members), bare(OUTSIDE))
  assert.equal(await assumeAs(SOURCE, members), 'allowed')
})

test('aws:PrincipalOrgPaths tells the units of an organization apart', async () => {
  const prod = directory(
    {},
    { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-exampleorg1/r-root/ou-root-prodprod/*' } },
  )
  assert.equal(await assumeAs(MANAGEMENT, prod), bare(MANAGEMENT))
  assert.equal(await assumeAs(SOURCE, prod), 'allowed')
})

test('without control policies everything that policies allow is allowed', async () => {
  assert.equal(await assumeAs(SOURCE, directory()), 'allowed')
})
