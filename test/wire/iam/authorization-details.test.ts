import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  GetAccountAuthorizationDetailsCommand,
  type GetAccountAuthorizationDetailsCommandInput,
  type GetAccountAuthorizationDetailsResponse,
} from '@aws-sdk/client-iam'
import { ACCOUNT, ADMIN, type IamStage, refused, setIamStage } from './iam-stage.ts'

const ARN = `arn:aws:iam::${ACCOUNT}`
const LIMIT = `${ARN}:policy/limit`
const READ_ONLY = 'arn:aws:iam::aws:policy/IAMReadOnlyAccess'
const ALL = ADMIN.Policies?.[0]?.PolicyDocument ?? {}
const TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' }],
}

describe('the details of an account', () => {
  let stage: IamStage
  before(async () => {
    stage = await setIamStage(
      [
        { UserName: 'idle' },
        {
          UserName: 'rich',
          Path: '/team/',
          Groups: ['readers'],
          Tags: [{ Key: 'team', Value: 'core' }],
          Policies: [{ PolicyName: 'own', PolicyDocument: ALL }],
          PermissionsBoundary: LIMIT,
        },
      ],
      {
        Groups: [{ GroupName: 'readers', ManagedPolicyArns: [READ_ONLY] }],
        ManagedPolicies: [{ ManagedPolicyName: 'limit', Description: 'so far', PolicyDocument: ALL }],
        Roles: [{ RoleName: 'web', AssumeRolePolicyDocument: TRUST, ManagedPolicyArns: [LIMIT] }],
        InstanceProfiles: [{ InstanceProfileName: 'web', Roles: ['web'] }],
      },
    )
  })
  after(() => stage[Symbol.asyncDispose]())
  const details = (input: GetAccountAuthorizationDetailsCommandInput = {}) =>
    stage.as('admin').send(new GetAccountAuthorizationDetailsCommand(input))
  const namesIn = ({
    UserDetailList,
    GroupDetailList,
    RoleDetailList,
    Policies,
  }: GetAccountAuthorizationDetailsResponse) => [
    ...(UserDetailList ?? []).map(({ UserName }) => UserName),
    ...(GroupDetailList ?? []).map(({ GroupName }) => GroupName),
    ...(RoleDetailList ?? []).map(({ RoleName }) => RoleName),
    ...(Policies ?? []).map(({ PolicyName }) => PolicyName),
  ]

  test('whoever may not is refused', async () => {
    const call = stage.as('idle').send(new GetAccountAuthorizationDetailsCommand({}))
    await refused(call, 403, 'AccessDenied', /iam:GetAccountAuthorizationDetails on resource: \* because/)
  })

  test('another kind of thing, and a marker of another list, are refused', async () => {
    await refused(
      stage.as('admin').send(new GetAccountAuthorizationDetailsCommand({ Filter: ['InstanceProfile' as 'User'] })),
      400,
      'ValidationError',
      /at 'filter' failed to satisfy constraint: Member must satisfy constraint: \[Member must satisfy enum value set: /,
    )
    const { Marker } = await details({ MaxItems: 1 })
    await refused(details({ Marker, Filter: ['User'] }), 400, 'ValidationError', 'Invalid Marker.')
  })

  test('pages go on from one kind to the next', async () => {
    const names: unknown[] = []
    let Marker: string | undefined
    let pages = 0
    do {
      const page = await details({ MaxItems: 2, Marker })
      assert.ok(namesIn(page).length <= 2)
      names.push(...namesIn(page))
      Marker = page.Marker
      assert.equal(page.IsTruncated, Marker !== undefined)
      pages++
    } while (Marker !== undefined)
    assert.deepEqual(names, ['admin', 'idle', 'rich', 'readers', 'web', 'limit', 'IAMReadOnlyAccess'])
    assert.ok(pages >= 4)
  })

  test('a filter leaves one kind', async () => {
    assert.deepEqual(namesIn(await details({ Filter: ['Role'] })), ['web'])
    assert.deepEqual(namesIn(await details({ Filter: ['AWSManagedPolicy', 'Group'] })), [
      'readers',
      'IAMReadOnlyAccess',
    ])
    assert.deepEqual(namesIn(await details({ Filter: ['LocalManagedPolicy'] })), ['limit'])
  })

  test('every member is there that AWS answers', async () => {
    const { UserDetailList = [], GroupDetailList = [], RoleDetailList = [], Policies = [] } = await details()
    const rich = UserDetailList.find(({ UserName }) => UserName === 'rich')
    assert.deepEqual(
      { ...rich, UserId: '', CreateDate: '', UserPolicyList: '' },
      {
        Path: '/team/',
        UserName: 'rich',
        UserId: '',
        Arn: `${ARN}:user/team/rich`,
        CreateDate: '',
        UserPolicyList: '',
        GroupList: ['readers'],
        AttachedManagedPolicies: [],
        PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: LIMIT },
        Tags: [{ Key: 'team', Value: 'core' }],
      },
    )
    const [inline] = rich?.UserPolicyList ?? []
    assert.deepEqual([inline?.PolicyName, JSON.parse(decodeURIComponent(inline?.PolicyDocument ?? ''))], ['own', ALL])
    const idle = UserDetailList.find(({ UserName }) => UserName === 'idle')
    assert.deepEqual([idle?.UserPolicyList, idle?.Tags, idle?.GroupList], [undefined, [], []])
    assert.deepEqual(GroupDetailList[0]?.AttachedManagedPolicies, [
      { PolicyName: 'IAMReadOnlyAccess', PolicyArn: READ_ONLY },
    ])
    const [web] = RoleDetailList
    assert.deepEqual(JSON.parse(decodeURIComponent(web?.AssumeRolePolicyDocument ?? '')), TRUST)
    assert.deepEqual(
      [web?.RoleLastUsed, web?.RolePolicyList, web?.Tags, web?.InstanceProfileList?.[0]?.Arn],
      [{}, [], [], `${ARN}:instance-profile/web`],
    )
    const [limit, readOnly] = Policies
    assert.deepEqual(
      [limit?.Arn, limit?.AttachmentCount, limit?.PermissionsBoundaryUsageCount, limit?.Description],
      [LIMIT, 1, 1, 'so far'],
    )
    const [version] = limit?.PolicyVersionList ?? []
    assert.deepEqual([version?.VersionId, version?.IsDefaultVersion], ['v1', true])
    assert.deepEqual(JSON.parse(decodeURIComponent(version?.Document ?? '')), ALL)
    assert.deepEqual([readOnly?.Arn, readOnly?.AttachmentCount], [READ_ONLY, 1])
  })
})
