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
  DeleteServiceLinkedRoleCommand,
  GetRoleCommand,
  GetServiceLinkedRoleDeletionStatusCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
  UpdateRoleDescriptionCommand,
} from '@aws-sdk/client-iam'
import { ACCOUNT, type IamStage, refused, setIamStage } from './iam-stage.ts'
import { ALLOWS_ALL, denied, roleArn, TRUSTS_ACCOUNT, TRUSTS_EC2, trusting } from './role-samples.ts'

const DAY_MS = 86_400_000
const CLUSTER = `arn:aws:eks:us-east-1:${ACCOUNT}:cluster/blue`

describe('service-linked roles', () => {
  let stage: IamStage
  before(async () => {
    const statement = {
      Effect: 'Allow',
      Action: 'iam:CreateServiceLinkedRole',
      Resource: '*',
      Condition: { StringEquals: { 'iam:AWSServiceName': 'rds.amazonaws.com' } },
    }
    const policy = { Version: '2012-10-17', Statement: [statement] }
    stage = await setIamStage(
      [{ UserName: 'idle' }, { UserName: 'dba', Policies: [{ PolicyName: 'p', PolicyDocument: policy }] }],
      {
        Roles: [
          { RoleName: 'pods', AssumeRolePolicyDocument: JSON.parse(trusting({ Service: 'pods.eks.amazonaws.com' })) },
        ],
        PodIdentityAssociations: [
          { ClusterName: 'blue', Namespace: 'a', ServiceAccount: 'b', RoleArn: roleArn('pods'), Region: 'us-east-1' },
          { ClusterName: 'blue', Namespace: 'a', ServiceAccount: 'c', RoleArn: roleArn('pods'), Region: 'us-east-1' },
        ],
      },
    )
    await create('batch.amazonaws.com')
  })
  after(() => stage[Symbol.asyncDispose]())
  const admin = () => stage.as('admin')
  const create = (AWSServiceName: string, CustomSuffix?: string, who = 'admin') =>
    stage.as(who).send(new CreateServiceLinkedRoleCommand({ AWSServiceName, CustomSuffix }))
  const remove = async (RoleName: string) => {
    const { DeletionTaskId } = await admin().send(new DeleteServiceLinkedRoleCommand({ RoleName }))
    return DeletionTaskId ?? ''
  }
  const status = (DeletionTaskId: string, who = 'admin') =>
    stage.as(who).send(new GetServiceLinkedRoleDeletionStatusCommand({ DeletionTaskId }))

  test('nobody makes, deletes or asks for the role of a service without leave', async () => {
    const name = 'aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS'
    const makes = 'iam:CreateServiceLinkedRole'
    await refused(
      create('ecs.amazonaws.com', undefined, 'idle'),
      403,
      'AccessDenied',
      denied('idle', makes, roleArn(name)),
    )
    await refused(
      create('ecs.amazonaws.com', undefined, 'dba'),
      403,
      'AccessDenied',
      denied('dba', makes, roleArn(name)),
    )
    const none = roleArn('aws-service-role/none.example/*')
    await refused(create('none.example', undefined, 'idle'), 403, 'AccessDenied', denied('idle', makes, none))
    const batch = 'aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch'
    await refused(
      stage.as('idle').send(new DeleteServiceLinkedRoleCommand({ RoleName: 'AWSServiceRoleForBatch' })),
      403,
      'AccessDenied',
      denied('idle', 'iam:DeleteServiceLinkedRole', roleArn(batch)),
    )
    const task = `task/${batch}/01234567-89ab-4def-8123-456789abcdef`
    const asks = 'iam:GetServiceLinkedRoleDeletionStatus'
    await refused(status(task, 'idle'), 403, 'AccessDenied', denied('idle', asks, roleArn(batch)))
  })

  test('a service without such roles has none', async () => {
    for (const service of ['none.amazonaws.com', 'ECS.amazonaws.com', 'ecs']) {
      const says = `Cannot find Service Linked Role template for ${service}`
      await refused(create(service), 403, 'AccessDenied', says)
    }
  })

  test('a suffix is for services that take one', async () => {
    const says = 'Custom suffix is not allowed for ecs.amazonaws.com'
    await refused(create('ecs.amazonaws.com', 'x'), 400, 'InvalidInput', says)
    await refused(create('autoscaling.amazonaws.com', 'x'.repeat(60)), 400, 'InvalidInput', /longer than 64 characters/)
    const { Role } = await create('autoscaling.amazonaws.com', 'blue')
    assert.equal(Role?.RoleName, 'AWSServiceRoleForAutoScaling_blue')
  })

  test('a service has one role of a name', async () => {
    const says = 'has been taken in this account, please try a different suffix.'
    const batch = `Service role name AWSServiceRoleForBatch ${says}`
    await refused(create('batch.amazonaws.com'), 400, 'InvalidInput', batch)
    const RoleName = 'awsserviceroleforkafka'
    await admin().send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUSTS_ACCOUNT }))
    const kafka = `Service role name AWSServiceRoleForKafka ${says}`
    await refused(create('kafka.amazonaws.com'), 400, 'InvalidInput', kafka)
  })

  const RoleName = 'AWSServiceRoleForBatch'
  const InstanceProfileName = 'mine'
  const PermissionsBoundary = 'arn:aws:iam::aws:policy/AWSDenyAll'
  const policy = { RoleName, PolicyName: 'p' }
  const changes: Readonly<Record<string, () => Promise<unknown>>> = {
    DeleteRole: () => admin().send(new DeleteRoleCommand({ RoleName })),
    UpdateRole: () => admin().send(new UpdateRoleCommand({ RoleName, MaxSessionDuration: 7200 })),
    UpdateAssumeRolePolicy: () =>
      admin().send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: TRUSTS_ACCOUNT })),
    PutRolePolicy: () => admin().send(new PutRolePolicyCommand({ ...policy, PolicyDocument: ALLOWS_ALL })),
    DeleteRolePolicy: () => admin().send(new DeleteRolePolicyCommand(policy)),
    PutRolePermissionsBoundary: () =>
      admin().send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary })),
    DeleteRolePermissionsBoundary: () => admin().send(new DeleteRolePermissionsBoundaryCommand({ RoleName })),
    AddRoleToInstanceProfile: () =>
      admin().send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName })),
    RemoveRoleFromInstanceProfile: () =>
      admin().send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName })),
  }
  for (const [action, change] of Object.entries(changes)) {
    test(`${action} leaves the role of a service alone, even for who may do everything`, async () => {
      await admin()
        .send(new CreateInstanceProfileCommand({ InstanceProfileName }))
        .catch(() => undefined)
      const before = await admin().send(new GetRoleCommand({ RoleName }))
      const says = `Cannot perform the operation on the protected role '${RoleName}' - this role is only modifiable by AWS`
      await refused(change(), 400, 'UnmodifiableEntity', says)
      assert.deepEqual((await admin().send(new GetRoleCommand({ RoleName }))).Role, before.Role)
    })
  }

  test('the description and the tags of the role of a service are the account’s', async () => {
    await admin().send(new UpdateRoleCommand({ RoleName, Description: 'one' }))
    await admin().send(new UpdateRoleDescriptionCommand({ RoleName, Description: 'two' }))
    await admin().send(new TagRoleCommand({ RoleName, Tags: [{ Key: 'a', Value: 'b' }] }))
    const { Role } = await admin().send(new GetRoleCommand({ RoleName }))
    assert.deepEqual([Role?.Description, Role?.Tags], ['two', [{ Key: 'a', Value: 'b' }]])
  })

  test('what is no role of a service is not deleted as one', async () => {
    await admin().send(new CreateRoleCommand({ RoleName: 'plain', AssumeRolePolicyDocument: TRUSTS_EC2 }))
    await refused(remove('absent'), 404, 'NoSuchEntity', 'The role with name absent cannot be found.')
    await refused(remove('plain'), 404, 'NoSuchEntity', 'The role with name plain is not a service-linked role.')
    await admin().send(new GetRoleCommand({ RoleName: 'plain' }))
  })

  const uuid = '01234567-89ab-4def-8123-456789abcdef'
  for (const id of [
    'x',
    uuid,
    `task/AWSServiceRoleForECS/${uuid}`,
    `task/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS/${uuid.toUpperCase()}`,
    `task/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS/${uuid}/`,
    `task/aws-service-role/ecs.amazonaws.com/../*/${uuid}`,
  ]) {
    test(`${id} is no deletion task`, async () => {
      await refused(status(id), 400, 'InvalidInput', 'The deletion task id is not valid.')
    })
  }

  test('a role is made by who may make it for that service, deleted, and told of for a day', async () => {
    const { Role } = await create('rds.amazonaws.com', undefined, 'dba')
    const path = 'aws-service-role/rds.amazonaws.com/'
    assert.equal(Role?.Arn, roleArn(`${path}AWSServiceRoleForRDS`))
    assert.equal(Role?.Path, `/${path}`)
    assert.deepEqual(JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')), {
      Version: '2012-10-17',
      Statement: [{ Action: ['sts:AssumeRole'], Effect: 'Allow', Principal: { Service: ['rds.amazonaws.com'] } }],
    })
    const task = await remove('awsserviceroleforrds')
    assert.match(task, /^task\/aws-service-role\/rds\.amazonaws\.com\/AWSServiceRoleForRDS\/[0-9a-f-]{36}$/)
    const gone = admin().send(new GetRoleCommand({ RoleName: 'AWSServiceRoleForRDS' }))
    await refused(gone, 404, 'NoSuchEntity', 'The role with name AWSServiceRoleForRDS cannot be found.')
    const { Status, Reason } = await status(task)
    assert.deepEqual([Status, Reason], ['SUCCEEDED', undefined])
    const unknown = `${task.slice(0, -36)}${uuid}`
    const says = `The deletion task with id ${unknown} cannot be found.`
    await refused(status(unknown), 404, 'NoSuchEntity', says)
    stage.broker.clock.advance(DAY_MS)
    await refused(status(task), 404, 'NoSuchEntity', `The deletion task with id ${task} cannot be found.`)
  })

  test('a service that still needs its role keeps it, and says for what', async () => {
    await create('eks.amazonaws.com')
    const { Status, Reason } = await status(await remove('AWSServiceRoleForAmazonEKS'))
    assert.equal(Status, 'FAILED')
    assert.deepEqual(Reason?.RoleUsageList, [{ Region: 'us-east-1', Resources: [CLUSTER] }])
    assert.match(Reason?.Reason ?? '', /resources/)
    await admin().send(new GetRoleCommand({ RoleName: 'AWSServiceRoleForAmazonEKS' }))
  })

  test('of an account the last hundred deletions are kept', async () => {
    await create('eks.amazonaws.com').catch(() => undefined)
    const first = await remove('AWSServiceRoleForAmazonEKS')
    for (let count = 1; count < 100; count++) {
      stage.broker.clock.advance(1)
      await remove('AWSServiceRoleForAmazonEKS')
    }
    assert.equal((await status(first)).Status, 'FAILED')
    stage.broker.clock.advance(1)
    const last = await remove('AWSServiceRoleForAmazonEKS')
    assert.equal((await status(last)).Status, 'FAILED')
    await refused(status(first), 404, 'NoSuchEntity', `The deletion task with id ${first} cannot be found.`)
  })
})
