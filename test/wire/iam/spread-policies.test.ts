import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  ListRolesCommand,
  PutGroupPolicyCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { ACCOUNT, type IamStage, refused, setIamStage } from './iam-stage.ts'

const ARN = `arn:aws:iam::${ACCOUNT}`
const DOCUMENT = '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}'
const TRUST = `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":{"AWS":"${ARN}:root"},"Action":"sts:AssumeRole"}}`

/** A document of so many characters, of which most are whitespace. */
const spread = (text: string, length: number) => text.replace('{', `{${' '.repeat(length - text.length)}`)

describe('whitespace beyond four times the allowance, or 16 KiB where that is more, is refused as too much', () => {
  let stage: IamStage
  before(async () => {
    const policies = (count: number) =>
      Array.from({ length: count }, (_, index) => ({
        PolicyName: `p${index}`,
        PolicyDocument: spread(DOCUMENT, 4000),
      }))
    stage = await setIamStage([{ UserName: 'user', Policies: policies(4) }], {
      Groups: [{ GroupName: 'group', Policies: policies(5) }],
      Roles: [{ RoleName: 'role', AssumeRolePolicyDocument: TRUST, Policies: policies(10) }],
      ManagedPolicies: [{ ManagedPolicyName: 'managed', PolicyDocument: DOCUMENT }],
    })
  })
  after(() => stage[Symbol.asyncDispose]())
  const admin = () => stage.as('admin')

  test('the inline policies of a user, together', async () => {
    const input = { UserName: 'user', PolicyName: 'more' }
    const put = (length: number) =>
      admin().send(new PutUserPolicyCommand({ ...input, PolicyDocument: spread(DOCUMENT, length) }))
    await refused(put(385), 409, 'LimitExceeded', 'Maximum policy size of 2048 bytes exceeded for user user')
    await put(384)
  })

  test('the inline policies of a group, together', async () => {
    const input = { GroupName: 'group', PolicyName: 'more' }
    const put = (length: number) =>
      admin().send(new PutGroupPolicyCommand({ ...input, PolicyDocument: spread(DOCUMENT, length) }))
    await refused(put(481), 409, 'LimitExceeded', 'Maximum policy size of 5120 bytes exceeded for group group')
    await put(480)
  })

  test('the inline policies of a role, together', async () => {
    const input = { RoleName: 'role', PolicyName: 'more' }
    const put = (length: number) =>
      admin().send(new PutRolePolicyCommand({ ...input, PolicyDocument: spread(DOCUMENT, length) }))
    await refused(put(961), 409, 'LimitExceeded', 'Maximum policy size of 10240 bytes exceeded for role role')
    await put(960)
  })

  test('a trust policy', async () => {
    const says = 'Cannot exceed quota for ACLSizePerRole: 2048'
    const [long, short] = [spread(TRUST, 16_385), spread(TRUST, 16_384)]
    const create = (text: string) => new CreateRoleCommand({ RoleName: 'new', AssumeRolePolicyDocument: text })
    const update = (text: string) => new UpdateAssumeRolePolicyCommand({ RoleName: 'role', PolicyDocument: text })
    await refused(admin().send(create(long)), 409, 'LimitExceeded', says)
    await refused(admin().send(update(long)), 409, 'LimitExceeded', says)
    await admin().send(create(short))
    await admin().send(update(short))
  })

  test('a version of a managed policy', async () => {
    const says = 'Cannot exceed quota for PolicySize: 6144'
    const [long, short] = [spread(DOCUMENT, 24_577), spread(DOCUMENT, 24_576)]
    const create = (text: string) => new CreatePolicyCommand({ PolicyName: 'new', PolicyDocument: text })
    const update = (text: string) =>
      new CreatePolicyVersionCommand({ PolicyArn: `${ARN}:policy/managed`, PolicyDocument: text })
    await refused(admin().send(create(long)), 409, 'LimitExceeded', says)
    await refused(admin().send(update(long)), 409, 'LimitExceeded', says)
    await admin().send(create(short))
    await admin().send(update(short))
  })
})

test('a page of roles ends early where their trust policies are long', async (t) => {
  const Roles = Array.from({ length: 70 }, (_, index) => ({
    RoleName: `role${index}`,
    AssumeRolePolicyDocument: spread(TRUST, 16_384),
  }))
  const stage = await setIamStage([], { Roles })
  t.after(() => stage[Symbol.asyncDispose]())
  const iam = stage.as('admin')
  const first = await iam.send(new ListRolesCommand({ MaxItems: 1000 }))
  assert.deepEqual([first.IsTruncated, first.Roles?.length], [true, 64])
  const rest = await iam.send(new ListRolesCommand({ MaxItems: 1000, Marker: first.Marker }))
  assert.deepEqual([rest.IsTruncated, rest.Roles?.length], [false, 6])
})
