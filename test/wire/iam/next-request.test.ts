import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteGroupPolicyCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DeleteUserPermissionsBoundaryCommand,
  DeleteUserPolicyCommand,
  DetachGroupPolicyCommand,
  DetachRolePolicyCommand,
  DetachUserPolicyCommand,
  GetUserCommand,
  type IAMClient,
  ListUsersCommand,
  PutGroupPolicyCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
  RemoveUserFromGroupCommand,
  SetDefaultPolicyVersionCommand,
  TagRoleCommand,
  TagUserCommand,
  UntagRoleCommand,
  UntagUserCommand,
  UpdateAccessKeyCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateGroupCommand,
  UpdateRoleCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand, type AssumeRoleCommandInput, STSClient } from '@aws-sdk/client-sts'
import type { Credentials } from '../wire-client.ts'
import { ACCOUNT, type IamStage, setIamStage } from './iam-stage.ts'

/** What a request comes to: `allowed`, or the code of its refusal. */
type Outcome = 'allowed' | 'AccessDenied' | 'InvalidClientTokenId' | 'ValidationError'
/** A change, and what a request comes to that is made right after it. */
type Step = readonly [change: string, make: (iam: IAMClient) => Promise<unknown>, outcome: Outcome]

const ARN = `arn:aws:iam::${ACCOUNT}`
const document = (statement: Readonly<Record<string, unknown>>) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] })
const LISTING = { Action: 'iam:ListUsers', Resource: '*' }
const list = document(LISTING)
const nothing = document({ Action: 's3:GetObject', Resource: '*' })
const ofCore = document({ ...LISTING, Condition: { StringEquals: { 'aws:PrincipalTag/team': 'core' } } })
const trust = (name: string) =>
  document({ Principal: { AWS: `${ARN}:user/${name}` }, Action: 'sts:AssumeRole', Resource: undefined })

const UserName = 'alice'
const PolicyName = 'may'
const GroupName = 'crew'
const RoleName = 'worker'
const PolicyArn = `${ARN}:policy/Lists`
const Nothing = `${ARN}:policy/Nothing`

async function outcomeOf(request: Promise<unknown>): Promise<string> {
  return await request.then(
    () => 'allowed',
    (error: Error) => error.name,
  )
}

