import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  CreateAccountAliasCommand,
  CreatePolicyVersionCommand,
  CreateUserCommand,
  DeleteAccountAliasCommand,
  DeletePolicyVersionCommand,
  GetAccountSummaryCommand,
  GetRoleCommand,
  ListAccountAliasesCommand,
  paginateListAccountAliases,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { ACCOUNT, ADMIN, type IamStage, OTHER, refused, setIamStage } from './iam-stage.ts'

const TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' }],
}

describe('an account', () => {
  let stage: IamStage
  before(async () => {
    stage = await setIamStage([{ UserName: 'idle' }], {
      Alias: 'first-name',
      Roles: [{ RoleName: 'keeper', AssumeRolePolicyDocument: TRUST }],
      ManagedPolicies: [{ ManagedPolicyName: 'p', PolicyDocument: ADMIN.Policies?.[0]?.PolicyDocument ?? '' }],
    })
  })
  after(() => stage[Symbol.asyncDispose]())
  const admin = () => stage.as('admin')
  const other = async () => stage.as((await stage.broker.as(`arn:aws:iam::${OTHER}:user/admin`)).credentials)
  const aliases = async () => (await admin().send(new ListAccountAliasesCommand({}))).AccountAliases

  for (const [AccountAlias, code, says] of [
    ['ab', 'ValidationError', /length greater than or equal to 3/],
    ['a--b', 'ValidationError', /regular expression pattern/],
    ['-abc', 'ValidationError', /regular expression pattern/],
    ['Abc', 'ValidationError', /regular expression pattern/],
    ['x'.repeat(64), 'ValidationError', /length less than or equal to 63/],
    ['222222222222', 'InvalidInput', /account number/],
  ] as const) {
    test(`${AccountAlias} is no alias`, async () => {
      await refused(admin().send(new CreateAccountAliasCommand({ AccountAlias })), 400, code, says)
    })
  }

  test('an alias that an account has, whichever, is taken', async () => {
    const says = 'The account alias first-name already exists.'
    const AccountAlias = 'first-name'
    await refused(admin().send(new CreateAccountAliasCommand({ AccountAlias })), 409, 'EntityAlreadyExists', says)
    const theirs = (await other()).send(new CreateAccountAliasCommand({ AccountAlias }))
    await refused(theirs, 409, 'EntityAlreadyExists', says)
  })

  test('an alias of nobody, or of another account, is none to delete', async () => {
    await refused(
      admin().send(new DeleteAccountAliasCommand({ AccountAlias: 'nobodys' })),
      404,
      'NoSuchEntity',
      'The account alias nobodys cannot be found.',
    )
    const theirs = (await other()).send(new DeleteAccountAliasCommand({ AccountAlias: 'first-name' }))
    await refused(theirs, 404, 'NoSuchEntity', 'The account alias first-name cannot be found.')
  })

  test('whoever may not is refused', async () => {
    for (const command of [
      () => stage.as('idle').send(new CreateAccountAliasCommand({ AccountAlias: 'mine' })),
      () => stage.as('idle').send(new DeleteAccountAliasCommand({ AccountAlias: 'first-name' })),
      () => stage.as('idle').send(new ListAccountAliasesCommand({})),
      () => stage.as('idle').send(new GetAccountSummaryCommand({})),
    ]) {
      await refused(
        command(),
        403,
        'AccessDenied',
        /is not authorized to perform: iam:\w+ on resource: \* because no identity-based policy/,
      )
    }
  })

  test('an alias is replaced by another, and then free for others', async () => {
    await admin().send(new CreateAccountAliasCommand({ AccountAlias: 'second-name' }))
    assert.deepEqual(await aliases(), ['second-name'])
    await (await other()).send(new CreateAccountAliasCommand({ AccountAlias: 'first-name' }))
    await admin().send(new DeleteAccountAliasCommand({ AccountAlias: 'second-name' }))
    const found: string[] = []
    for await (const page of paginateListAccountAliases({ client: admin() }, {}))
      found.push(...(page.AccountAliases ?? []))
    assert.deepEqual(found, [])
  })

  test('a summary counts what there is, and tells every number that AWS tells', async () => {
    const { SummaryMap = {} } = await admin().send(new GetAccountSummaryCommand({}))
    const { Users, Roles, Policies, PolicyVersionsInUse, AccountAccessKeysPresent, Groups, UsersQuota } = SummaryMap
    assert.deepEqual(
      { Users, Roles, Policies, PolicyVersionsInUse, AccountAccessKeysPresent, Groups, UsersQuota },
      {
        Users: 2,
        Roles: 1,
        Policies: 1,
        PolicyVersionsInUse: 1,
        AccountAccessKeysPresent: 1,
        Groups: 0,
        UsersQuota: 5000,
      },
    )
    assert.equal(Object.keys(SummaryMap).length, 34)
    await admin().send(new CreateUserCommand({ UserName: 'more' }))
    const { SummaryMap: later = {} } = await admin().send(new GetAccountSummaryCommand({}))
    assert.equal(later.Users, 3)
    const PolicyDocument = JSON.stringify(ADMIN.Policies?.[0]?.PolicyDocument)
    const PolicyArn = `arn:aws:iam::${ACCOUNT}:policy/p`
    await admin().send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument }))
    await admin().send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument }))
    await admin().send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v2' }))
    const { SummaryMap: last = {} } = await admin().send(new GetAccountSummaryCommand({}))
    assert.deepEqual([last.Policies, last.PolicyVersionsInUse], [1, 2])
  })

  test('a role tells when it was used last, and by nothing that only made its sessions', async () => {
    const credentials = (await stage.broker.as(`arn:aws:iam::${ACCOUNT}:user/admin`)).credentials
    const { endpoint } = stage.broker
    const sts = new STSClient({ endpoint, region: 'us-east-1', credentials })
    const RoleArn = `arn:aws:iam::${ACCOUNT}:role/keeper`
    const { Credentials: made } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'keeping' }))
    const lastUsed = async () => (await admin().send(new GetRoleCommand({ RoleName: 'keeper' }))).Role?.RoleLastUsed
    assert.deepEqual(await lastUsed(), {})
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = made ?? {}
    const keeper = new STSClient({
      endpoint,
      region: 'eu-central-1',
      credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
    })
    await keeper.send(new GetCallerIdentityCommand({}))
    const used = await lastUsed()
    assert.equal(used?.Region, 'eu-central-1')
    assert.ok(Math.abs((used?.LastUsedDate?.getTime() ?? 0) - Date.now()) < 60_000)
    sts.destroy()
    keeper.destroy()
  })
})
