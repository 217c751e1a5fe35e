import assert from 'node:assert/strict'
import { test } from 'node:test'
import { beginningLimit } from '../../src/compose/begun-sign-ins.ts'
import { epochMillis, Overloaded } from '../../src/model/index.ts'

/** How many sign-ins addresses may begin, one after the other, before one is refused. */
function begun(addresses: Iterable<string>, moveMs = 0): number {
  let now = 0
  const check = beginningLimit({ now: () => epochMillis(now) })
  let count = 0
  try {
    for (const sourceIp of addresses) {
      check({ sourceIp })
      count++
      now += moveMs
    }
  } catch (error) {
    assert.ok(error instanceof Overloaded)
  }
  return count
}

function* many(address: (index: number) => string, count = 1000): Iterable<string> {
  for (let index = 0; index < count; index++) yield address(index)
}

test('one address begins a hundred sign-ins at once, and fifty a second', () => {
  assert.equal(begun(many(() => '192.0.2.1')), 100)
  assert.equal(
    begun(
      many(() => '192.0.2.1'),
      20,
    ),
    1000,
  )
})

test('the addresses that one has who has a network of IPv6 are one', () => {
  assert.equal(begun(many((index) => `2001:db8:0:1:${index.toString(16)}::1`)), 100)
  assert.equal(begun(many((index) => `2001:db8::${index.toString(16)}`)), 100)
})

test('other addresses are others', () => {
  assert.equal(begun(many((index) => `192.0.${index >> 8}.${index & 255}`)), 1000)
  assert.equal(begun(many((index) => `2001:db8:0:${index.toString(16)}::1`)), 1000)
  assert.equal(begun(many((index) => `::ffff:192.0.${index >> 8}.${index & 255}`)), 1000)
})
