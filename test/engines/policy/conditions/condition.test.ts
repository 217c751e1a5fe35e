import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { applies, type Keys, VERDICTS } from './applies.ts'

interface Row {
  readonly rule: string
  readonly verdict: keyof typeof VERDICTS
  readonly condition: object
  readonly keys: Keys
}

const ROWS: readonly Row[] = JSON.parse(readFileSync(new URL('../corpus/conditions.json', import.meta.url), 'utf8'))

for (const [verdict, title] of [
  ['refuses', 'a condition that cannot be known refuses'],
  ['false', 'a condition is false for'],
  ['true', 'a condition is true where'],
] as const) {
  describe(title, () => {
    for (const { rule, condition, keys } of ROWS.filter((row) => row.verdict === verdict)) {
      test(rule, () => assert.deepEqual(applies(condition, keys), VERDICTS[verdict]))
    }
  })
}

test('before 2012-10-17 a variable is plain text', () => {
  const condition = { StringEquals: { k: '$' + '{v}' } }
  assert.deepEqual(applies(condition, { k: 'x', v: 'x' }, '2008-10-17'), VERDICTS.false)
  assert.deepEqual(applies(condition, { k: '$' + '{v}', v: 'x' }, '2008-10-17'), VERDICTS.true)
})
