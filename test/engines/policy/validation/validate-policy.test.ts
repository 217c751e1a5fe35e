import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { type PolicyKind, parsePolicy, validatePolicy } from '../../../../src/engines/policy/index.ts'
import { refusalOf } from '../refusal.ts'

interface Row {
  readonly name: string
  readonly kind: PolicyKind
  readonly document: object
}
interface RefusedRow extends Row {
  readonly refusal: string
  /** Text at which the fault has to point. */
  readonly at?: string
}

function read<T>(file: string): readonly T[] {
  return JSON.parse(readFileSync(new URL(`../corpus/${file}`, import.meta.url), 'utf8'))
}

describe("a policy is refused, in AWS's words and at its place, when it holds", () => {
  for (const { name, kind, document, refusal, at } of read<RefusedRow>('refused.json')) {
    test(`${name} (${kind})`, () => {
      const text = JSON.stringify(document)
      const fault = refusalOf(() => validatePolicy(parsePolicy(text, kind), kind))
      assert.equal(fault.message, refusal)
      assert.ok(fault.offset !== undefined && fault.offset < text.length)
      if (at !== undefined) assert.equal(text.slice(fault.offset, fault.offset + at.length), at)
    })
  }
})

describe('a policy is accepted, odd as it is, when it holds', () => {
  for (const { name, kind, document } of read<Row>('accepted.json')) {
    test(`${name} (${kind})`, () => validatePolicy(parsePolicy(JSON.stringify(document), kind), kind))
  }
})