/** Each change on top of those before it. */
const OF_A_USER: readonly Step[] = [
  [
    'PutUserPolicy',
    (iam) => iam.send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument: list })),
    'allowed',
  ],
  [
    'PutUserPolicy with another document',
    (iam) => iam.send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument: nothing })),
    'AccessDenied',
  ],
  [
    'PutUserPolicy on tags',
    (iam) => iam.send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument: ofCore })),
    'AccessDenied',
  ],
  ['TagUser', (iam) => iam.send(new TagUserCommand({ UserName, Tags: [{ Key: 'team', Value: 'core' }] })), 'allowed'],
  ['UntagUser', (iam) => iam.send(new UntagUserCommand({ UserName, TagKeys: ['team'] })), 'AccessDenied'],
  ['AttachUserPolicy', (iam) => iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn })), 'allowed'],
  [
    'DeleteUserPolicy of another policy',
    (iam) => iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName })),
    'allowed',
  ],
  [
    'CreatePolicyVersion that is no default',
    (iam) => iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: nothing })),
    'allowed',
  ],
  [
    'SetDefaultPolicyVersion',
    (iam) => iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v2' })),
    'AccessDenied',
  ],
  [
    'CreatePolicyVersion as the default',
    (iam) => iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: list, SetAsDefault: true })),
    'allowed',
  ],
  [
    'PutUserPermissionsBoundary',
    (iam) => iam.send(new PutUserPermissionsBoundaryCommand({ UserName, PermissionsBoundary: Nothing })),
    'AccessDenied',
  ],
  [
    'DeleteUserPermissionsBoundary',
    (iam) => iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName })),
    'allowed',
  ],
  ['DetachUserPolicy', (iam) => iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn })), 'AccessDenied'],
  [
    'AttachGroupPolicy of a group of others',
    (iam) => iam.send(new AttachGroupPolicyCommand({ GroupName, PolicyArn })),
    'AccessDenied',
  ],
  ['AddUserToGroup', (iam) => iam.send(new AddUserToGroupCommand({ GroupName, UserName })), 'allowed'],
  ['UpdateGroup', (iam) => iam.send(new UpdateGroupCommand({ GroupName, NewGroupName: 'team' })), 'allowed'],
  [
    'DetachGroupPolicy',
    (iam) => iam.send(new DetachGroupPolicyCommand({ GroupName: 'team', PolicyArn })),
    'AccessDenied',
  ],
  [
    'PutGroupPolicy',
    (iam) => iam.send(new PutGroupPolicyCommand({ GroupName: 'team', PolicyName, PolicyDocument: list })),
    'allowed',
  ],
  [
    'DeleteGroupPolicy',
    (iam) => iam.send(new DeleteGroupPolicyCommand({ GroupName: 'team', PolicyName })),
    'AccessDenied',
  ],
  [
    'PutGroupPolicy once more',
    (iam) => iam.send(new PutGroupPolicyCommand({ GroupName: 'team', PolicyName, PolicyDocument: list })),
    'allowed',
  ],
  [
    'RemoveUserFromGroup',
    (iam) => iam.send(new RemoveUserFromGroupCommand({ GroupName: 'team', UserName })),
    'AccessDenied',
  ],
  [
    'AddUserToGroup once more',
    (iam) => iam.send(new AddUserToGroupCommand({ GroupName: 'team', UserName })),
    'allowed',
  ],
  ['UpdateUser', (iam) => iam.send(new UpdateUserCommand({ UserName, NewUserName: 'alicia' })), 'allowed'],
]

const OF_A_ROLE: readonly Step[] = [
  ['AttachRolePolicy', (iam) => iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn })), 'allowed'],
  [
    'PutRolePermissionsBoundary',
    (iam) => iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: Nothing })),
    'AccessDenied',
  ],
  [
    'DeleteRolePermissionsBoundary',
    (iam) => iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName })),
    'allowed',
  ],
  ['DetachRolePolicy', (iam) => iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })), 'AccessDenied'],
  [
    'PutRolePolicy',
    (iam) => iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: ofCore })),
    'AccessDenied',
  ],
  ['TagRole', (iam) => iam.send(new TagRoleCommand({ RoleName, Tags: [{ Key: 'team', Value: 'core' }] })), 'allowed'],
  ['UntagRole', (iam) => iam.send(new UntagRoleCommand({ RoleName, TagKeys: ['team'] })), 'AccessDenied'],
  [
    'PutRolePolicy with another document',
    (iam) => iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: list })),
    'allowed',
  ],
  ['DeleteRolePolicy', (iam) => iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })), 'AccessDenied'],
  ['DeleteRole', (iam) => iam.send(new DeleteRoleCommand({ RoleName })), 'InvalidClientTokenId'],
  // One of the same name is another role: its sessions are others, too.
  [
    'CreateRole of the same name',
    (iam) => iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust(UserName) })),
    'InvalidClientTokenId',
  ],
]

