import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
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

for (const [args, status] of [
  [['--nope'], 2],
  [['--target', 'nowhere'], 2],
  [['--seconds', '0'], 2],
  [['--help'], 0],
] as const) {
  test(`npm run fuzz -- ${args.join(' ')} says how it is used, and no more`, () => {
    const run = spawnSync(process.execPath, [fileURLToPath(new URL('run.ts', import.meta.url)), ...args])
    assert.equal(run.status, status)
    assert.match(`${run.stdout}${run.stderr}`, /^(?:.+\n\n)?Usage: npm run fuzz -- \[options\]\n(?: {2}--.+\n)+$/)
  })
}
