import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type EpochMillis, epochMillis } from '../../src/model/index.ts'
import { type Clock, systemClock, virtualClock } from '../../src/platform/clock.ts'

function fixedClock(millis: number): Clock {
  return { now: () => epochMillis(millis) }
}

for (const ms of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
  test(`a virtual clock does not move by ${ms} milliseconds`, () => {
    const clock = virtualClock(fixedClock(1000))
    assert.throws(() => clock.advance(ms), RangeError)
    assert.equal(clock.now(), 1000)
  })
}

test('a virtual clock never reaches a year of five digits, not in small steps either', () => {
  const clock = virtualClock(fixedClock(Date.UTC(9998, 11, 31)))
  clock.advance(86_400_000)
  assert.throws(() => clock.advance(1), RangeError)
  assert.equal(new Date(clock.now()).toISOString(), '9999-01-01T00:00:00.000Z')
})

test('a virtual clock starts as its base, adds up its advances and runs on with its base', () => {
  const base = { now: (): EpochMillis => epochMillis(millis) }
  let millis = 1000
  const clock = virtualClock(base)
  assert.equal(clock.now(), 1000)
  clock.advance(500)
  clock.advance(0)
  clock.advance(1)
  millis += 30
  assert.equal(clock.now(), 1531)
  assert.equal(base.now(), 1030)
})

test('the system clock tells the time of this machine', () => {
  const before = Date.now()
  const now = systemClock.now()
  assert.ok(before <= now && now <= Date.now())
})
