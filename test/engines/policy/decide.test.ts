import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { decide } from '../../../src/engines/policy/index.ts'
import { policiesOf, readCases, requestOf } from './corpus.ts'

for (const file of ['cases.json']) {
  describe(`the corpus ${file}`, () => {
    for (const row of readCases(file)) {
      test(`${row.name}: ${row.why}`, () => {
        const { outcome, blame } = decide(policiesOf(row), requestOf(row))
        assert.equal(outcome, row.expect)
        if (row.blame !== undefined) assert.deepEqual(blame, row.blame)
      })
    }
  })
}
