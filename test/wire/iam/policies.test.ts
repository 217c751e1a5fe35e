import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  AttachUserPolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  ListPoliciesCommand,
  ListPolicyTagsCommand,
  ListPolicyVersionsCommand,
  type Policy,
  PutUserPermissionsBoundaryCommand,
  SetDefaultPolicyVersionCommand,
  TagPolicyCommand,
  UntagPolicyCommand,
} from '@aws-sdk/client-iam'
import { ACCOUNT, type IamStage, refused, setIamStage } from './iam-stage.ts'

const ARN = `arn:aws:iam::${ACCOUNT}:policy`
const document = (Action: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] }, null, 2)
const names = (policies: readonly Policy[] | undefined) => policies?.map(({ PolicyName }) => PolicyName)

describe('managed policies', () => {
  let stage: IamStage
  before(async () => {
    stage = await setIamStage([{ UserName: 'alice' }, { UserName: 'bob' }])
  })
  after(() => stage[Symbol.asyncDispose]())
  const admin = () => stage.as('admin')

  test('a policy is made, found, given versions and deleted, and its version ids are never used twice', async () => {
    const PolicyArn = `${ARN}/team/life`
    const { Policy: made } = await admin().send(
      new CreatePolicyCommand({
        PolicyName: 'life',
        Path: '/team/',
        PolicyDocument: document('s3:Get*'),
        Description: 'é & <b>',
      }),
    )
    assert.ok(made?.CreateDate)
    assert.match(made.PolicyId ?? '', /^ANPA[A-Z2-7]{17}$/)
    // Neither the description nor tags that are not there are answered to whoever makes one.
    assert.deepEqual(made, {
      PolicyName: 'life',
      PolicyId: made.PolicyId,
      Arn: PolicyArn,
      Path: '/team/',
      DefaultVersionId: 'v1',
      AttachmentCount: 0,
      PermissionsBoundaryUsageCount: 0,
      IsAttachable: true,
      CreateDate: made.CreateDate,
      UpdateDate: made.CreateDate,
    })
    const { Policy: found } = await admin().send(new GetPolicyCommand({ PolicyArn }))
    assert.deepEqual(found, { ...made, Description: 'é & <b>', Tags: [] })

    const { PolicyVersion: second } = await admin().send(
      new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: document('s3:List*') }),
    )
    assert.deepEqual(second, { VersionId: 'v2', IsDefaultVersion: false, CreateDate: second?.CreateDate })
    const { PolicyVersion: first } = await admin().send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }))
    assert.equal(first?.IsDefaultVersion, true)
    assert.equal(decodeURIComponent(first.Document ?? ''), document('s3:Get*'))
    assert.doesNotMatch(first.Document ?? '', /[^\w.~%-]/)

    await admin().send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v2' }))
    await admin().send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v1' }))
    await admin().send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: document('s3:*') }))
    await admin().send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v3' }))
    await admin().send(
      new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: document('s3:Put*'), SetAsDefault: true }),
    )
    const page = await admin().send(new ListPolicyVersionsCommand({ PolicyArn, MaxItems: 1 }))
    assert.deepEqual(
      page.Versions?.map(({ VersionId, IsDefaultVersion }) => [VersionId, IsDefaultVersion]),
      [['v4', true]],
    )
    const rest = await admin().send(new ListPolicyVersionsCommand({ PolicyArn, Marker: page.Marker }))
    assert.deepEqual(
      rest.Versions?.map(({ VersionId, IsDefaultVersion }) => [VersionId, IsDefaultVersion]),
      [['v2', false]],
    )

    await admin().send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v2' }))
    await admin().send(new DeletePolicyCommand({ PolicyArn }))
    await refused(
      admin().send(new GetPolicyCommand({ PolicyArn })),
      404,
      'NoSuchEntity',
      `Policy ${PolicyArn} was not found.`,
    )
  })

  test('the tags of a policy differ by the case of their letters', async () => {
    const PolicyArn = `${ARN}/tagged`
    const { Policy: made } = await admin().send(
      new CreatePolicyCommand({
        PolicyName: 'tagged',
        PolicyDocument: document('s3:*'),
        Tags: [
          { Key: 'a', Value: 'lower' },
          { Key: 'A', Value: 'upper' },
        ],
      }),
    )
    assert.deepEqual(made?.Tags, [
      { Key: 'a', Value: 'lower' },
      { Key: 'A', Value: 'upper' },
    ])
    await admin().send(new TagPolicyCommand({ PolicyArn, Tags: [{ Key: 'a', Value: '' }] }))
    const listed = async () => (await admin().send(new ListPolicyTagsCommand({ PolicyArn }))).Tags
    assert.deepEqual(await listed(), [
      { Key: 'A', Value: 'upper' },
      { Key: 'a', Value: '' },
    ])
    await admin().send(new UntagPolicyCommand({ PolicyArn, TagKeys: ['a'] }))
    assert.deepEqual(await listed(), [{ Key: 'A', Value: 'upper' }])
  })

  test('a change of the default version is what the next request is decided by', async () => {
    const PolicyArn = `${ARN}/rights`
    const list = () => stage.as('alice').send(new ListPoliciesCommand({ MaxItems: 1 }))
    await admin().send(new CreatePolicyCommand({ PolicyName: 'rights', PolicyDocument: document('iam:ListPolicies') }))
    await assert.rejects(list())
    await admin().send(new AttachUserPolicyCommand({ UserName: 'alice', PolicyArn }))
    await list()
    await admin().send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: document('iam:GetPolicy') }))
    await list()
    await admin().send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v2' }))
    await assert.rejects(list())
    await admin().send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }))
    await list()
  })

  test('the account’s own policies are listed first, page by page, then AWS’s', async () => {
    const expected = names((await admin().send(new ListPoliciesCommand({}))).Policies) ?? []
    const own = names((await admin().send(new ListPoliciesCommand({ Scope: 'Local' }))).Policies) ?? []
    const ofAws = (await admin().send(new ListPoliciesCommand({ Scope: 'AWS' }))).Policies ?? []
    assert.deepEqual(expected, [...own, ...(names(ofAws) ?? [])])
    assert.ok(ofAws.every(({ Arn }) => Arn?.startsWith('arn:aws:iam::aws:policy/')))
    const walked: (string | undefined)[] = []
    for (let Marker: string | undefined; ; ) {
      const page = await admin().send(new ListPoliciesCommand({ MaxItems: 2, Marker }))
      walked.push(...(names(page.Policies) ?? []))
      Marker = page.Marker
      if (page.IsTruncated !== true) break
    }
    assert.deepEqual(walked, expected)
    const under = await admin().send(new ListPoliciesCommand({ PathPrefix: '/service-role/' }))
    assert.deepEqual(names(under.Policies), ['AWSLambdaBasicExecutionRole'])
  })

  test('policies are listed by how this account uses them, and counted so', async () => {
    const administrator = 'arn:aws:iam::aws:policy/AdministratorAccess'
    const denyAll = 'arn:aws:iam::aws:policy/AWSDenyAll'
    await admin().send(new AttachUserPolicyCommand({ UserName: 'bob', PolicyArn: administrator }))
    await admin().send(new PutUserPermissionsBoundaryCommand({ UserName: 'bob', PermissionsBoundary: denyAll }))
    const listed = async (filter: object) =>
      names((await admin().send(new ListPoliciesCommand({ Scope: 'AWS', ...filter }))).Policies)
    assert.deepEqual(await listed({ OnlyAttached: true }), ['AdministratorAccess'])
    assert.deepEqual(await listed({ PolicyUsageFilter: 'PermissionsPolicy' }), ['AdministratorAccess'])
    assert.deepEqual(await listed({ PolicyUsageFilter: 'PermissionsBoundary' }), ['AWSDenyAll'])
    const { Policy: theirs } = await stage
      .as((await stage.broker.as('arn:aws:iam::222222222222:user/admin')).credentials)
      .send(new GetPolicyCommand({ PolicyArn: administrator }))
    assert.equal(theirs?.AttachmentCount, 0)
    const { Policy: ours } = await admin().send(new GetPolicyCommand({ PolicyArn: administrator }))
    assert.equal(ours?.AttachmentCount, 1)
    assert.equal(ours.Description, 'Provides full access to AWS services and resources.')
  })

  test('a policy of AWS says what AWS publishes', async () => {
    const PolicyArn = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'
    const { Policy: policy } = await admin().send(new GetPolicyCommand({ PolicyArn }))
    assert.deepEqual([policy?.Path, policy?.PolicyId], ['/service-role/', 'ANPAJNCQGXC42545SKXIK'])
    const { PolicyVersion: version } = await admin().send(
      new GetPolicyVersionCommand({ PolicyArn, VersionId: policy?.DefaultVersionId }),
    )
    assert.deepEqual(JSON.parse(decodeURIComponent(version?.Document ?? '')).Statement[0].Action, [
      'logs:CreateLogGroup',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
    ])
    assert.deepEqual(version?.CreateDate, new Date('2015-04-09T15:03:43Z'))
  })
})
