import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type DesiredAccount, DirectoryMistakes, planDirectory } from '../../../src/domain/directory/index.ts'
import { epochMillis } from '../../../src/model/index.ts'
import { readDirectoryObject } from '../../../src/operations/loading/directory-source.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import { aRole, aWorld, SOURCE, TARGET } from './samples.ts'

const TASK = '0123456789abcdef0123456789abcdef'
const ROLE = `arn:aws:iam::${SOURCE}:role/web`
const POD = { ClusterName: 'shop', Namespace: 'default', ServiceAccount: 'web', RoleArn: ROLE }

/** An account with a role and these tasks and pods, as a file would say it. */
function withContainers(parts: object, Id: string = SOURCE): DesiredAccount {
  const [account] = readDirectoryObject({ Accounts: [{ Id, ...parts }] }).desired.Accounts
  assert.ok(account)
  return { ...account, Roles: [aRole('web')] }
}

async function mistakesOf(t: TestContext, ...accounts: readonly DesiredAccount[]): Promise<readonly string[]> {
  try {
    await (await aWorld(t)).plan(...accounts)
  } catch (error) {
    assert.ok(error instanceof DirectoryMistakes)
    return error.mistakes.map(({ path, message }) => `${path.slice(2).join('.')}: ${message}`)
  }
  return []
}

for (const [task, mistake] of [
  [{ TaskId: 'x' }, 'Tasks.0.TaskId: "x" must be 32 hexadecimal digits'],
  [{ TaskRoleArn: 'web' }, `Tasks.0.TaskRoleArn: account ${SOURCE} has no role "web"`],
  [
    { TaskRoleArn: `arn:aws:iam::${SOURCE}:role/gone` },
    `Tasks.0.TaskRoleArn: account ${SOURCE} has no role "arn:aws:iam::${SOURCE}:role/gone"`,
  ],
  [{ Cluster: 'a/b' }, 'Tasks.0.Cluster: "a/b" must be 1 to 255 letters, digits, "-" and "_"'],
  [{ Family: '' }, 'Tasks.0.Family: "" must be 1 to 255 letters, digits, "-" and "_"'],
  [{ Revision: 0 }, 'Tasks.0.Revision: must be a whole number from 1'],
  [{ Region: 'here' }, 'Tasks.0.Region: "here" must be a region such as us-east-1'],
  [{ Containers: [] }, 'Tasks.0.Containers: a task has 1 to 10 containers'],
  [
    {
      Containers: [
        { Name: 'a', Image: 'x' },
        { Name: 'a', Image: 'y' },
      ],
    },
    'Tasks.0.Containers.1.Name: "a" stands here twice',
  ],
  [
    { Containers: [{ Name: 'a', Image: 'x\ny' }] },
    'Tasks.0.Containers.0.Image: "x\ny" must be one line of 1 to 255 characters',
  ],
] as const) {
  test(`a task with ${JSON.stringify(task)} is refused`, async (t) => {
    assert.deepEqual(await mistakesOf(t, withContainers({ Tasks: [{ TaskId: TASK, ...task }] })), [mistake])
  })
}

for (const [change, mistake] of [
  [{ ClusterName: '-a' }, /ClusterName: "-a" must be 1 to 100 letters/],
  [{ Namespace: 'A' }, /Namespace: "A" must be 1 to 63 lower-case letters/],
  [{ Namespace: 'a.b' }, /Namespace: "a.b" must be/],
  [{ ServiceAccount: 'a/b' }, /ServiceAccount: "a\/b" must be 1 to 253 lower-case letters/],
  [{ RoleArn: `arn:aws:iam::${TARGET}:role/web` }, /RoleArn: account 111111111111 has no role/],
] as const) {
  test(`a pod identity association with ${JSON.stringify(change)} is refused`, async (t) => {
    const [found = '', ...more] = await mistakesOf(
      t,
      withContainers({ PodIdentityAssociations: [{ ...POD, ...change }] }),
      withContainers({}, TARGET),
    )
    assert.match(found, mistake)
    assert.deepEqual(more, [])
  })
}

test('one task, and one role of a service account, stands in a file once', async (t) => {
  const found = await mistakesOf(
    t,
    withContainers({ Tasks: [{ TaskId: TASK }, { TaskId: TASK }], PodIdentityAssociations: [POD, POD] }),
  )
  assert.deepEqual(found, [
    `Tasks.1.TaskId: "${TASK}" stands here twice`,
    'PodIdentityAssociations.1: default/web of the cluster shop stands here twice',
  ])
})

test('a task belongs to one account for good', async (t) => {
  const world = await aWorld(t)
  await world.apply(withContainers({ Tasks: [{ TaskId: TASK }] }))
  await assert.rejects(world.plan(withContainers({ Tasks: [{ TaskId: TASK }] }, TARGET)), DirectoryMistakes)
})

test('what is left out of a task has the defaults of ECS, and its start is kept', async (t) => {
  const world = await aWorld(t)
  await world.apply(withContainers({ Tasks: [{ TaskId: TASK, TaskRoleArn: ROLE }] }))
  const { startedAt, ...task } = (await world.directory.task(TASK)) ?? assert.fail()
  assert.deepEqual(task, {
    id: TASK,
    account: SOURCE,
    region: 'us-east-1',
    cluster: 'default',
    family: 'app',
    revision: 1,
    taskRoleArn: ROLE,
    containers: [{ name: 'app', image: 'app:latest' }],
  })
  await world.apply(withContainers({ Tasks: [{ TaskId: TASK, Family: 'other' }] }))
  const changed = await world.directory.task(TASK)
  assert.deepEqual([changed?.family, changed?.taskRoleArn, changed?.startedAt], ['other', undefined, startedAt])
})

test('what is not listed any more is told of by its ARN, and goes when it is pruned', async (t) => {
  const world = await aWorld(t)
  await world.apply(withContainers({ Tasks: [{ TaskId: TASK }], PodIdentityAssociations: [POD] }))
  const { directory, keyring } = world
  const parts = { directory, keyring, random: systemRandom, now: epochMillis(9000), unlisted: 'pruned' } as const
  const { differences } = await directory.change(() => planDirectory({ Accounts: [withContainers({})] }, parts))
  assert.deepEqual(
    differences.map(({ change, arn }) => `${change} ${arn}`),
    [
      `deleted arn:aws:ecs:us-east-1:${SOURCE}:task/default/${TASK}`,
      `deleted arn:aws:eks:us-east-1:${SOURCE}:podidentityassociation/shop/default/web`,
    ],
  )
  assert.deepEqual(
    [await directory.task(TASK), await directory.records.bodies('pod-identity-association')],
    [undefined, []],
  )
})
