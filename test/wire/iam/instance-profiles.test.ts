import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  GetInstanceProfileCommand,
  ListInstanceProfilesCommand,
  ListInstanceProfilesForRoleCommand,
  ListInstanceProfileTagsCommand,
  RemoveRoleFromInstanceProfileCommand,
  TagInstanceProfileCommand,
  UntagInstanceProfileCommand,
} from '@aws-sdk/client-iam'
import { ACCOUNT, type IamStage, refused, setIamStage } from './iam-stage.ts'
import { denied, roleArn, TRUSTS_EC2 } from './role-samples.ts'

const profileArn = (name: string) => `arn:aws:iam::${ACCOUNT}:instance-profile/${name}`
const INSTANCES = `arn:aws:ec2:*:${ACCOUNT}:instance/*`

/** A user who may do everything with instance profiles, and pass roles where a condition holds. */
const passer = (UserName: string, Resource: string, Condition: object = {}) => ({
  UserName,
  Policies: [
    {
      PolicyName: 'p',
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: 'iam:*InstanceProfile*', Resource: '*' },
          { Effect: 'Allow', Action: 'iam:PassRole', Resource, Condition },
        ],
      },
    },
  ],
})

const to = (service: string) => ({ StringEquals: { 'iam:PassedToService': service } })
const within = (arn: string) => ({ ArnLike: { 'iam:AssociatedResourceArn': arn } })

