import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { Overloaded } from '../../src/model/index.ts'
import { BoundedWork } from '../../src/platform/bounded-work.ts'

/** Work that ends when the test says so. */
function heldWork(bounded: BoundedWork) {
  const begun: number[] = []
  const ends: (() => void)[] = []
  const start = (index: number) =>
    bounded.run(async () => {
      begun.push(index)
      await new Promise<void>((resolve) => ends.push(resolve))
      return index
    })
  return { begun, start, endAll: () => ends.splice(0).forEach((end) => void end()) }
}

test('no more runs at once than may, and the rest begins in the order in which it came', async () => {
  const { begun, start, endAll } = heldWork(new BoundedWork({ running: 2, waiting: 10 }))
  const all = Promise.all([1, 2, 3, 4, 5].map(start))
  for (const expected of [
    [1, 2],
    [1, 2, 3, 4],
    [1, 2, 3, 4, 5],
  ]) {
    await turn()
    await turn()
    assert.deepEqual(begun, expected)
    endAll()
  }
  assert.deepEqual(await all, [1, 2, 3, 4, 5])
})

test('what comes on top of what may wait is refused at once, and what waits is still done', async () => {
  const { begun, start, endAll } = heldWork(new BoundedWork({ running: 1, waiting: 2 }))
  const first = start(1)
  await turn()
  const rest = [start(2), start(3)]
  for (let tries = 0; tries < 100; tries++) await assert.rejects(start(4), Overloaded)
  assert.deepEqual(begun, [1])
  for (let step = 0; step < 6; step++) {
    endAll()
    await turn()
  }
  assert.deepEqual([await first, ...(await Promise.all(rest))], [1, 2, 3])
})

test('work that never waits is counted all the same: what came in one turn is more than may', async () => {
  const bounded = new BoundedWork({ running: 4, waiting: 4 })
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => bounded.run(async () => 'done')))
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 4)
})

test('work that fails leaves its place to others', async () => {
  const bounded = new BoundedWork({ running: 1, waiting: 1 })
  for (let count = 0; count < 10; count++) {
    await assert.rejects(
      bounded.run(async () => {
        throw new Error('broken')
      }),
      /broken/,
    )
    await assert.rejects(
      bounded.run(() => {
        throw new Error('broken at once')
      }),
      /at once/,
    )
  }
  assert.equal(await bounded.run(async () => 'done'), 'done')
})

test('work that waits for something outside holds no place meanwhile, and goes on before what has not begun', async () => {
  const bounded = new BoundedWork({ running: 1, waiting: 3 })
  const over = Promise.withResolvers<string>()
  const order: string[] = []
  const waits = bounded.run(async () => {
    const result = await bounded.outside(over.promise)
    order.push(result)
    return result
  })
  await turn()
  assert.equal(await bounded.run(async () => 'another'), 'another')
  const held = Promise.withResolvers<void>()
  const running = bounded.run(() => held.promise)
  await turn()
  const later = bounded.run(async () => order.push('later'))
  over.resolve('outside')
  await turn()
  assert.deepEqual(order, [])
  held.resolve()
  await Promise.all([waits, running, later])
  assert.deepEqual(order, ['outside', 'later'])
})

test('what goes wrong outside is told to who waited, and leaves the place to others', async () => {
  const bounded = new BoundedWork({ running: 1, waiting: 1 })
  const failing = bounded.run(() => bounded.outside(Promise.reject(new Error('gone'))))
  await assert.rejects(failing, /gone/)
  assert.equal(await bounded.run(async () => 'done'), 'done')
})
