import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { Overloaded } from '../../src/model/index.ts'
import { FairTurns } from '../../src/platform/fair-turns.ts'

const of = (group: string, lane = '') => ({ group, lane })

/** Work of groups that ends when the test says so. */
function heldWork(turns: FairTurns) {
  const begun: string[] = []
  const ends: (() => void)[] = []
  const start = (group: string, lane = '') =>
    turns.run(of(group, lane), async () => {
      begun.push(`${group}${lane}`)
      await new Promise<void>((resolve) => ends.push(resolve))
      return group
    })
  const endAll = async () => {
    for (const end of ends.splice(0)) end()
    await turn()
  }
  return { begun, start, endAll }
}

test('a group that floods has a share of the places, and others find some', async () => {
  const { begun, start, endAll } = heldWork(new FairTurns({ running: 2, waiting: 100 }))
  const outcomes: ('done' | 'refused')[] = []
  const floods = Array.from({ length: 400 }, () =>
    start('flood').then(
      () => outcomes.push('done'),
      (error: unknown) => outcomes.push(error instanceof Overloaded ? 'refused' : 'done'),
    ),
  )
  await turn()
  assert.equal(outcomes.filter((each) => each === 'refused').length, 349)
  assert.deepEqual(begun, ['flood'], 'one at a time')
  const victim = start('victim')
  await turn()
  assert.deepEqual(begun, ['flood', 'victim'], 'at once')
  while (outcomes.length < 400) await endAll()
  assert.equal(await victim, 'victim')
  await Promise.all(floods)
})

test('groups take turns, whoever came first and however often', async () => {
  const { begun, start, endAll } = heldWork(new FairTurns({ running: 1, waiting: 100 }))
  const all = Promise.all(['a', 'a', 'a', 'b', 'b', 'c'].map((group) => start(group)))
  for (let round = 0; round < 6; round++) {
    await turn()
    await endAll()
  }
  assert.deepEqual(begun, ['a', 'a', 'b', 'c', 'a', 'b'])
  await all
})

/** Starts work of which nobody waits for the end; tells how much of it was refused. */
function flooding(start: (group: string, lane?: string) => Promise<string>) {
  const refused: string[] = []
  return {
    refused,
    async flood(group: string, lane: string | undefined, count: number) {
      for (let index = 0; index < count; index++) start(group, lane ?? `/${index}`).catch(() => refused.push(group))
      await turn()
    },
  }
}

test('however many groups flood, another one finds a place as long as any of them has two', async () => {
  const { begun, start, endAll } = heldWork(new FairTurns({ running: 2, waiting: 100 }))
  const { refused, flood } = flooding(start)
  for (let group = 0; group < 60; group++) await flood(`flood${group}`, '', 60)
  const before = refused.length
  const victim = start('victim')
  await turn()
  assert.equal(refused.length, before + 1, 'one of who has most made room')
  for (let round = 0; round < 62 && !begun.includes('victim'); round++) await endAll()
  assert.ok(begun.includes('victim'), 'after one turn of each')
  for (let round = 0; round < 100; round++) await endAll()
  assert.equal(await victim, 'victim')
})

test('within a group a lane that floods leaves places to others, which take turns with it', async () => {
  const { begun, start, endAll } = heldWork(new FairTurns({ running: 1, waiting: 100 }))
  const { refused, flood } = flooding(start)
  await flood('a', '/flood', 90)
  assert.equal(refused.length, 39)
  const victim = start('a', '/victim')
  await turn()
  assert.equal(refused.length, 40, 'the last of the flood made room')
  await endAll()
  await endAll()
  assert.deepEqual(begun, ['a/flood', 'a/flood', 'a/victim'])
  for (let round = 0; round < 60; round++) await endAll()
  assert.equal(await victim, 'a')
  assert.equal(begun.length, 51)
})

test('who names many lanes takes nothing from who waits already', async () => {
  const { begun, start, endAll } = heldWork(new FairTurns({ running: 1, waiting: 100 }))
  const { refused, flood } = flooding(start)
  const victim = start('a', '/victim')
  await flood('a', undefined, 500)
  assert.equal(refused.length, 450)
  for (let round = 0; round < 60; round++) await endAll()
  assert.equal(await victim, 'a')
  assert.equal(begun.length, 51)
  await assert.rejects(async () => {
    await Promise.all(Array.from({ length: 52 }, (_, lane) => start('b', `/${lane}`)))
  }, Overloaded)
})

test('work that fails leaves its place to others', async () => {
  const turns = new FairTurns({ running: 1, waiting: 1 })
  for (let count = 0; count < 5; count++) {
    await assert.rejects(
      turns.run(of('a'), async () => {
        throw new Error('broken')
      }),
      /broken/,
    )
  }
  assert.equal(await turns.run(of('a'), async () => 'done'), 'done')
})
