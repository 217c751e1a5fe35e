import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  CreateAccessKeyCommand,
  CreateLoginProfileCommand,
  CreateUserCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  GetAccessKeyLastUsedCommand,
  GetLoginProfileCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  ListAccessKeysCommand,
  ListUserPoliciesCommand,
  ListUsersCommand,
  ListUserTagsCommand,
  PutUserPolicyCommand,
  TagUserCommand,
  UntagUserCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam'
import { ACCOUNT, type IamStage, refused, setIamStage } from './iam-stage.ts'

const ALLOW = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] })

describe('users', () => {
  let stage: IamStage
  before(async () => {
    stage = await setIamStage([{ UserName: 'idle' }, { UserName: 'taken', Path: '/team/' }])
  })
  after(() => stage[Symbol.asyncDispose]())
  const admin = () => stage.as('admin')

  test('a user whose name changes its case only has the new one wherever it is told', async () => {
    await admin().send(new CreateUserCommand({ UserName: 'cased' }))
    const { AccessKey } = await admin().send(new CreateAccessKeyCommand({ UserName: 'cased' }))
    await admin().send(new CreateLoginProfileCommand({ UserName: 'cased', Password: 'Aa1!aaaaaaaa' }))
    await admin().send(new UpdateUserCommand({ UserName: 'cased', NewUserName: 'Cased' }))
    const { User } = await admin().send(new GetUserCommand({ UserName: 'cased' }))
    const { LoginProfile } = await admin().send(new GetLoginProfileCommand({ UserName: 'cased' }))
    const { AccessKeyMetadata } = await admin().send(new ListAccessKeysCommand({ UserName: 'cased' }))
    const lastUsed = new GetAccessKeyLastUsedCommand({ AccessKeyId: AccessKey?.AccessKeyId })
    const { UserName } = await admin().send(lastUsed)
    const told = [User?.UserName, LoginProfile?.UserName, AccessKeyMetadata?.[0]?.UserName, UserName]
    assert.deepEqual(told, ['Cased', 'Cased', 'Cased', 'Cased'])
  })

  test('what is recorded of a change names whom it is about, however long its document is', async () => {
    const PolicyDocument = ALLOW + ' '.repeat(40_000)
    await admin().send(new CreateUserCommand({ UserName: 'audited' }))
    const long = admin().send(new PutUserPolicyCommand({ UserName: 'audited', PolicyName: 'p', PolicyDocument }))
    await assert.rejects(long, { name: 'LimitExceededException' })
    const record = (await stage.broker.events()).findLast(({ eventName }) => eventName === 'PutUserPolicy')
    assert.partialDeepStrictEqual(record?.['requestParameters'], {
      userName: 'audited',
      policyName: 'p',
      policyDocument: { omitted: true },
    })
  })

  test('whoever may not is refused before it is told what there is', async () => {
    const idle = stage.as('idle')
    const who = `User: arn:aws:iam::${ACCOUNT}:user/idle is not authorized to perform`
    const why = (action: string) => `because no identity-based policy allows the ${action} action`
    await refused(
      idle.send(new GetUserCommand({ UserName: 'taken' })),
      403,
      'AccessDenied',
      `${who}: iam:GetUser on resource: user taken ${why('iam:GetUser')}`,
    )
    await refused(
      idle.send(new GetUserCommand({ UserName: 'absent' })),
      403,
      'AccessDenied',
      `${who}: iam:GetUser on resource: user absent ${why('iam:GetUser')}`,
    )
    await refused(
      idle.send(new CreateUserCommand({ UserName: 'eve', Path: '/x/' })),
      403,
      'AccessDenied',
      `${who}: iam:CreateUser on resource: arn:aws:iam::${ACCOUNT}:user/x/eve ${why('iam:CreateUser')}`,
    )
  })

  test('a name that is taken, whatever the case of its letters, is taken', async () => {
    const create = admin().send(new CreateUserCommand({ UserName: 'TAKEN' }))
    await refused(create, 409, 'EntityAlreadyExists', 'User with name TAKEN already exists.')
  })

  test('violations name the member and not its value', async () => {
    await refused(
      admin().send(new CreateUserCommand({ UserName: 'a b' })),
      400,
      'ValidationError',
      "1 validation error detected: Value at 'userName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+",
    )
  })

  test('a user is made, found, tagged, renamed and deleted', async () => {
    const { User: made } = await admin().send(
      new CreateUserCommand({ UserName: 'bob', Path: '/team/', Tags: [{ Key: 'Team', Value: 'core' }] }),
    )
    assert.match(made?.UserId ?? '', /^AIDA[A-Z2-7]{17}$/)
    assert.deepEqual(
      { Path: made?.Path, Arn: made?.Arn, Tags: made?.Tags },
      { Path: '/team/', Arn: `arn:aws:iam::${ACCOUNT}:user/team/bob`, Tags: [{ Key: 'Team', Value: 'core' }] },
    )
    await admin().send(
      new TagUserCommand({
        UserName: 'bob',
        Tags: [
          { Key: 'team', Value: 'web' },
          { Key: 'a', Value: '' },
        ],
      }),
    )
    await admin().send(new UntagUserCommand({ UserName: 'bob', TagKeys: ['A', 'absent'] }))
    const { Tags } = await admin().send(new ListUserTagsCommand({ UserName: 'bob' }))
    assert.deepEqual(Tags, [{ Key: 'team', Value: 'web' }])

    await admin().send(new UpdateUserCommand({ UserName: 'bob', NewUserName: 'robert', NewPath: '/' }))
    await refused(
      admin().send(new GetUserCommand({ UserName: 'bob' })),
      404,
      'NoSuchEntity',
      'The user with name bob cannot be found.',
    )
    const { User: renamed } = await admin().send(new GetUserCommand({ UserName: 'robert' }))
    assert.equal(renamed?.Arn, `arn:aws:iam::${ACCOUNT}:user/robert`)
    assert.equal(renamed?.UserId, made?.UserId)
    assert.deepEqual(renamed?.CreateDate, made?.CreateDate)

    await admin().send(new PutUserPolicyCommand({ UserName: 'robert', PolicyName: 'p', PolicyDocument: ALLOW }))
    await refused(
      admin().send(new DeleteUserCommand({ UserName: 'robert' })),
      409,
      'DeleteConflict',
      'Cannot delete entity, must delete policies first.',
    )
    const { PolicyDocument } = await admin().send(new GetUserPolicyCommand({ UserName: 'robert', PolicyName: 'p' }))
    assert.equal(decodeURIComponent(PolicyDocument ?? ''), ALLOW)
    const { PolicyNames } = await admin().send(new ListUserPoliciesCommand({ UserName: 'robert' }))
    assert.deepEqual(PolicyNames, ['p'])
    await admin().send(new DeleteUserPolicyCommand({ UserName: 'robert', PolicyName: 'p' }))
    await admin().send(new DeleteUserCommand({ UserName: 'robert' }))
    await refused(
      admin().send(new DeleteUserCommand({ UserName: 'robert' })),
      404,
      'NoSuchEntity',
      'The user with name robert cannot be found.',
    )
  })

  test('a list comes in pages, and a marker is good for no other list', async () => {
    for (const name of ['p1', 'p2', 'p3'])
      await admin().send(new CreateUserCommand({ UserName: name, Path: '/paged/' }))
    const first = await admin().send(new ListUsersCommand({ PathPrefix: '/paged/', MaxItems: 2 }))
    assert.deepEqual(
      first.Users?.map(({ UserName }) => UserName),
      ['p1', 'p2'],
    )
    assert.equal(first.IsTruncated, true)
    const last = await admin().send(new ListUsersCommand({ PathPrefix: '/paged/', MaxItems: 2, Marker: first.Marker }))
    assert.deepEqual(
      [last.Users?.map(({ UserName }) => UserName), last.IsTruncated, last.Marker],
      [['p3'], false, undefined],
    )
    await refused(
      admin().send(new ListUsersCommand({ MaxItems: 2, Marker: first.Marker })),
      400,
      'ValidationError',
      'Invalid Marker.',
    )
  })
})