describe('instance profiles', () => {
  let stage: IamStage
  before(async () => {
    stage = await setIamStage([
      { UserName: 'idle' },
      passer('other-role', roleArn('team/other')),
      passer('without-path', roleArn('web')),
      passer('to-lambda', '*', to('lambda.amazonaws.com')),
      passer('to-one-region', '*', within(`arn:aws:ec2:us-east-1:${ACCOUNT}:instance/*`)),
      passer('tagged', '*', { StringEquals: { 'iam:ResourceTag/team': 'web' } }),
      passer('to-ec2', roleArn('team/*'), { ...to('ec2.amazonaws.com'), ...within(INSTANCES) }),
    ])
    await admin().send(new CreateRoleCommand({ RoleName: 'web', Path: '/team/', AssumeRolePolicyDocument: TRUSTS_EC2 }))
    await admin().send(new CreateRoleCommand({ RoleName: 'second', AssumeRolePolicyDocument: TRUSTS_EC2 }))
    await admin().send(new CreateInstanceProfileCommand({ InstanceProfileName: 'taken', Path: '/team/' }))
  })
  after(() => stage[Symbol.asyncDispose]())
  const admin = () => stage.as('admin')
  const add = (who: string, InstanceProfileName: string, RoleName: string) =>
    stage.as(who).send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName }))
  const remove = (InstanceProfileName: string, RoleName: string) =>
    admin().send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName }))

  test('whoever may not is refused before it is told what there is', async () => {
    const idle = stage.as('idle')
    const InstanceProfileName = 'taken'
    const calls: readonly (readonly [call: () => Promise<unknown>, action: string, profile: string])[] = [
      [() => idle.send(new GetInstanceProfileCommand({ InstanceProfileName })), 'iam:GetInstanceProfile', 'team/taken'],
      [
        () => idle.send(new GetInstanceProfileCommand({ InstanceProfileName: 'absent' })),
        'iam:GetInstanceProfile',
        'absent',
      ],
      [
        () => idle.send(new CreateInstanceProfileCommand({ InstanceProfileName, Path: '/x/' })),
        'iam:CreateInstanceProfile',
        'x/taken',
      ],
      [
        () => idle.send(new DeleteInstanceProfileCommand({ InstanceProfileName })),
        'iam:DeleteInstanceProfile',
        'team/taken',
      ],
      [() => add('idle', 'taken', 'web'), 'iam:AddRoleToInstanceProfile', 'team/taken'],
      [() => idle.send(new ListInstanceProfilesCommand({ PathPrefix: '/team/' })), 'iam:ListInstanceProfiles', 'team/'],
    ]
    for (const [call, action, profile] of calls) {
      await refused(call(), 403, 'AccessDenied', denied('idle', action, profileArn(profile)))
    }
    await refused(
      idle.send(new ListInstanceProfilesForRoleCommand({ RoleName: 'web' })),
      403,
      'AccessDenied',
      denied('idle', 'iam:ListInstanceProfilesForRole', roleArn('team/web')),
    )
  })

  for (const who of ['other-role', 'without-path', 'to-lambda', 'to-one-region', 'tagged']) {
    test(`nobody hands over a role without leave to pass it: ${who}`, async () => {
      const says = denied(who, 'iam:PassRole', roleArn('team/web'))
      await refused(add(who, 'taken', 'web'), 403, 'AccessDenied', says)
    })
  }

  test('a role is handed over to instances of all regions by whoever may pass it so', async () => {
    await add('to-ec2', 'taken', 'web')
    await remove('taken', 'web')
  })

  test('what is not there is not found', async () => {
    const InstanceProfileName = 'absent'
    const iam = admin()
    const calls: readonly (() => Promise<unknown>)[] = [
      () => iam.send(new GetInstanceProfileCommand({ InstanceProfileName })),
      () => iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName })),
      () => add('admin', 'absent', 'absent'),
      () => remove('absent', 'absent'),
      () => iam.send(new TagInstanceProfileCommand({ InstanceProfileName, Tags: [] })),
      () => iam.send(new UntagInstanceProfileCommand({ InstanceProfileName, TagKeys: [] })),
      () => iam.send(new ListInstanceProfileTagsCommand({ InstanceProfileName })),
    ]
    for (const call of calls) {
      await refused(call(), 404, 'NoSuchEntity', 'Instance Profile absent cannot be found.')
    }
    const noRole = 'The role with name absent cannot be found.'
    await refused(add('admin', 'taken', 'absent'), 404, 'NoSuchEntity', noRole)
    await refused(remove('taken', 'absent'), 404, 'NoSuchEntity', noRole)
    const forRole = new ListInstanceProfilesForRoleCommand({ RoleName: 'absent' })
    await refused(iam.send(forRole), 404, 'NoSuchEntity', noRole)
    const notHeld = 'Role web in Instance Profile taken cannot be found.'
    await refused(remove('taken', 'web'), 404, 'NoSuchEntity', notHeld)
  })

  test('a name that is taken, whatever the case of its letters, is taken', async () => {
    const create = admin().send(new CreateInstanceProfileCommand({ InstanceProfileName: 'TAKEN' }))
    await refused(create, 409, 'EntityAlreadyExists', 'Instance Profile TAKEN already exists.')
  })

  test('no instance profile is made past the quota of the account', async () => {
    await using small = await setIamStage([], {}, { instanceProfilesPerAccount: 1 })
    await small.as('admin').send(new CreateInstanceProfileCommand({ InstanceProfileName: 'one' }))
    const create = small.as('admin').send(new CreateInstanceProfileCommand({ InstanceProfileName: 'two' }))
    await refused(create, 409, 'LimitExceeded', 'Cannot exceed quota for InstanceProfilesPerAccount: 1')
  })

  test('an instance profile holds one role, and neither goes before they are parted', async () => {
    const InstanceProfileName = 'held'
    await admin().send(new CreateInstanceProfileCommand({ InstanceProfileName }))
    await add('admin', 'held', 'second')
    for (const role of ['web', 'second']) {
      const says = 'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1'
      await refused(add('admin', 'held', role), 409, 'LimitExceeded', says)
    }
    const says = 'Cannot delete entity, must remove roles from instance profile first.'
    const deleteProfile = () => admin().send(new DeleteInstanceProfileCommand({ InstanceProfileName }))
    const deleteRole = () => admin().send(new DeleteRoleCommand({ RoleName: 'second' }))
    await refused(deleteProfile(), 409, 'DeleteConflict', says)
    await refused(deleteRole(), 409, 'DeleteConflict', says)
    await remove('held', 'SECOND')
    await deleteProfile()
    await deleteRole()
  })

  test('an answer has the members that it has at AWS', async () => {
    const { InstanceProfile: made } = await admin().send(
      new CreateInstanceProfileCommand({ InstanceProfileName: 'full', Path: '/full/' }),
    )
    assert.match(made?.InstanceProfileId ?? '', /^AIPA[A-Z2-7]{17}$/)
    const always = {
      Path: '/full/',
      InstanceProfileName: 'full',
      InstanceProfileId: made?.InstanceProfileId,
      Arn: profileArn('full/full'),
      CreateDate: made?.CreateDate,
    }
    assert.deepEqual(made, { ...always, Roles: [] })
    await add('admin', 'full', 'web')
    const { InstanceProfile: got } = await admin().send(new GetInstanceProfileCommand({ InstanceProfileName: 'FULL' }))
    const [role] = got?.Roles ?? []
    const Roles = [
      {
        Path: '/team/',
        RoleName: 'web',
        RoleId: role?.RoleId,
        Arn: roleArn('team/web'),
        CreateDate: role?.CreateDate,
        AssumeRolePolicyDocument: encodeURIComponent(TRUSTS_EC2),
      },
    ]
    assert.deepEqual(got, { ...always, Roles, Tags: [] })
    const { InstanceProfiles } = await admin().send(new ListInstanceProfilesCommand({ PathPrefix: '/full/' }))
    assert.deepEqual(InstanceProfiles, [{ ...always, Roles }])
    const { InstanceProfiles: ofRole } = await admin().send(new ListInstanceProfilesForRoleCommand({ RoleName: 'WEB' }))
    assert.deepEqual(ofRole, [{ ...always, Roles }])
    await remove('full', 'web')
    const { InstanceProfiles: ofNone } = await admin().send(new ListInstanceProfilesForRoleCommand({ RoleName: 'web' }))
    assert.deepEqual(ofNone, [])
  })

  test('an instance profile is tagged', async () => {
    const InstanceProfileName = 'tagged'
    const { InstanceProfile } = await admin().send(
      new CreateInstanceProfileCommand({ InstanceProfileName, Tags: [{ Key: 'a', Value: '1' }] }),
    )
    assert.deepEqual(InstanceProfile?.Tags, [{ Key: 'a', Value: '1' }])
    await admin().send(new TagInstanceProfileCommand({ InstanceProfileName, Tags: [{ Key: 'b', Value: '2' }] }))
    await admin().send(new UntagInstanceProfileCommand({ InstanceProfileName, TagKeys: ['a', 'B'] }))
    const { Tags } = await admin().send(new ListInstanceProfileTagsCommand({ InstanceProfileName }))
    assert.deepEqual(Tags, [{ Key: 'b', Value: '2' }])
  })

  test('the profiles of a role come in pages', async () => {
    await admin().send(new CreateRoleCommand({ RoleName: 'many', AssumeRolePolicyDocument: TRUSTS_EC2 }))
    for (const InstanceProfileName of ['p1', 'p2', 'p3']) {
      await admin().send(new CreateInstanceProfileCommand({ InstanceProfileName }))
      await add('admin', InstanceProfileName, 'many')
    }
    const list = (Marker?: string) =>
      admin().send(new ListInstanceProfilesForRoleCommand({ RoleName: 'many', MaxItems: 2, Marker }))
    const first = await list()
    const last = await list(first.Marker)
    const names = [first, last].map(({ InstanceProfiles, IsTruncated }) => [
      IsTruncated,
      ...(InstanceProfiles ?? []).map(({ InstanceProfileName }) => InstanceProfileName),
    ])
    assert.deepEqual(names, [
      [true, 'p1', 'p2'],
      [false, 'p3'],
    ])
  })
})
