import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import {
  AddUserToGroupCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyVersionCommand,
  GetGroupCommand,
  GetPolicyCommand,
  IAMClient,
  ListGroupsForUserCommand,
  ListPolicyVersionsCommand,
  NoSuchEntityException,
  UpdateGroupCommand,
} from '@aws-sdk/client-iam'
import { startBroker } from '../../../src/index.ts'
import { ACCOUNT, ADMIN } from './iam-stage.ts'

const CHANGES = 60
const READERS = 4
const MEMBERS = ['alice', 'bob', 'carol']
const PolicyArn = `arn:aws:iam::${ACCOUNT}:policy/flips`
const document = (Action: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action, Resource: '*' } })

/** Changes one after the other, while readers look as often as they can. */
async function whileChanging(changes: () => Promise<void>, look: () => Promise<void>): Promise<number> {
  let done = false
  let looks = 0
  const readers = Array.from({ length: READERS }, async () => {
    while (!done) {
      await look()
      looks++
    }
  })
  const changing = changes().finally(() => {
    done = true
  })
  await Promise.all([changing, ...readers])
  return looks
}

for (const kept of ['in memory', 'in a folder'] as const) {
  suite(`a reader under concurrent writers never sees half a change, ${kept}`, () => {
    async function stage() {
      await using opened = new AsyncDisposableStack()
      const folder = await mkdtemp(join(tmpdir(), 'rolecall-concurrent-'))
      opened.defer(() => rm(folder, { recursive: true, force: true }))
      const places =
        kept === 'in memory' ? { data: ':memory:' } : { data: join(folder, 'data'), keys: join(folder, 'keys') }
      const Users = [...MEMBERS.map((UserName) => ({ UserName })), { ...ADMIN, AccessKeys: [{}] }]
      const broker = await startBroker({
        ...places,
        logLevel: 'silent',
        limits: { requestsPerSecond: 0 },
        directory: { Accounts: [{ Id: ACCOUNT, Users }] },
      })
      opened.use(broker)
      const { credentials } = await broker.as(`arn:aws:iam::${ACCOUNT}:user/admin`)
      const iam = new IAMClient({ endpoint: broker.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
      opened.defer(() => iam.destroy())
      const held = opened.move()
      return { iam, [Symbol.asyncDispose]: () => held.disposeAsync() }
    }

    test('a group that is renamed has one name and all of its members', async () => {
      await using opened = await stage()
      const { iam } = opened
      await iam.send(new CreateGroupCommand({ GroupName: 'one' }))
      for (const UserName of MEMBERS) await iam.send(new AddUserToGroupCommand({ GroupName: 'one', UserName }))
      const names = ['one', 'other']
      const changes = async () => {
        for (let change = 0; change < CHANGES; change++) {
          const [GroupName, NewGroupName] = change % 2 === 0 ? names : names.toReversed()
          await iam.send(new UpdateGroupCommand({ GroupName, NewGroupName }))
        }
      }
      let found = 0
      const look = async () => {
        const { Groups = [] } = await iam.send(new ListGroupsForUserCommand({ UserName: 'alice' }))
        assert.equal(Groups.length, 1)
        assert.ok(names.includes(Groups[0]?.GroupName ?? ''))
        for (const GroupName of names) {
          try {
            const { Users = [] } = await iam.send(new GetGroupCommand({ GroupName }))
            found++
            assert.deepEqual(
              Users.map(({ UserName }) => UserName),
              MEMBERS,
            )
          } catch (error) {
            if (!(error instanceof NoSuchEntityException)) throw error
          }
        }
      }
      assert.ok((await whileChanging(changes, look)) > READERS)
      assert.ok(found > 0)
    })

    test('a policy has one default version, and it is the one that it says', async () => {
      await using opened = await stage()
      const { iam } = opened
      await iam.send(new CreatePolicyCommand({ PolicyName: 'flips', PolicyDocument: document('s3:*') }))
      const changes = async () => {
        for (let version = 2; version < CHANGES; version++) {
          const PolicyDocument = document(version % 2 === 0 ? 'sqs:*' : 's3:*')
          await iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument, SetAsDefault: true }))
          await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: `v${version - 1}` }))
        }
      }
      const look = async () => {
        const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }))
        assert.match(Policy?.DefaultVersionId ?? '', /^v\d+$/)
        const { Versions = [] } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }))
        assert.equal(Versions.filter(({ IsDefaultVersion }) => IsDefaultVersion).length, 1)
        assert.ok(Versions.length === 1 || Versions.length === 2, `${Versions.length} versions`)
      }
      assert.ok((await whileChanging(changes, look)) > READERS)
    })
  })
}