describe('a change is seen by the next request', () => {
  let stage: IamStage
  before(async () => {
    stage = await setIamStage()
    const iam = stage.as('admin')
    await iam.send(new CreatePolicyCommand({ PolicyName: 'Lists', PolicyDocument: list }))
    await iam.send(new CreatePolicyCommand({ PolicyName: 'Nothing', PolicyDocument: nothing }))
    await iam.send(new CreateGroupCommand({ GroupName }))
    await iam.send(new CreateUserCommand({ UserName }))
  })
  after(() => stage[Symbol.asyncDispose]())

  async function keyOf(name: string): Promise<Credentials> {
    const { AccessKey } = await stage.as('admin').send(new CreateAccessKeyCommand({ UserName: name }))
    return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
  }

  async function assume(by: Credentials, more: Partial<AssumeRoleCommandInput> = {}): Promise<Credentials> {
    const sts = new STSClient({ endpoint: stage.broker.endpoint, region: 'us-east-1', credentials: by, maxAttempts: 1 })
    const RoleArn = `${ARN}:role/${RoleName}`
    const answer = await sts
      .send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'shift', ...more }))
      .finally(() => sts.destroy())
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = answer.Credentials ?? {}
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
  }

  /** Makes each change, and asks at once. */
  async function follow(steps: readonly Step[], probe: () => Promise<unknown>): Promise<void> {
    const admin = stage.as('admin')
    for (const [change, make, outcome] of steps) {
      await make(admin)
      assert.equal(await outcomeOf(probe()), outcome, `after ${change}`)
    }
  }

  test('of what a user may do', async () => {
    const alice = stage.as(await keyOf(UserName))
    const probe = () => alice.send(new ListUsersCommand({}))
    assert.equal(await outcomeOf(probe()), 'AccessDenied')
    await follow(OF_A_USER, probe)
    await follow(
      [
        [
          'UpdateUser',
          (iam) => iam.send(new UpdateUserCommand({ UserName: 'alicia', NewUserName: UserName })),
          'allowed',
        ],
      ],
      probe,
    )
  })

  test('of what the sessions of a role may do', async () => {
    await stage.as('admin').send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust(UserName) }))
    const session = stage.as(await assume(await keyOf(UserName)))
    const probe = () => session.send(new ListUsersCommand({}))
    assert.equal(await outcomeOf(probe()), 'AccessDenied')
    await follow(OF_A_ROLE, probe)
  })

  test('of who becomes a role, and for how long', async () => {
    const admin = stage.as('admin')
    await admin.send(new CreateUserCommand({ UserName: 'bob' }))
    const bob = await keyOf('bob')
    const trusting = (name: string) => (iam: IAMClient) =>
      iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: trust(name) }))
    await follow(
      [
        ['UpdateAssumeRolePolicy', trusting('bob'), 'allowed'],
        ['UpdateAssumeRolePolicy for somebody else', trusting(UserName), 'AccessDenied'],
        ['UpdateAssumeRolePolicy once more', trusting('bob'), 'allowed'],
      ],
      () => assume(bob),
    )
    const longer = (MaxSessionDuration: number) => (iam: IAMClient) =>
      iam.send(new UpdateRoleCommand({ RoleName, MaxSessionDuration }))
    await follow(
      [
        ['UpdateRole to two hours', longer(7200), 'allowed'],
        ['UpdateRole to one hour', longer(3600), 'ValidationError'],
      ],
      () => assume(bob, { DurationSeconds: 7200 }),
    )
  })

  test('of whether a key is anybody’s', async () => {
    await stage.as('admin').send(new CreateUserCommand({ UserName: 'carol' }))
    const key = await keyOf('carol')
    const carol = stage.as(key)
    const own = { UserName: 'carol', AccessKeyId: key.accessKeyId }
    const set = (Status: 'Active' | 'Inactive') => (iam: IAMClient) =>
      iam.send(new UpdateAccessKeyCommand({ ...own, Status }))
    const may = document({ Action: 'iam:GetUser', Resource: '*' })
    await follow(
      [
        [
          'PutUserPolicy',
          (iam) => iam.send(new PutUserPolicyCommand({ UserName: 'carol', PolicyName, PolicyDocument: may })),
          'allowed',
        ],
        ['UpdateAccessKey to Inactive', set('Inactive'), 'InvalidClientTokenId'],
        ['UpdateAccessKey to Active', set('Active'), 'allowed'],
        ['DeleteAccessKey', (iam) => iam.send(new DeleteAccessKeyCommand(own)), 'InvalidClientTokenId'],
      ],
      () => carol.send(new GetUserCommand({})),
    )
  })
})
