import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { FairTurns } from '../../../src/domain/directory/fair-turns.ts'
import { Overloaded } from '../../../src/model/index.ts'

/** Work of accounts that ends when the test says so. */
function heldWork(turns: FairTurns) {
  const begun: string[] = []
  const ends: (() => void)[] = []
  const start = (account: string) =>
    turns.run(account, async () => {
      begun.push(account)
      await new Promise<void>((resolve) => ends.push(resolve))
      return account
    })
  const endAll = async () => {
    for (const end of ends.splice(0)) end()
    await turn()
  }
  return { begun, start, endAll }
}

test('an account that floods has a share of the places, and others find some', async () => {
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

test('accounts take turns, whoever came first and however often', async () => {
  const { begun, start, endAll } = heldWork(new FairTurns({ running: 1, waiting: 100 }))
  const all = Promise.all(['a', 'a', 'a', 'b', 'b', 'c'].map(start))
  for (let round = 0; round < 6; round++) {
    await turn()
    await endAll()
  }
  assert.deepEqual(begun, ['a', 'a', 'b', 'c', 'a', 'b'])
  await all
})

test('work that fails leaves its place to others', async () => {
  const turns = new FairTurns({ running: 1, waiting: 1 })
  for (let count = 0; count < 5; count++) {
    await assert.rejects(
      turns.run('a', async () => {
        throw new Error('broken')
      }),
      /broken/,
    )
  }
  assert.equal(await turns.run('a', async () => 'done'), 'done')
})
