import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  CreateServiceLinkedRoleCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  type IAMClient,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { ACCOUNT, type IamStage, refused, setIamStage } from './iam-stage.ts'
import { ALLOWS_ALL, denied, roleArn, TRUSTS_ACCOUNT, TRUSTS_EC2 } from './role-samples.ts'

const BOUNDARY = `arn:aws:iam::${ACCOUNT}:policy/limit`
const WIDER = 'arn:aws:iam::aws:policy/AdministratorAccess'
const bounded = { StringEquals: { 'iam:PermissionsBoundary': BOUNDARY } }

/**
 * What AWS proposes for who may make roles and no mightier ones than themselves.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html#access_policies_boundaries-delegate
 */
const DELEGATED = {
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'OnlyWithinTheBoundary',
      Effect: 'Allow',
      Action: [
        'iam:CreateRole',
        'iam:PutRolePolicy',
        'iam:DeleteRolePolicy',
        'iam:PutRolePermissionsBoundary',
        'iam:UpdateAssumeRolePolicy',
        'iam:DeleteRole',
      ],
      Resource: '*',
      Condition: bounded,
    },
    { Effect: 'Allow', Action: ['iam:GetRole', 'iam:*InstanceProfile*'], Resource: '*' },
    {
      Effect: 'Allow',
      Action: 'iam:TagRole',
      Resource: '*',
      Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'team' } },
    },
    { Effect: 'Allow', Action: 'iam:PassRole', Resource: roleArn('delegated/*') },
    { Effect: 'Deny', Action: 'iam:DeleteRolePermissionsBoundary', Resource: '*' },
  ],
}

