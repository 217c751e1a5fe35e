import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FRESH, withAttempt, withoutAttempt } from '../../../src/domain/mfa/attempts.ts'
import { epochMillis } from '../../../src/model/index.ts'
import type { MfaDeviceState } from '../../../src/platform/storage/index.ts'
import { fc } from '../../fast-check.ts'

const MINUTE = 60_000

/** The state after attempts at these minutes; `undefined` as soon as one finds the device locked. */
function after(...minutes: readonly number[]): MfaDeviceState | undefined {
  let state: MfaDeviceState | undefined = FRESH
  for (const minute of minutes) state &&= withAttempt(state, epochMillis(minute * MINUTE))
  return state
}

const LAST_MOMENT = 9 - 1 / MINUTE

test('the sixth attempt within five minutes is refused, and every one for five minutes after the fifth', () => {
  for (const sixth of [4, 4.5, 5.1, 8, LAST_MOMENT]) assert.equal(after(0, 1, 2, 3, 4, sixth), undefined, `${sixth}`)
  assert.deepEqual(after(0, 1, 2, 3, 4, 9)?.failures, [9 * MINUTE], 'then they are counted from the beginning')
})

test('five attempts lock wherever their five minutes begin', () => {
  assert.equal(after(0, 4.8, 4.9, 4.9, 5.1, 5.2, 5.2), undefined)
  assert.ok(after(0, 4.8, 4.9, 4.9, 5.1, 5.2))
})

test('attempts that are five minutes apart lock nothing', () => {
  assert.ok(after(...Array.from({ length: 100 }, (_, index) => index * 1.25)))
  assert.equal(after(...Array.from({ length: 100 }, (_, index) => index * 1.24)), undefined)
})

test('an attempt that turns out right counts no more', () => {
  const state = after(0, 1, 2, 3, 4)
  assert.ok(state)
  const released = withoutAttempt(state, epochMillis(2 * MINUTE))
  assert.deepEqual(
    released.failures,
    [0, 1, 3, 4].map((minute) => minute * MINUTE),
  )
  assert.equal(withAttempt(released, epochMillis(4 * MINUTE))?.failures.length, 5)
  assert.deepEqual(withoutAttempt(released, epochMillis(7)), released, 'one that was never counted changes nothing')
})

test('within any five minutes there are at most five attempts, and five minutes of peace after the last of five', () => {
  const pauses = fc.array(fc.integer({ min: 0, max: 3 * MINUTE }), { maxLength: 60 })
  fc.assert(
    fc.property(pauses, (all) => {
      let state: MfaDeviceState = FRESH
      let now = 0
      const made: number[] = []
      for (const pause of all) {
        now += pause
        const next = withAttempt(state, epochMillis(now))
        if (next === undefined) continue
        made.push(now)
        state = next
        assert.ok(state.failures.length <= 5)
      }
      for (const [index, at] of made.entries()) {
        const fifth = made[index + 4]
        const sixth = made[index + 5]
        if (fifth !== undefined && sixth !== undefined && fifth - at < 5 * MINUTE) {
          assert.ok(sixth - fifth >= 5 * MINUTE, `${made}`)
        }
      }
    }),
  )
})
