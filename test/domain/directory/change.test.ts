import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Directory, planDirectory } from '../../../src/domain/directory/index.ts'
import { ConcurrentModification, epochMillis } from '../../../src/model/index.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import { aGroup, anAccount, aUser, aWorld, SOURCE, type World } from './samples.ts'

/** Another node on the same data. */
async function anotherNode(t: TestContext, { storage, keyring }: World): Promise<Directory> {
  const other = new Directory({
    storage,
    keyring,
    random: systemRandom,
    clock: systemClock,
    partition: 'aws',
    cachedRecords: 10,
  })
  await other.start()
  t.after(() => other.stop())
  return other
}

/** A plan for a user in a group, made by that node. */
function userIn(group: string, { keyring }: World, directory: Directory) {
  const Accounts = [anAccount(SOURCE, { Users: [aUser('alice', { Groups: [group] })] })]
  return () => planDirectory({ Accounts }, { directory, keyring, random: systemRandom, now: epochMillis(0) })
}

test('of plans that are carried out at once on two nodes, one comes after the other, and sees what it did', async (t) => {
  const world = await aWorld(t)
  const other = await anotherNode(t, world)
  await world.apply(anAccount(SOURCE, { Groups: [aGroup('a'), aGroup('b')] }))
  const seen: (string | undefined)[] = []
  const carryOut = (directory: Directory, group: string) =>
    directory.change(async () => {
      const plan = await userIn(group, world, directory)()
      // Both have planned before either commits.
      await new Promise((resolve) => setTimeout(resolve, 5))
      seen.push(plan.differences[0]?.change)
      return plan
    })
  await Promise.all([carryOut(world.directory, 'a'), carryOut(other, 'b')])
  assert.deepEqual(seen, ['created', 'created', 'changed'])
  assert.equal(await world.storage.changes.last(), 3 + 2)
})

test('a plan that is overtaken by what it builds on is a mistake, and never carried out', async (t) => {
  const world = await aWorld(t)
  await world.apply(anAccount(SOURCE, { Groups: [aGroup('a')] }))
  let overtakes = true
  const change = world.directory.change(async () => {
    const plan = await userIn('a', world, world.directory)()
    if (overtakes) {
      await world.storage.directory.commit([{ remove: { kind: 'group', key: `${SOURCE}/a`, account: SOURCE } }])
    }
    overtakes = false
    return plan
  })
  await assert.rejects(change, { message: 'Accounts.0.Users.0.Groups.0: account 111111111111 has no group "a"' })
  assert.equal(await world.directory.user(SOURCE, 'alice'), undefined)
})

test('a plan that is overtaken again and again ends as a conflict, and changes nothing', async (t) => {
  const world = await aWorld(t)
  await world.apply(anAccount(SOURCE, { Groups: [aGroup('a')] }))
  let others = 0
  const change = world.directory.change(async () => {
    const plan = await userIn('a', world, world.directory)()
    others += 1
    await world.storage.directory.commit([
      { put: { kind: 'group', key: `${SOURCE}/x${others}`, account: SOURCE, body: '{}' } },
    ])
    return plan
  })
  await assert.rejects(change, ConcurrentModification)
  assert.equal(others, 5)
  assert.equal(await world.directory.user(SOURCE, 'alice'), undefined)
})

test('on one node plans wait for each other, however many there are, and one that fails holds up no other', async (t) => {
  const world = await aWorld(t)
  await world.apply(anAccount(SOURCE, { Groups: [aGroup('a')] }))
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, n) =>
      world.directory.change(userIn(n % 2 === 0 ? 'a' : 'gone', world, world.directory)),
    ),
  )
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? 'fulfilled' : 'rejected')),
  )
  assert.equal(await world.storage.changes.last(), 3)
})

test('a plan for many lets others have their turn', async (t) => {
  const world = await aWorld(t)
  const account = anAccount(SOURCE, { Users: Array.from({ length: 500 }, (_, n) => aUser(`user-${n}`)) })
  let turns = 0
  const counting = setInterval(() => (turns += 1), 0)
  await world.plan(account)
  clearInterval(counting)
  assert.ok(turns >= 5, `${turns} turns`)
})
