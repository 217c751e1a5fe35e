import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  DeleteGroupCommand,
  DeleteGroupPolicyCommand,
  DetachGroupPolicyCommand,
  GetGroupCommand,
  GetGroupPolicyCommand,
  IAMClient,
  ListAttachedGroupPoliciesCommand,
  ListGroupPoliciesCommand,
  ListGroupsCommand,
  ListGroupsForUserCommand,
  PutGroupPolicyCommand,
  RemoveUserFromGroupCommand,
  UpdateGroupCommand,
} from '@aws-sdk/client-iam'
import { startInProcess } from '../../../src/compose/index.ts'
import { ACCOUNT, ADMIN, type IamStage, setIamStage } from './iam-stage.ts'

const ARN = `arn:aws:iam::${ACCOUNT}`
const allowing = (Action: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] })

describe('groups', () => {
  let stage: IamStage
  before(async () => {
    stage = await setIamStage([{ UserName: 'alice' }, { UserName: 'bob' }])
  })
  after(() => stage[Symbol.asyncDispose]())
  const admin = () => stage.as('admin')

  test('a group is made, found, listed, renamed and deleted', async () => {
    const { Group: made } = await admin().send(new CreateGroupCommand({ GroupName: 'crew', Path: '/team/' }))
    assert.match(made?.GroupId ?? '', /^AGPA[A-Z2-7]{17}$/)
    assert.deepEqual(made, {
      Path: '/team/',
      GroupName: 'crew',
      GroupId: made?.GroupId,
      Arn: `${ARN}:group/team/crew`,
      CreateDate: made?.CreateDate,
    })
    const found = await admin().send(new GetGroupCommand({ GroupName: 'CREW' }))
    assert.deepEqual([found.Group, found.Users, found.IsTruncated], [made, [], false])
    const { Groups } = await admin().send(new ListGroupsCommand({ PathPrefix: '/team/' }))
    assert.deepEqual(Groups, [made])
    await admin().send(new UpdateGroupCommand({ GroupName: 'crew', NewGroupName: 'Crew', NewPath: '/' }))
    const { Group: renamed } = await admin().send(new GetGroupCommand({ GroupName: 'crew' }))
    assert.deepEqual(renamed, { ...made, Path: '/', GroupName: 'Crew', Arn: `${ARN}:group/Crew` })
    await admin().send(new DeleteGroupCommand({ GroupName: 'crew' }))
    await assert.rejects(admin().send(new GetGroupCommand({ GroupName: 'Crew' })))
  })

  test('who is in a group may what it may, from the next request on and no longer than that', async () => {
    const list = () => stage.as('alice').send(new ListGroupsCommand({}))
    await admin().send(new CreateGroupCommand({ GroupName: 'readers' }))
    await admin().send(
      new PutGroupPolicyCommand({ GroupName: 'readers', PolicyName: 'p', PolicyDocument: allowing('iam:List*') }),
    )
    await assert.rejects(list())
    await admin().send(new AddUserToGroupCommand({ GroupName: 'readers', UserName: 'alice' }))
    await admin().send(new AddUserToGroupCommand({ GroupName: 'Readers', UserName: 'ALICE' }))
    await list()
    const { Groups } = await admin().send(new ListGroupsForUserCommand({ UserName: 'alice' }))
    assert.deepEqual(
      Groups?.map(({ GroupName }) => GroupName),
      ['readers'],
    )
    const { PolicyNames } = await admin().send(new ListGroupPoliciesCommand({ GroupName: 'readers' }))
    assert.deepEqual(PolicyNames, ['p'])
    const inline = await admin().send(new GetGroupPolicyCommand({ GroupName: 'readers', PolicyName: 'p' }))
    assert.equal(decodeURIComponent(inline.PolicyDocument ?? ''), allowing('iam:List*'))
    await admin().send(new DeleteGroupPolicyCommand({ GroupName: 'readers', PolicyName: 'p' }))
    await assert.rejects(list())

    const PolicyArn = 'arn:aws:iam::aws:policy/IAMReadOnlyAccess'
    await admin().send(new AttachGroupPolicyCommand({ GroupName: 'readers', PolicyArn }))
    await list()
    const { AttachedPolicies } = await admin().send(new ListAttachedGroupPoliciesCommand({ GroupName: 'readers' }))
    assert.deepEqual(AttachedPolicies, [{ PolicyName: 'IAMReadOnlyAccess', PolicyArn }])
    await admin().send(new RemoveUserFromGroupCommand({ GroupName: 'readers', UserName: 'alice' }))
    await assert.rejects(list())
    await admin().send(new DetachGroupPolicyCommand({ GroupName: 'readers', PolicyArn }))
    await admin().send(new DeleteGroupCommand({ GroupName: 'readers' }))
  })

  test('a group whose name changes its case only takes its members along, too', async (t) => {
    const users = [ADMIN, { UserName: 'alice', Groups: ['crew'] }].map((user) => ({ ...user, AccessKeys: [{}] }))
    const directory = { Accounts: [{ Id: ACCOUNT, Users: users, Groups: [{ GroupName: 'crew' }] }] }
    const { broker, node } = await startInProcess(
      { data: ':memory:', dev: true, logLevel: 'silent', directory },
      'test',
    )
    t.after(() => node.stop())
    const { credentials } = await broker.as(`${ARN}:user/admin`)
    const iam = new IAMClient({ endpoint: broker.endpoint, region: 'us-east-1', credentials })
    t.after(() => iam.destroy())
    await iam.send(new UpdateGroupCommand({ GroupName: 'crew', NewGroupName: 'Crew' }))
    const alice = await node.broker.directory.principal(`${ARN}:user/alice`)
    assert.deepEqual(alice && 'groups' in alice && alice.groups, ['Crew'])
  })

  test('a group that is renamed takes its members along, and they may what they might', async () => {
    await admin().send(new CreateGroupCommand({ GroupName: 'before' }))
    await admin().send(new CreatePolicyCommand({ PolicyName: 'look', PolicyDocument: allowing('iam:ListGroups') }))
    await admin().send(new AttachGroupPolicyCommand({ GroupName: 'before', PolicyArn: `${ARN}:policy/look` }))
    await admin().send(new AddUserToGroupCommand({ GroupName: 'before', UserName: 'bob' }))
    for (let n = 0; n < 25; n++) {
      await admin().send(new CreateUserCommand({ UserName: `member-${n}` }))
      await admin().send(new AddUserToGroupCommand({ GroupName: 'before', UserName: `member-${n}` }))
    }
    await admin().send(new UpdateGroupCommand({ GroupName: 'before', NewGroupName: 'after' }))
    await stage.as('bob').send(new ListGroupsCommand({}))
    const members: (string | undefined)[] = []
    for (let Marker: string | undefined; ; ) {
      const page = await admin().send(new GetGroupCommand({ GroupName: 'after', MaxItems: 10, Marker }))
      members.push(...(page.Users ?? []).map(({ UserName }) => UserName))
      Marker = page.Marker
      if (page.IsTruncated !== true) break
    }
    assert.equal(members.length, 26)
    await admin().send(new CreateGroupCommand({ GroupName: 'before' }))
    assert.deepEqual((await admin().send(new GetGroupCommand({ GroupName: 'before' }))).Users, [])
  })
})
