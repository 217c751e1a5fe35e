import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type TextShape, violationOf } from '../../src/model/index.ts'
import { fc } from '../fast-check.ts'
import { anyText } from './any-text.ts'

const SHAPE: TextShape = { min: 2, max: 4, pattern: '[\\w]*', matches: /^[\w]*$/ }
const PATTERN = 'Member must satisfy regular expression pattern: [\\w]*'
const TOO_SHORT = 'Member must have length greater than or equal to 2'
const TOO_LONG = 'Member must have length less than or equal to 4'

/** The pattern is always named before the length. */
const BROKEN: readonly (readonly [text: string, ...constraints: readonly string[]])[] = [
  ['', TOO_SHORT],
  ['a', TOO_SHORT],
  ['abcde', TOO_LONG],
  ['a b', PATTERN],
  ['-', PATTERN, TOO_SHORT],
  ['a b c', PATTERN, TOO_LONG],
  ['😀', PATTERN, TOO_SHORT],
  ['😀😀😀😀😀', PATTERN, TOO_LONG],
  ['abc\n', PATTERN],
]

describe('what breaks a shape is said in the words and the order of AWS', () => {
  for (const [text, ...constraints] of BROKEN) {
    test(JSON.stringify(text), () => assert.deepEqual(violationOf(text, SHAPE)?.constraints, constraints))
  }
})

test('lengths count code points: a character beyond U+FFFF is one', () => {
  assert.equal(violationOf('😀😀', { min: 2, max: 2 }), undefined)
  assert.equal(violationOf('😀😀😀😀', { max: 4 }), undefined)
  assert.deepEqual(violationOf('😀', { min: 2 })?.constraints, [TOO_SHORT])
  // Half a pair is a code point of its own.
  assert.deepEqual(violationOf('\ud83d', { min: 2 })?.constraints, [TOO_SHORT])
})

test('a length is judged by code points whatever the characters', () => {
  const bounds = fc.record({ min: fc.integer({ min: 0, max: 6 }), max: fc.integer({ min: 0, max: 6 }) })
  fc.assert(
    fc.property(anyText(10), bounds, (text, { min, max }) => {
      const length = Array.from(text).length
      const expected = (length < min ? 1 : 0) + (length > max ? 1 : 0)
      assert.equal(violationOf(text, { min, max })?.constraints.length ?? 0, expected)
    }),
  )
})

test('a text that keeps its shape breaks nothing, at both bounds', () => {
  for (const text of ['ab', 'abc', 'abcd']) assert.equal(violationOf(text, SHAPE), undefined)
  assert.equal(violationOf('', {}), undefined)
})
