import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  AddUserToGroupCommand,
  AttachUserPolicyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateUserCommand,
  DeletePolicyVersionCommand,
  DetachUserPolicyCommand,
  GetGroupCommand,
  GetPolicyVersionCommand,
  ListEntitiesForPolicyCommand,
  ListGroupsForUserCommand,
  ListPoliciesCommand,
  ListPolicyVersionsCommand,
  SetDefaultPolicyVersionCommand,
  UpdateGroupCommand,
} from '@aws-sdk/client-iam'
import { ACCOUNT, setIamStage } from './iam-stage.ts'

const PolicyArn = `arn:aws:iam::${ACCOUNT}:policy/moving`
const READS = 40
const saying = (word: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: `s3:${word}`, Resource: '*' }] })

/** Does `write` over and over until `read` was done often enough. */
async function whileWriting(write: (turn: number) => Promise<unknown>, read: () => Promise<void>): Promise<void> {
  let reading = true
  const writing = (async () => {
    for (let turn = 0; reading; turn++) await write(turn)
  })()
  try {
    for (let n = 0; n < READS; n++) await read()
  } finally {
    reading = false
    await writing
  }
}

describe('who reads while others write sees what was there at one time', () => {
  test('a policy is listed as attached with the count that says so', async (t) => {
    const stage = await setIamStage([{ UserName: 'alice' }])
    t.after(() => stage[Symbol.asyncDispose]())
    const iam = stage.as('admin')
    const attachment = { UserName: 'alice', PolicyArn }
    await iam.send(new CreatePolicyCommand({ PolicyName: 'moving', PolicyDocument: saying('a') }))
    const flip = (turn: number) =>
      turn % 2 === 0
        ? iam.send(new AttachUserPolicyCommand(attachment))
        : iam.send(new DetachUserPolicyCommand(attachment))
    await whileWriting(flip, async () => {
      const { Policies } = await iam.send(new ListPoliciesCommand({ OnlyAttached: true, Scope: 'Local' }))
      for (const { AttachmentCount } of Policies ?? []) assert.equal(AttachmentCount, 1)
      const { PolicyUsers } = await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn }))
      assert.ok(PolicyUsers !== undefined && PolicyUsers.length <= 1)
    })
  })

  test('a version id stands for one document for ever, and one version is the default', async (t) => {
    const stage = await setIamStage()
    t.after(() => stage[Symbol.asyncDispose]())
    const iam = stage.as('admin')
    await iam.send(new CreatePolicyCommand({ PolicyName: 'moving', PolicyDocument: saying('v1') }))
    const flip = async (turn: number) => {
      const [before, after] = [`v${turn + 1}`, `v${turn + 2}`]
      await iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: saying(after) }))
      await iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: after }))
      await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: before }))
    }
    await whileWriting(flip, async () => {
      const { Versions } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }))
      assert.equal(Versions?.filter(({ IsDefaultVersion }) => IsDefaultVersion).length, 1)
      for (const { VersionId } of Versions ?? []) {
        try {
          const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }))
          assert.equal(decodeURIComponent(PolicyVersion?.Document ?? ''), saying(VersionId ?? ''))
        } catch (error) {
          assert.match(String(error), /version v\d+ does not exist/)
        }
      }
    })
  })

  test('a group that is renamed has all its members under one name or the other', async (t) => {
    const stage = await setIamStage()
    t.after(() => stage[Symbol.asyncDispose]())
    const iam = stage.as('admin')
    await iam.send(new CreateGroupCommand({ GroupName: 'name0' }))
    for (let n = 0; n < 10; n++) {
      await iam.send(new CreateUserCommand({ UserName: `u${n}` }))
      await iam.send(new AddUserToGroupCommand({ GroupName: 'name0', UserName: `u${n}` }))
    }
    const rename = (turn: number) =>
      iam.send(new UpdateGroupCommand({ GroupName: `name${turn % 2}`, NewGroupName: `name${(turn + 1) % 2}` }))
    await whileWriting(rename, async () => {
      const { Groups } = await iam.send(new ListGroupsForUserCommand({ UserName: 'u3' }))
      assert.match(Groups?.[0]?.GroupName ?? '', /^name[01]$/)
      for (const GroupName of ['name0', 'name1']) {
        try {
          const { Users } = await iam.send(new GetGroupCommand({ GroupName }))
          assert.equal(Users?.length, 10)
        } catch (error) {
          assert.match(String(error), /The group with name name[01] cannot be found/)
        }
      }
    })
  })
})