describe('a delegated administrator', () => {
  let stage: IamStage
  before(async () => {
    stage = await setIamStage([{ UserName: 'delegate', Policies: [{ PolicyName: 'p', PolicyDocument: DELEGATED }] }], {
      ManagedPolicies: [{ ManagedPolicyName: 'limit', PolicyDocument: JSON.parse(ALLOWS_ALL) }],
    })
    const iam = stage.as('admin')
    const AssumeRolePolicyDocument = TRUSTS_EC2
    await iam.send(new CreateRoleCommand({ RoleName: 'mighty', AssumeRolePolicyDocument }))
    await iam.send(new PutRolePolicyCommand({ RoleName: 'mighty', PolicyName: 'all', PolicyDocument: ALLOWS_ALL }))
    await iam.send(new CreateRoleCommand({ RoleName: 'wider', AssumeRolePolicyDocument, PermissionsBoundary: WIDER }))
    await iam.send(
      new CreateRoleCommand({ RoleName: 'within', AssumeRolePolicyDocument, PermissionsBoundary: BOUNDARY }),
    )
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'web' }))
  })
  after(() => stage[Symbol.asyncDispose]())

  const trust = { AssumeRolePolicyDocument: TRUSTS_ACCOUNT }
  const inline = { PolicyName: 'p', PolicyDocument: ALLOWS_ALL }
  const ESCAPES: readonly (readonly [
    attempt: string,
    action: string,
    role: string,
    call: (iam: IAMClient) => Promise<unknown>,
  ])[] = [
    [
      'make a role without a boundary',
      'iam:CreateRole',
      'new',
      (iam) => iam.send(new CreateRoleCommand({ RoleName: 'new', ...trust })),
    ],
    [
      'make a role with a wider boundary',
      'iam:CreateRole',
      'new',
      (iam) => iam.send(new CreateRoleCommand({ RoleName: 'new', ...trust, PermissionsBoundary: WIDER })),
    ],
    [
      'make a role with a boundary that only looks alike',
      'iam:CreateRole',
      'new',
      (iam) => {
        const PermissionsBoundary = BOUNDARY.replace('limit', 'LIMIT')
        return iam.send(new CreateRoleCommand({ RoleName: 'new', ...trust, PermissionsBoundary }))
      },
    ],
    [
      'make a service do it',
      'iam:CreateServiceLinkedRole',
      'aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS',
      (iam) => iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: 'ecs.amazonaws.com' })),
    ],
    [
      'give a role a wider boundary',
      'iam:PutRolePermissionsBoundary',
      'within',
      (iam) => iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: 'within', PermissionsBoundary: WIDER })),
    ],
    [
      'write a policy into a role without a boundary',
      'iam:PutRolePolicy',
      'mighty',
      (iam) => iam.send(new PutRolePolicyCommand({ RoleName: 'mighty', ...inline })),
    ],
    [
      'write a policy into a role with another boundary',
      'iam:PutRolePolicy',
      'wider',
      (iam) => iam.send(new PutRolePolicyCommand({ RoleName: 'wider', ...inline })),
    ],
    [
      'write a policy into a role that is not there',
      'iam:PutRolePolicy',
      'absent',
      (iam) => iam.send(new PutRolePolicyCommand({ RoleName: 'absent', ...inline })),
    ],
    [
      'take a policy from a role without a boundary',
      'iam:DeleteRolePolicy',
      'mighty',
      (iam) => iam.send(new DeleteRolePolicyCommand({ RoleName: 'mighty', PolicyName: 'all' })),
    ],
    [
      'have a role without a boundary trust them',
      'iam:UpdateAssumeRolePolicy',
      'mighty',
      (iam) => iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'mighty', PolicyDocument: TRUSTS_ACCOUNT })),
    ],
    [
      'have a role with another boundary trust them',
      'iam:UpdateAssumeRolePolicy',
      'wider',
      (iam) => iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'wider', PolicyDocument: TRUSTS_ACCOUNT })),
    ],
    [
      'delete a role without a boundary, to make it anew',
      'iam:DeleteRole',
      'mighty',
      (iam) => iam.send(new DeleteRoleCommand({ RoleName: 'mighty' })),
    ],
    [
      'pass a role that they may not pass',
      'iam:PassRole',
      'mighty',
      (iam) => iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'web', RoleName: 'mighty' })),
    ],
    [
      'pass a role that is not there',
      'iam:PassRole',
      'absent',
      (iam) => iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'web', RoleName: 'absent' })),
    ],
    [
      'tag a role as they may not',
      'iam:TagRole',
      'mighty',
      (iam) => iam.send(new TagRoleCommand({ RoleName: 'mighty', Tags: [{ Key: 'admin', Value: 'yes' }] })),
    ],
  ]

  for (const [attempt, action, role, call] of ESCAPES) {
    test(`cannot ${attempt}`, async () => {
      await refused(call(stage.as('delegate')), 403, 'AccessDenied', denied('delegate', action, roleArn(role)))
    })
  }

  test('cannot take the boundary of a role away', async () => {
    for (const RoleName of ['within', 'wider', 'mighty', 'absent']) {
      await refused(
        stage.as('delegate').send(new DeleteRolePermissionsBoundaryCommand({ RoleName })),
        403,
        'AccessDenied',
        /iam:DeleteRolePermissionsBoundary on resource: .* with an explicit deny in an identity-based policy/,
      )
    }
    const { Role } = await stage.as('admin').send(new GetRoleCommand({ RoleName: 'within' }))
    assert.equal(Role?.PermissionsBoundary?.PermissionsBoundaryArn, BOUNDARY)
  })

  test('makes, fills, hands over and deletes roles within the boundary', async () => {
    const iam = stage.as('delegate')
    const RoleName = 'mine'
    const Path = '/delegated/'
    await iam.send(new CreateRoleCommand({ RoleName, Path, ...trust, PermissionsBoundary: BOUNDARY }))
    await iam.send(new PutRolePolicyCommand({ RoleName, ...inline }))
    await iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: BOUNDARY }))
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: TRUSTS_EC2 }))
    await iam.send(new TagRoleCommand({ RoleName, Tags: [{ Key: 'team', Value: 'web' }] }))
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'web', RoleName }))
    await stage.as('admin').send(new GetRoleCommand({ RoleName }))
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'p' }))
  })
})
