import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  DeleteUserPermissionsBoundaryCommand,
  DetachRolePolicyCommand,
  DetachUserPolicyCommand,
  GetPolicyCommand,
  GetUserCommand,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
  type ListAttachedUserPoliciesCommandInput,
  ListEntitiesForPolicyCommand,
  type ListEntitiesForPolicyCommandInput,
  ListGroupsCommand,
  PutUserPermissionsBoundaryCommand,
} from '@aws-sdk/client-iam'
import { ACCOUNT, type IamStage, setIamStage } from './iam-stage.ts'

const ARN = `arn:aws:iam::${ACCOUNT}:policy`
const shared = `${ARN}/team/Shared`
const allowing = (Action: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] })

describe('attachments and boundaries', () => {
  let stage: IamStage
  before(async () => {
    stage = await setIamStage([{ UserName: 'alice' }, { UserName: 'bob', Path: '/team/' }, { UserName: 'carol' }])
    const iam = stage.as('admin')
    await iam.send(new CreatePolicyCommand({ PolicyName: 'Shared', Path: '/team/', PolicyDocument: allowing('iam:*') }))
    await iam.send(new CreatePolicyCommand({ PolicyName: 'AdministratorAccess', PolicyDocument: allowing('s3:*') }))
    await iam.send(new CreateGroupCommand({ GroupName: 'crew' }))
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' }],
    })
    await iam.send(new CreateRoleCommand({ RoleName: 'web', AssumeRolePolicyDocument, PermissionsBoundary: shared }))
  })
  after(() => stage[Symbol.asyncDispose]())
  const admin = () => stage.as('admin')
  async function entities(filter: Partial<ListEntitiesForPolicyCommandInput> = {}): Promise<readonly string[]> {
    const found: string[] = []
    for (let Marker: string | undefined; ; ) {
      const page = await admin().send(new ListEntitiesForPolicyCommand({ PolicyArn: shared, Marker, ...filter }))
      assert.ok(page.PolicyGroups && page.PolicyRoles && page.PolicyUsers)
      for (const { GroupName, GroupId } of page.PolicyGroups) found.push(`group ${GroupName} ${GroupId?.slice(0, 4)}`)
      for (const { RoleName, RoleId } of page.PolicyRoles) found.push(`role ${RoleName} ${RoleId?.slice(0, 4)}`)
      for (const { UserName, UserId } of page.PolicyUsers) found.push(`user ${UserName} ${UserId?.slice(0, 4)}`)
      Marker = page.Marker
      if (page.IsTruncated !== true) return found
    }
  }

  test('what is attached is listed by name, and attaching it again changes nothing', async () => {
    const ofAws = 'arn:aws:iam::aws:policy/AdministratorAccess'
    for (const PolicyArn of [shared, ofAws, `${ARN}/AdministratorAccess`, shared]) {
      await admin().send(new AttachUserPolicyCommand({ UserName: 'carol', PolicyArn }))
    }
    const list = async (filter: Partial<ListAttachedUserPoliciesCommandInput>) => {
      const page = await admin().send(new ListAttachedUserPoliciesCommand({ UserName: 'carol', ...filter }))
      return { arns: page.AttachedPolicies?.map(({ PolicyArn }) => PolicyArn), Marker: page.Marker }
    }
    const first = await list({ MaxItems: 1 })
    const second = await list({ MaxItems: 1, Marker: first.Marker })
    const third = await list({ MaxItems: 1, Marker: second.Marker })
    assert.deepEqual(
      [...(first.arns ?? []), ...(second.arns ?? []), ...(third.arns ?? []), third.Marker],
      [`${ARN}/AdministratorAccess`, ofAws, shared, undefined],
    )
    assert.deepEqual((await list({ PathPrefix: '/team/' })).arns, [shared])
    for (const PolicyArn of [shared, ofAws, `${ARN}/AdministratorAccess`]) {
      await admin().send(new DetachUserPolicyCommand({ UserName: 'carol', PolicyArn }))
    }
    assert.deepEqual((await list({})).arns, [])
  })

  test('who uses a policy is listed once, however they use it, over all pages', async () => {
    await admin().send(new AttachGroupPolicyCommand({ GroupName: 'crew', PolicyArn: shared }))
    await admin().send(new AttachRolePolicyCommand({ RoleName: 'web', PolicyArn: shared }))
    await admin().send(new AttachUserPolicyCommand({ UserName: 'alice', PolicyArn: shared }))
    await admin().send(new AttachUserPolicyCommand({ UserName: 'bob', PolicyArn: shared }))
    await admin().send(new PutUserPermissionsBoundaryCommand({ UserName: 'bob', PermissionsBoundary: shared }))
    await admin().send(new PutUserPermissionsBoundaryCommand({ UserName: 'carol', PermissionsBoundary: shared }))
    const all = ['group crew AGPA', 'role web AROA', 'user alice AIDA', 'user bob AIDA', 'user carol AIDA']
    assert.deepEqual(await entities(), all)
    for (const MaxItems of [1, 2, 3]) assert.deepEqual(await entities({ MaxItems }), all)
    assert.deepEqual(await entities({ EntityFilter: 'Group' }), all.slice(0, 1))
    assert.deepEqual(await entities({ EntityFilter: 'Role' }), all.slice(1, 2))
    assert.deepEqual(await entities({ EntityFilter: 'LocalManagedPolicy' }), [])
    assert.deepEqual(await entities({ PathPrefix: '/team/' }), ['user bob AIDA'])
    const boundaries = { PolicyUsageFilter: 'PermissionsBoundary' } as const
    assert.deepEqual(await entities(boundaries), ['role web AROA', 'user bob AIDA', 'user carol AIDA'])
    assert.deepEqual(await entities({ PolicyUsageFilter: 'PermissionsPolicy' }), all.slice(0, 4))
    const { Policy: policy } = await admin().send(new GetPolicyCommand({ PolicyArn: shared }))
    assert.deepEqual([policy?.AttachmentCount, policy?.PermissionsBoundaryUsageCount], [4, 3])
  })

  test('what is attached to a role is listed until it is detached', async () => {
    const PolicyArn = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess'
    const list = async () =>
      (await admin().send(new ListAttachedRolePoliciesCommand({ RoleName: 'web', PathPrefix: '/' }))).AttachedPolicies
    await admin().send(new AttachRolePolicyCommand({ RoleName: 'web', PolicyArn }))
    assert.ok((await list())?.some((each) => each.PolicyArn === PolicyArn))
    await admin().send(new DetachRolePolicyCommand({ RoleName: 'web', PolicyArn }))
    assert.ok(!(await list())?.some((each) => each.PolicyArn === PolicyArn))
  })

  test('a boundary limits from the next request on, and is answered with its user', async () => {
    const list = () => stage.as('alice').send(new ListGroupsCommand({}))
    await admin().send(new AttachUserPolicyCommand({ UserName: 'alice', PolicyArn: shared }))
    await list()
    const PermissionsBoundary = `${ARN}/AdministratorAccess`
    await admin().send(new PutUserPermissionsBoundaryCommand({ UserName: 'alice', PermissionsBoundary }))
    await assert.rejects(list(), /because no permissions boundary allows the iam:ListGroups action/)
    const { User: user } = await admin().send(new GetUserCommand({ UserName: 'alice' }))
    assert.deepEqual(user?.PermissionsBoundary, {
      PermissionsBoundaryType: 'Policy',
      PermissionsBoundaryArn: PermissionsBoundary,
    })
    await admin().send(new DeleteUserPermissionsBoundaryCommand({ UserName: 'alice' }))
    await list()
  })
})
