import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { Overloaded } from '../../src/model/index.ts'
import { BoundedWork, type Lane } from '../../src/platform/bounded-work.ts'

async function turns(count: number): Promise<void> {
  for (let passed = 0; passed < count; passed++) await turn()
}

/** Work that ends when the test says so. */
function heldWork(bounded: BoundedWork) {
  const begun: number[] = []
  const ends: (() => void)[] = []
  const start = (index: number) =>
    bounded.run('unsigned', async () => {
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
    await turns(2)
    assert.deepEqual(begun, expected)
    endAll()
  }
  assert.deepEqual(await all, [1, 2, 3, 4, 5])
})

test('what comes on top of what may wait is refused at once, and what waits is still done', async () => {
  const { begun, start, endAll } = heldWork(new BoundedWork({ running: 1, waiting: 2 }))
  const first = start(1)
  await turns(2)
  const rest = [start(2), start(3)]
  for (let tries = 0; tries < 100; tries++) await assert.rejects(start(4), Overloaded)
  assert.deepEqual(begun, [1])
  for (let step = 0; step < 6; step++) {
    endAll()
    await turns(2)
  }
  assert.deepEqual([await first, ...(await Promise.all(rest))], [1, 2, 3])
})

test('work that never waits is counted all the same: what came in one turn is more than may', async () => {
  const bounded = new BoundedWork({ running: 4, waiting: 4 })
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, () => bounded.run('unsigned', async () => 'done')),
  )
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 4)
})

test('signed work does not wait behind a crowd without signatures', async () => {
  const bounded = new BoundedWork({ running: 100, waiting: 100 })
  const begun: string[] = []
  const start = (lane: Lane) => bounded.run(lane, async () => begun.push(lane))
  const crowd = Array.from({ length: 90 }, () => start('unsigned'))
  await turn()
  const before = begun.length
  assert.ok(before > 0 && before < 45, String(before))
  await Promise.all([start('signed'), start('signed')])
  assert.ok(begun.lastIndexOf('signed') <= 2 * before + 1, begun.join())
  await Promise.all(crowd)
})

test('where places are few, lanes take turns at them', async () => {
  const bounded = new BoundedWork({ running: 1, waiting: 100 })
  const begun: Lane[] = []
  const start = (lane: Lane) => bounded.run(lane, async () => begun.push(lane))
  await Promise.all((['signed', 'unsigned'] as const).flatMap((lane) => Array.from({ length: 20 }, () => start(lane))))
  for (const lane of ['signed', 'unsigned'] as const) {
    assert.equal(begun.slice(0, 20).filter((each) => each === lane).length, 10, lane)
  }
})

for (const flooding of ['signed', 'unsigned'] as const) {
  test(`a flood that is ${flooding} and waits outside between leaves the other lane its turns`, async () => {
    const bounded = new BoundedWork({ running: 1, waiting: 10 })
    let isOver = false
    const flood = async (): Promise<void> => {
      while (!isOver) await bounded.run(flooding, () => bounded.outside(Promise.resolve()))
    }
    const floods = Array.from({ length: 8 }, flood)
    await turns(5)
    let passed = 0
    const counted = (): void => {
      passed++
      if (!isOver) setImmediate(counted)
    }
    setImmediate(counted)
    const other = flooding === 'signed' ? 'unsigned' : 'signed'
    const all = Promise.all(Array.from({ length: 8 }, () => bounded.run(other, async () => 'done')))
    await Promise.race([all, turns(500)])
    isOver = true
    assert.ok(passed < 100, String(passed))
    await Promise.all([all, ...floods])
  })
}

test('a lane that is full refuses its own alone', async () => {
  const bounded = new BoundedWork({ running: 1, waiting: 3 })
  const crowd = await Promise.allSettled(
    Array.from({ length: 10 }, (_, index) => bounded.run('unsigned', async () => index)).concat(
      bounded.run('signed', async () => 10),
    ),
  )
  const done = crowd.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  assert.deepEqual(done, [0, 1, 2, 10])
})

test('work that fails leaves its place to others', async () => {
  const bounded = new BoundedWork({ running: 1, waiting: 1 })
  for (let count = 0; count < 10; count++) {
    await assert.rejects(
      bounded.run('unsigned', async () => {
        throw new Error('broken')
      }),
      /broken/,
    )
    await assert.rejects(
      bounded.run('unsigned', () => {
        throw new Error('broken at once')
      }),
      /at once/,
    )
  }
  assert.equal(await bounded.run('unsigned', async () => 'done'), 'done')
})

test('work that waits for something outside holds no place meanwhile, and goes on before what has not begun', async () => {
  const bounded = new BoundedWork({ running: 1, waiting: 3 })
  const over = Promise.withResolvers<string>()
  const order: string[] = []
  const waits = bounded.run('unsigned', async () => {
    const result = await bounded.outside(over.promise)
    order.push(result)
    return result
  })
  await turns(2)
  assert.equal(await bounded.run('unsigned', async () => 'another'), 'another')
  const held = Promise.withResolvers<void>()
  const running = bounded.run('unsigned', () => held.promise)
  await turns(2)
  const later = bounded.run('unsigned', async () => order.push('later'))
  over.resolve('outside')
  await turns(2)
  assert.deepEqual(order, [])
  held.resolve()
  await Promise.all([waits, running, later])
  assert.deepEqual(order, ['outside', 'later'])
})

test('what goes wrong outside is told to who waited, and leaves the place to others', async () => {
  const bounded = new BoundedWork({ running: 1, waiting: 1 })
  const failing = bounded.run('unsigned', () => bounded.outside(Promise.reject(new Error('gone'))))
  await assert.rejects(failing, /gone/)
  assert.equal(await bounded.run('unsigned', async () => 'done'), 'done')
})
