import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  GenerateServiceLastAccessedDetailsCommand,
  GetServiceLastAccessedDetailsCommand,
  GetServiceLastAccessedDetailsWithEntitiesCommand,
  GetUserCommand,
  type IAMClient,
  ListPoliciesGrantingServiceAccessCommand,
  ListUsersCommand,
} from '@aws-sdk/client-iam'
import { ACCOUNT, ADMIN, type IamStage, OTHER, refused, setIamStage } from './iam-stage.ts'

const ARN = `arn:aws:iam::${ACCOUNT}`
const TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' }],
}
const allowing = (...Action: readonly string[]) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
})
const READER = `${ARN}:policy/reader`
const ABSENT = '00000000-0000-4000-8000-000000000000'

describe('when services were used last', () => {
  let stage: IamStage
  before(async () => {
    stage = await setIamStage(
      [
        { UserName: 'idle' },
        {
          UserName: 'reader',
          Path: '/team/',
          Groups: ['readers'],
          Policies: [{ PolicyName: 's3', PolicyDocument: allowing('s3:GetObject') }],
        },
        { UserName: 'quiet', ManagedPolicyArns: [READER] },
      ],
      {
        Groups: [
          {
            GroupName: 'readers',
            ManagedPolicyArns: [READER],
            Policies: [{ PolicyName: 'trail', PolicyDocument: allowing('cloudtrail:*') }],
          },
        ],
        ManagedPolicies: [{ ManagedPolicyName: 'reader', PolicyDocument: allowing('iam:Get*', 'iam:List*') }],
        Roles: [{ RoleName: 'unused', AssumeRolePolicyDocument: TRUST, ManagedPolicyArns: [READER] }],
      },
    )
    await stage.as('team/reader').send(new GetUserCommand({ UserName: 'idle' }))
    await stage.as('team/reader').send(new ListUsersCommand({}))
    await stage
      .as('idle')
      .send(new ListUsersCommand({}))
      .catch(() => undefined)
  })
  after(() => stage[Symbol.asyncDispose]())
  const admin = () => stage.as('admin')

  async function reportOn(Arn: string, client: IAMClient = admin(), Granularity?: 'ACTION_LEVEL') {
    const { JobId } = await client.send(new GenerateServiceLastAccessedDetailsCommand({ Arn, Granularity }))
    for (;;) {
      const report = await client.send(new GetServiceLastAccessedDetailsCommand({ JobId }))
      if (report.JobStatus !== 'IN_PROGRESS') return { JobId, ...report }
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  for (const [Arn, status, code, says] of [
    ['not-an-arn-at-all-anywhere', 400, 'InvalidInput', 'ARN not-an-arn-at-all-anywhere is not valid.'],
    [`arn:aws:s3:::bucket-of-somebody`, 400, 'InvalidInput', 'ARN arn:aws:s3:::bucket-of-somebody is not valid.'],
    [`${ARN}:instance-profile/web`, 400, 'InvalidInput', `ARN ${ARN}:instance-profile/web is not valid.`],
    [`${ARN}:user/absent`, 404, 'NoSuchEntity', 'The user with name absent cannot be found.'],
    [`${ARN}:user/reader`, 404, 'NoSuchEntity', `The user with ARN ${ARN}:user/reader cannot be found.`],
    [`${ARN}:group/absent`, 404, 'NoSuchEntity', 'The group with name absent cannot be found.'],
    [`${ARN}:role/absent`, 404, 'NoSuchEntity', 'The role with name absent cannot be found.'],
    [`${ARN}:policy/absent`, 404, 'NoSuchEntity', `Policy ${ARN}:policy/absent was not found.`],
  ] as const) {
    test(`there is no report on ${Arn}`, async () => {
      await refused(admin().send(new GenerateServiceLastAccessedDetailsCommand({ Arn })), status, code, says)
      const list = new ListPoliciesGrantingServiceAccessCommand({ Arn, ServiceNamespaces: ['iam'] })
      await refused(admin().send(list), status, code, says)
    })
  }

  test('what is in another account is not told of', async () => {
    const Arn = `arn:aws:iam::${OTHER}:user/admin`
    const generate = admin().send(new GenerateServiceLastAccessedDetailsCommand({ Arn }))
    await refused(generate, 403, 'AccessDenied', /on resource: arn:aws:iam::222222222222:user\/admin/)
  })

  test('whoever may not is refused', async () => {
    const idle = stage.as('idle')
    const generate = new GenerateServiceLastAccessedDetailsCommand({ Arn: `${ARN}:user/team/reader` })
    await refused(idle.send(generate), 403, 'AccessDenied', /on resource: .*:user\/team\/reader/)
    const get = new GetServiceLastAccessedDetailsCommand({ JobId: ABSENT })
    await refused(idle.send(get), 403, 'AccessDenied', /GetServiceLastAccessedDetails/)
  })

  test('a report is read by whoever asked for it, and by nobody else', async () => {
    const { JobId } = await reportOn(`${ARN}:user/idle`)
    const says = `The job with id ${JobId} cannot be found.`
    const get = () => new GetServiceLastAccessedDetailsCommand({ JobId })
    await refused(stage.as('root').send(get()), 404, 'NoSuchEntity', says)
    const other = stage.as((await stage.broker.as(`arn:aws:iam::${OTHER}:user/admin`)).credentials)
    await refused(other.send(get()), 404, 'NoSuchEntity', says)
    const entities = new GetServiceLastAccessedDetailsWithEntitiesCommand({ JobId, ServiceNamespace: 'iam' })
    await refused(stage.as('root').send(entities), 404, 'NoSuchEntity', says)
    const absent = admin().send(new GetServiceLastAccessedDetailsCommand({ JobId: ABSENT }))
    await refused(absent, 404, 'NoSuchEntity', `The job with id ${ABSENT} cannot be found.`)
  })

  test('only the latest reports are kept', async () => {
    const { JobId } = await reportOn(`${ARN}:user/idle`)
    for (let n = 0; n < 20; n++) {
      stage.broker.clock.advance(1)
      await admin().send(new GenerateServiceLastAccessedDetailsCommand({ Arn: `${ARN}:user/idle` }))
    }
    const first = admin().send(new GetServiceLastAccessedDetailsCommand({ JobId }))
    await refused(first, 404, 'NoSuchEntity', /cannot be found/)
  })

  test('of a user it lists what is granted, by itself and by groups, used or not', async () => {
    const Arn = `${ARN}:user/team/reader`
    const { ServicesLastAccessed = [], JobStatus, JobType } = await reportOn(Arn)
    assert.deepEqual([JobStatus, JobType], ['COMPLETED', 'SERVICE_LEVEL'])
    const [trail, iam, s3, ...more] = ServicesLastAccessed
    assert.deepEqual(more, [])
    assert.deepEqual(trail, {
      ServiceName: 'AWS CloudTrail',
      ServiceNamespace: 'cloudtrail',
      TotalAuthenticatedEntities: 0,
    })
    assert.deepEqual(s3, { ServiceName: 's3', ServiceNamespace: 's3', TotalAuthenticatedEntities: 0 })
    assert.deepEqual(
      [iam?.ServiceName, iam?.LastAuthenticatedEntity, iam?.LastAuthenticatedRegion, iam?.TotalAuthenticatedEntities],
      ['AWS Identity and Access Management', Arn, 'us-east-1', 1],
    )
    assert.equal(iam?.TrackedActionsLastAccessed, undefined)
  })

  test('by actions when that is asked for', async () => {
    const { ServicesLastAccessed = [] } = await reportOn(`${ARN}:user/team/reader`, admin(), 'ACTION_LEVEL')
    const iam = ServicesLastAccessed.find(({ ServiceNamespace }) => ServiceNamespace === 'iam')
    assert.deepEqual(
      iam?.TrackedActionsLastAccessed?.map(({ ActionName }) => ActionName),
      ['GetUser', 'ListUsers'],
    )
  })

  test('what is not granted is not listed, although somebody tried', async () => {
    const { ServicesLastAccessed } = await reportOn(`${ARN}:user/idle`)
    assert.deepEqual(ServicesLastAccessed, [])
  })

  test('of a policy and of a group it tells who could have, the latest first', async () => {
    const { JobId, ServicesLastAccessed = [] } = await reportOn(READER)
    assert.deepEqual(
      ServicesLastAccessed.map((each) => [each.ServiceNamespace, each.TotalAuthenticatedEntities]),
      [['iam', 1]],
    )
    const withEntities = (options: object) =>
      admin().send(new GetServiceLastAccessedDetailsWithEntitiesCommand({ JobId, ServiceNamespace: 'iam', ...options }))
    const { EntityDetailsList = [] } = await withEntities({})
    const [first, ...others] = EntityDetailsList
    assert.deepEqual([first?.EntityInfo?.Name, first?.EntityInfo?.Path], ['reader', '/team/'])
    assert.ok(first?.LastAuthenticated)
    assert.deepEqual(
      others.map(({ EntityInfo, LastAuthenticated }) => [EntityInfo?.Type, EntityInfo?.Name, LastAuthenticated]),
      [
        ['USER', 'quiet', undefined],
        ['ROLE', 'unused', undefined],
      ],
    )
    const page = await withEntities({ MaxItems: 1 })
    assert.deepEqual([page.EntityDetailsList?.length, page.IsTruncated], [1, true])
    const next = await withEntities({ MaxItems: 2, Marker: page.Marker })
    assert.deepEqual([next.EntityDetailsList?.length, next.IsTruncated], [2, false])
    const elsewhere = withEntities({ ServiceNamespace: 's3' })
    await refused(elsewhere, 400, 'InvalidInput', 'The service s3 is not in the report.')
    const { ServicesLastAccessed: ofGroup = [] } = await reportOn(`${ARN}:group/readers`)
    assert.deepEqual(
      ofGroup.map((each) => [each.ServiceNamespace, each.LastAuthenticatedEntity]),
      [
        ['cloudtrail', undefined],
        ['iam', `${ARN}:user/team/reader`],
      ],
    )
  })

  test('policies that grant a service are listed with whose they are', async () => {
    const list = (Arn: string, ServiceNamespaces: string[]) =>
      admin().send(new ListPoliciesGrantingServiceAccessCommand({ Arn, ServiceNamespaces }))
    await refused(list(READER, ['iam']), 400, 'InvalidInput', /none of a user, group or role/)
    await refused(list(`${ARN}:user/idle`, ['a b']), 400, 'ValidationError', /serviceNamespaces/)
    const { PoliciesGrantingServiceAccess } = await list(`${ARN}:user/team/reader`, ['s3', 'iam', 'ec2', 'cloudtrail'])
    assert.deepEqual(PoliciesGrantingServiceAccess, [
      {
        ServiceNamespace: 'cloudtrail',
        Policies: [{ PolicyName: 'trail', PolicyType: 'INLINE', EntityType: 'GROUP', EntityName: 'readers' }],
      },
      { ServiceNamespace: 'ec2', Policies: [] },
      { ServiceNamespace: 'iam', Policies: [{ PolicyName: 'reader', PolicyType: 'MANAGED', PolicyArn: READER }] },
      {
        ServiceNamespace: 's3',
        Policies: [{ PolicyName: 's3', PolicyType: 'INLINE', EntityType: 'USER', EntityName: 'reader' }],
      },
    ])
    const { PoliciesGrantingServiceAccess: ofAdmin } = await list(`${ARN}:user/admin`, ['ec2'])
    assert.equal(ofAdmin?.[0]?.Policies?.[0]?.PolicyName, ADMIN.Policies?.[0]?.PolicyName)
  })
})
