import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { ChangeFollower } from '../../../src/domain/directory/change-follower.ts'
import { epochMillis } from '../../../src/model/index.ts'
import type { ChangeEntry, ChangeLog } from '../../../src/platform/storage/index.ts'

const entry = (sequence: number): ChangeEntry => ({ sequence, kind: 'user', key: `k${sequence}`, account: '1' })

/** A log that grows, and fails or hangs as the test says. */
class TestLog implements ChangeLog {
  readonly entries: ChangeEntry[]
  readonly pages: number[] = []
  problem: Promise<never> | undefined

  constructor(length: number) {
    this.entries = Array.from({ length }, (_, index) => entry(index + 1))
  }

  async last(): Promise<number> {
    return this.entries.length
  }

  async since(sequence: number, limit: number): Promise<readonly ChangeEntry[]> {
    if (this.problem !== undefined) await this.problem
    const page = this.entries.filter((each) => each.sequence > sequence).slice(0, limit)
    this.pages.push(page.length)
    return page
  }
}

/** A log, a clock that stands still, and the follower of both. */
function followed(t: TestContext, length = 0) {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const log = new TestLog(length)
  const clock = { instant: 0, now: () => epochMillis(clock.instant) }
  const seen: number[] = []
  const follower = new ChangeFollower(log, clock, ({ sequence }) => seen.push(sequence))
  t.after(() => follower.stop())
  /** Lets time pass in steps of the poll. */
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 500) {
      clock.instant += 500
      t.mock.timers.tick(500)
      for (let turn = 0; turn < 10; turn++) await Promise.resolve()
    }
  }
  return { log, clock, seen, follower, pass }
}

const broken = () => {
  const problem = Promise.reject(new Error('disk'))
  problem.catch(() => undefined)
  return problem
}

test('a node that could not read the log for ten seconds decides nothing, and one that can again does', async (t) => {
  const { log, follower, pass } = followed(t)
  await follower.start()
  await pass(60_000)
  assert.equal(follower.isCurrent(), true)
  log.problem = broken()
  await pass(9_500)
  assert.equal(follower.isCurrent(), true)
  await pass(500)
  assert.equal(follower.isCurrent(), false)
  await pass(60_000)
  assert.equal(follower.isCurrent(), false)
  log.problem = undefined
  await pass(500)
  assert.equal(follower.isCurrent(), true)
})

test('a log that hangs is as bad as one that fails, and is asked once, not again and again', async (t) => {
  const { log, follower, pass, seen } = followed(t)
  await follower.start()
  const hanging = Promise.withResolvers<never>()
  log.problem = hanging.promise
  log.entries.push(entry(1))
  await pass(10_000)
  assert.equal(follower.isCurrent(), false)
  log.problem = undefined
  await pass(1_000)
  assert.deepEqual(seen, [], 'the read that hangs is waited for')
  hanging.reject(new Error('timeout'))
  await pass(1_000)
  assert.deepEqual(seen, [1])
  assert.equal(follower.isCurrent(), true)
})

test('a change that could not be read is not skipped', async (t) => {
  const { log, follower, pass, seen } = followed(t, 3)
  await follower.start()
  log.problem = broken()
  log.entries.push(entry(4), entry(5))
  await pass(2_000)
  log.problem = undefined
  await pass(500)
  assert.deepEqual(seen, [4, 5])
})

test('a log of many pages is read to its end at once, each change in its order', async (t) => {
  const { log, follower, seen } = followed(t)
  await follower.start()
  log.entries.push(...Array.from({ length: 2000 }, (_, index) => entry(index + 1)))
  await follower.catchUp()
  assert.deepEqual(log.pages, [1000, 1000, 0])
  assert.deepEqual(
    seen,
    log.entries.map(({ sequence }) => sequence),
  )
})

test('what happened before the node started is not read: nothing is remembered yet that it could concern', async (t) => {
  const { follower, pass, seen } = followed(t, 5)
  await follower.start()
  await pass(2_000)
  assert.deepEqual(seen, [])
})

test('a node that was stopped reads no more', async (t) => {
  const { log, follower, pass } = followed(t)
  await follower.start()
  follower.stop()
  await pass(2_000)
  assert.deepEqual(log.pages, [])
})
