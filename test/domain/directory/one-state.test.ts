import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { reference } from '../../../src/domain/directory/index.ts'
import { ServiceUnavailable } from '../../../src/model/index.ts'
import { anAccount, aPolicy, aUser, aWorld, SOURCE, type World } from './samples.ts'

const LIMIT = `arn:aws:iam::${SOURCE}:policy/limit`
const TARGET = reference.managedPolicy(SOURCE, LIMIT)

/** Moves what is attached from one user to another, in one commit. */
async function move({ apply }: World, turn: number): Promise<void> {
  const [here = '', there = ''] = turn % 2 === 0 ? ['alice', 'bob'] : ['bob', 'alice']
  const Users = [aUser(here, { ManagedPolicyArns: [LIMIT] }), aUser(there)]
  await apply(anAccount(SOURCE, { ManagedPolicies: [aPolicy('limit')], Users }))
}

/** Looks at one user after the other, with time for others in between. */
async function holders({ directory }: World): Promise<readonly string[]> {
  const found: string[] = []
  for (const name of ['alice', 'bob']) {
    const user = await directory.records.stored('user', `${SOURCE}/${name}`)
    if (user?.managedPolicyArns.includes(LIMIT)) found.push(name)
    await setImmediate()
  }
  return found
}

describe('a read of several records', () => {
  test('is done again until it saw one state, whatever is written meanwhile', async (t) => {
    const world = await aWorld(t)
    await move(world, 0)
    let moving = true
    const writing = (async () => {
      for (let turn = 1; moving; turn++) {
        await move(world, turn)
        for (let pause = 0; pause < 5; pause++) await setImmediate()
      }
    })()
    let torn = 0
    for (let n = 0; n < 100; n++) {
      if ((await holders(world)).length !== 1) torn += 1
      const found = await world.directory.records.onOneState(() => holders(world))
      assert.equal(found.length, 1)
      assert.equal((await world.directory.records.countReferrers([TARGET])).get(TARGET), 1)
    }
    moving = false
    await writing
    // Else this test would show nothing.
    assert.ok(torn > 0)
  })

  test('that missed something is done again when another state may have it, and fails when none has', async (t) => {
    const world = await aWorld(t)
    let reads = 0
    const missing = (changes: number) => async () => {
      if (reads++ < changes) await move(world, reads)
      if (reads <= changes || changes === 0) throw new Error('missed')
      return 'found'
    }
    assert.equal(await world.directory.records.onOneState(missing(2)), 'found')
    assert.equal(reads, 3)
    await assert.rejects(world.directory.records.onOneState(missing(0)), /missed/)
    assert.equal(reads, 4)
  })

  test('is refused when no two looks at the directory are alike', async (t) => {
    const world = await aWorld(t)
    let turn = 0
    const read = () => move(world, turn++)
    await assert.rejects(world.directory.records.onOneState(read), ServiceUnavailable)
    assert.ok(turn > 1 && turn < 100)
  })
})
