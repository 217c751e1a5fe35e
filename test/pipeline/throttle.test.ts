import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AccountId, accountId, epochMillis, Throttling, Violation } from '../../src/model/index.ts'
import { Throttle } from '../../src/pipeline/throttle.ts'
import { fc } from '../fast-check.ts'

const START = Date.UTC(2026, 0, 1)

function account(number: number): AccountId {
  const id = accountId(String(number).padStart(12, '0'))
  assert.ok(!(id instanceof Violation))
  return id
}

/** How many of so many requests are taken at an instant. */
function taken(throttle: Throttle, id: AccountId, atMs: number, asked: number): number {
  let count = 0
  for (let index = 0; index < asked; index++) if (waitFor(throttle, id, atMs) === 0) count++
  return count
}

/** Asks once: 0 when it is taken, or the milliseconds to wait. */
function waitFor(throttle: Throttle, id: AccountId, atMs: number): number {
  try {
    throttle.charge(id, epochMillis(START + atMs))
    return 0
  } catch (error) {
    assert.ok(error instanceof Throttling)
    assert.ok(Number.isInteger(error.retryAfterMs) && error.retryAfterMs > 0)
    return error.retryAfterMs
  }
}

test('beyond one second’s requests at once, an account is refused', () => {
  const throttle = new Throttle(600)
  assert.equal(taken(throttle, account(1), 0, 2000), 600)
})

test('what is refused costs nothing: the rate is reached however much more is asked', () => {
  const throttle = new Throttle(100)
  taken(throttle, account(1), 0, 100)
  let count = 0
  for (let atMs = 1; atMs <= 10_000; atMs++) count += taken(throttle, account(1), atMs, 5)
  assert.equal(count, 1000)
})

test('who waits as long as they were told is taken, and no earlier', () => {
  const throttle = new Throttle(3)
  taken(throttle, account(1), 0, 3)
  const wait = waitFor(throttle, account(1), 0)
  assert.equal(wait, 334)
  assert.equal(waitFor(throttle, account(1), wait - 1), 1)
  assert.equal(waitFor(throttle, account(1), wait), 0)
})

test('an account that stays silent saves up no more than one second’s requests', () => {
  const throttle = new Throttle(10)
  assert.equal(taken(throttle, account(1), 0, 100), 10)
  assert.equal(taken(throttle, account(1), 3_600_000, 100), 10)
})

test('accounts are held to the rate apart', () => {
  const throttle = new Throttle(10)
  taken(throttle, account(1), 0, 100)
  assert.equal(taken(throttle, account(2), 0, 100), 10)
})

test('using many other accounts does not refill the bucket of one', () => {
  const throttle = new Throttle(10)
  for (let atMs = 0; atMs < 2500; atMs += 250) {
    taken(throttle, account(1), atMs, 100)
    for (let other = 2; other < 5000; other++) taken(throttle, account(other), atMs, 1)
    assert.equal(waitFor(throttle, account(1), atMs) > 0, true)
  }
})

test('a clock that is set back refills nothing, and keeps nobody out for longer', () => {
  const throttle = new Throttle(10)
  taken(throttle, account(1), 86_400_000, 10)
  assert.equal(waitFor(throttle, account(1), 0), 100)
  assert.equal(taken(throttle, account(1), 1000, 100), 10)
})

test('whenever they come, no second and a half has more than two and a half seconds’ requests', () => {
  const steps = fc.array(fc.record({ afterMs: fc.nat(700), asked: fc.nat(30) }), { maxLength: 40 })
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 20 }), (asks, perSecond) => {
      const throttle = new Throttle(perSecond)
      const log: { atMs: number; count: number }[] = []
      let atMs = 0
      for (const { afterMs, asked } of asks) {
        atMs += afterMs
        log.push({ atMs, count: taken(throttle, account(1), atMs, asked) })
      }
      for (const { atMs: from } of log) {
        const inside = log.filter((each) => each.atMs >= from && each.atMs <= from + 1500)
        const count = inside.reduce((sum, each) => sum + each.count, 0)
        assert.ok(count <= 2.5 * perSecond + 1e-6, `${count} at ${perSecond} per second`)
      }
    }),
  )
})
