import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import {
  CreatePolicyVersionCommand,
  DeletePolicyVersionCommand,
  GetAccountAuthorizationDetailsCommand,
  GetGroupCommand,
  IAMClient,
  ListGroupsForUserCommand,
  NoSuchEntityException,
  UpdateGroupCommand,
} from '@aws-sdk/client-iam'
import { startBroker } from '../../../src/index.ts'
import { ACCOUNT, ADMIN } from './iam-stage.ts'

const CHANGES = 20
const READERS = 3
const NAMES = ['one', 'other']
const MEMBERS = ['alice', 'bob', 'carol']
const PolicyArn = `arn:aws:iam::${ACCOUNT}:policy/flips`
const allowing = (Action: string) => ({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action, Resource: '*' } })

/** A group of three with a policy. */
const account = {
  Id: ACCOUNT,
  Groups: [{ GroupName: 'one', ManagedPolicyArns: [PolicyArn] }],
  ManagedPolicies: [{ ManagedPolicyName: 'flips', PolicyDocument: allowing('s3:*') }],
  Users: [{ ...ADMIN, AccessKeys: [{}] }, ...MEMBERS.map((UserName) => ({ UserName, Groups: ['one'] }))],
}

/** Readers look as often as they can until all changes are made. */
async function whileChanging(changes: () => Promise<void>, look: () => Promise<void>): Promise<void> {
  let done = false
  const readers = Array.from({ length: READERS }, async () => {
    while (!done) await look()
  })
  const changing = changes().finally(() => {
    done = true
  })
  await Promise.all([changing, ...readers])
}

describe('with a data folder, whose writes are a thread’s', () => {
  async function stage() {
    await using opened = new AsyncDisposableStack()
    const folder = await mkdtemp(join(tmpdir(), 'rolecall-concurrent-'))
    opened.defer(() => rm(folder, { recursive: true, force: true }))
    const broker = await startBroker({
      data: join(folder, 'data'),
      keys: join(folder, 'keys'),
      logLevel: 'silent',
      limits: { requestsPerSecond: 0 },
      directory: { Accounts: [account] },
    })
    opened.use(broker)
    const { credentials } = await broker.as(`arn:aws:iam::${ACCOUNT}:user/admin`)
    const iam = new IAMClient({ endpoint: broker.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
    opened.defer(() => iam.destroy())
    const held = opened.move()
    return { iam, [Symbol.asyncDispose]: () => held.disposeAsync() }
  }

  test('a reader under concurrent writers never sees half a change', async () => {
    await using opened = await stage()
    const { iam } = opened
    const changes = async () => {
      for (let change = 0; change < CHANGES; change++) {
        const [GroupName, NewGroupName] = change % 2 === 0 ? NAMES : NAMES.toReversed()
        await iam.send(new UpdateGroupCommand({ GroupName, NewGroupName }))
        const PolicyDocument = JSON.stringify(allowing(`sqs:${change}`))
        await iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument, SetAsDefault: true }))
        await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: `v${change + 1}` }))
      }
    }
    let groups = 0
    const look = async () => {
      const { Groups = [] } = await iam.send(new ListGroupsForUserCommand({ UserName: 'alice' }))
      assert.equal(Groups.length, 1)
      for (const GroupName of NAMES) {
        try {
          const { Users = [] } = await iam.send(new GetGroupCommand({ GroupName }))
          assert.deepEqual(
            Users.map(({ UserName }) => UserName),
            MEMBERS,
          )
          groups++
        } catch (error) {
          if (!(error instanceof NoSuchEntityException)) throw error
        }
      }
      const all = await iam.send(new GetAccountAuthorizationDetailsCommand({}))
      const names = all.GroupDetailList?.map(({ GroupName }) => GroupName) ?? []
      assert.equal(names.length, 1)
      for (const { UserName, GroupList } of all.UserDetailList ?? []) {
        assert.deepEqual(GroupList, UserName === 'admin' ? [] : names)
      }
      const [flips] = all.Policies ?? []
      assert.equal(flips?.AttachmentCount, 1)
      const standing = flips?.PolicyVersionList?.filter(({ IsDefaultVersion }) => IsDefaultVersion) ?? []
      assert.deepEqual(
        standing.map(({ VersionId }) => VersionId),
        [flips?.DefaultVersionId],
      )
    }
    await whileChanging(changes, look)
    assert.ok(groups > READERS)
  })
})
