import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ValidationError } from '../../src/model/index.ts'
import { readListEvents } from '../../src/operations/broker/index.ts'
import { fc } from '../fast-check.ts'

const REFUSED: readonly unknown[] = [
  undefined,
  null,
  'AssumeRole',
  [],
  { account: 1 },
  { account: '' },
  { principal: ['source/alice'] },
  { eventName: {} },
  { accessKey: null },
  { error: true },
  { since: 0 },
  { since: '' },
  { since: 'now' },
  { since: '1w' },
  { since: '-1h' },
  { since: '1234567s' },
  { since: '2026-02-30T00:00' },
  { until: '2026-01-01T00:00:00' },
  { until: '2026-01-01 00:00:00Z' },
  { until: '2026-13-01' },
  { limit: 0 },
  { limit: 201 },
  { limit: 1.5 },
  { limit: '50' },
  { limit: Number.POSITIVE_INFINITY },
  { follow: -1 },
  { follow: 2 ** 53 },
  { after: 'x' },
  { after: {} },
  { after: { eventTime: 1.5, eventId: 'a' } },
  { after: { eventTime: 1, eventId: 1 } },
]

for (const input of REFUSED) {
  test(`${JSON.stringify(input) ?? 'nothing'} is refused with a sentence`, () => {
    assert.throws(
      () => readListEvents(input),
      (error) => error instanceof ValidationError && /\.$/.test(error.message),
    )
  })
}

test('whatever comes is read or refused, and never more than 200 are listed', () => {
  fc.assert(
    fc.property(fc.anything(), (input) => {
      try {
        assert.ok(readListEvents(input).limit <= 200)
      } catch (error) {
        assert.ok(error instanceof ValidationError)
      }
    }),
  )
})

test('times are instants, days, or back from now', () => {
  const since = (text: string) => readListEvents({ since: text }).since
  assert.equal(since('2026-01-31'), Date.UTC(2026, 0, 31))
  assert.equal(since('2026-01-31T12:00:00Z'), Date.UTC(2026, 0, 31, 12))
  assert.equal(since('2026-01-31T12:00+02:00'), Date.UTC(2026, 0, 31, 10))
  assert.deepEqual(since('90s'), { ago: 90_000 })
  assert.deepEqual(since('7d'), { ago: 604_800_000 })
})
