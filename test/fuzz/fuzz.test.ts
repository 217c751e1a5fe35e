import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { fuzz } from './fuzz.ts'
import { TARGETS } from './targets/index.ts'

// Together, because some of them wait for another process.
suite('a moment of fuzzing breaks no rule', { concurrency: true }, () => {
  for (const target of TARGETS) {
    test(target.name, async () => {
      const { iterations, failure } = await fuzz(target, { seed: 1, milliseconds: 100 })
      assert.equal(failure, undefined, `${failure?.message}\n${failure?.reproduction}`)
      assert.ok(iterations > 0)
    })
  }
})

test('what breaks a rule is made small, and seen again from its own seed', async () => {
  const [token] = TARGETS.filter(({ name }) => name === 'token')
  assert.ok(token)
  const broken = {
    name: 'broken',
    async open() {
      const { inputs } = await token.open()
      return { inputs, check: (input: unknown) => assert.doesNotMatch(JSON.stringify(input), /"delete"/) }
    },
  }
  const { failure } = await fuzz(broken, { seed: 1, milliseconds: 1000 })
  assert.match(failure?.reproduction ?? '', /"edit":"delete","at":0,"length":0/)
  const again = await fuzz(broken, { seed: failure?.seed ?? 0, milliseconds: 1 })
  assert.equal(again.failure?.reproduction, failure?.reproduction)
})
