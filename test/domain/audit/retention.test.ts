import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Retention } from '../../../src/domain/audit/index.ts'
import { epochMillis } from '../../../src/model/index.ts'
import { StoreUnavailable } from '../../../src/platform/storage/index.ts'

const DAY_MS = 86_400_000
const NOW = epochMillis(200 * DAY_MS)

/** A log with so many old entries, and what was asked of it. */
function retentionOf(t: TestContext, old: number) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const asked: { before: number; most: number }[] = []
  const lines: string[] = []
  const state = { old, failing: false }
  const log = {
    append: async () => undefined,
    find: async () => ({ entries: [], next: undefined }),
    last: async () => 0,
    follow: async () => ({ entries: [], last: 0 }),
    async forget(before: number, most: number) {
      asked.push({ before, most })
      if (state.failing) throw new StoreUnavailable('disk full')
      const forgotten = Math.min(state.old, most)
      state.old -= forgotten
      return forgotten
    },
  }
  const line = (name: string) => void lines.push(name)
  const logger = { debug: line, info: line, warn: line, error: line }
  const retention = new Retention({ log, clock: { now: () => NOW }, logger, days: 90 })
  const pass = async (ms: number) => {
    t.mock.timers.tick(ms)
    await new Promise(setImmediate)
  }
  return { retention, asked, lines, state, pass }
}

test('what is older than the days that are kept is forgotten in small steps, with time between them', async (t) => {
  const { asked, state, pass } = retentionOf(t, 500)
  await pass(0)
  assert.deepEqual(asked, [{ before: 110 * DAY_MS, most: 200 }])
  await pass(10)
  assert.equal(asked.length, 1)
  await pass(10)
  await pass(20)
  assert.equal(state.old, 0)
  await pass(1000)
  assert.equal(asked.length, 3)
})

test('it looks again every hour', async (t) => {
  const { asked, pass } = retentionOf(t, 0)
  await pass(0)
  await pass(3_599_999)
  assert.equal(asked.length, 1)
  await pass(1)
  assert.equal(asked.length, 2)
})

test('a store that fails is told to the operator and asked again later', async (t) => {
  const { asked, lines, state, pass } = retentionOf(t, 10)
  state.failing = true
  await pass(0)
  assert.deepEqual(lines, ['audit.retention-failed'])
  state.failing = false
  await pass(3_600_000)
  assert.equal(asked.length, 2)
  assert.equal(state.old, 0)
})

test('once stopped nothing is forgotten any more', async (t) => {
  const { retention, asked, pass } = retentionOf(t, 500)
  await pass(0)
  await retention.stop()
  await pass(3_600_000)
  assert.equal(asked.length, 1)
})
