import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InstanceTokens } from '../../../src/domain/instances/index.ts'
import { epochMillis, type Instance } from '../../../src/model/index.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { memoryKeyRing } from '../../../src/platform/keyring/index.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import { anInstance } from './samples.ts'

const keyring = memoryKeyRing({ random: systemRandom, clock: systemClock })
const tokens = new InstanceTokens({ keyring, random: systemRandom })
const instance = anInstance()
const END = epochMillis(Date.parse('2026-03-02T12:34:56.789Z'))

for (const [what, other] of [
  ['another instance', { id: 'i-00000000000000001' }],
  ['another account', { account: anInstance({}, '222222222222').account }],
  ['another start of the instance', { startedAt: epochMillis(1) }],
] as const satisfies readonly (readonly [string, Partial<Instance>])[]) {
  test(`a token is void at ${what}, under the same keys`, () => {
    const token = tokens.issue(instance, END)
    assert.equal(tokens.expiryOf(token, instance), END)
    assert.equal(tokens.expiryOf(token, { ...instance, ...other }), undefined)
  })
}

test('a token is void under other keys', () => {
  const others = new InstanceTokens({
    keyring: memoryKeyRing({ random: systemRandom, clock: systemClock }),
    random: systemRandom,
  })
  assert.equal(others.expiryOf(tokens.issue(instance, END), instance), undefined)
})

test('no token is forgotten for others, and none of them is kept: the first of thousands is as good as the last', () => {
  const [first = '', ...others] = Array.from({ length: 10_001 }, () => tokens.issue(instance, END))
  assert.equal(tokens.expiryOf(first, instance), END)
  assert.equal(new Set([first, ...others]).size, 10_001)
})

test('two tokens of the same end are two', () => {
  assert.notEqual(tokens.issue(instance, END), tokens.issue(instance, END))
})
