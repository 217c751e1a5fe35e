import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compilePattern, type WildcardStyle } from '../../../../src/engines/policy/matching/text-test.ts'
import { fc } from '../../../fast-check.ts'

const NO_KEYS = new Map<string, string>()

function matches(pattern: string, text: string, style: WildcardStyle = 'flat'): boolean {
  return compilePattern(pattern, style, false)(text, NO_KEYS)
}

/** The meaning of a flat pattern, by the book: one wildcard at a time, all ways tried. */
function naively(pattern: readonly string[], text: readonly string[]): boolean {
  const [symbol, ...rest] = pattern
  const [character, ...others] = text
  if (symbol === undefined) return character === undefined
  if (symbol === '*') return naively(rest, text) || (character !== undefined && naively(pattern, others))
  return character !== undefined && (symbol === '?' || symbol === character) && naively(rest, others)
}

const few = (...characters: string[]): fc.Arbitrary<string[]> =>
  fc.array(fc.constantFrom(...characters), { maxLength: 8 })

describe('wildcards', () => {
  test('a pattern is anchored at both ends', () => {
    assert.equal(matches('b*', 'abc'), false)
    assert.equal(matches('*b', 'abc'), false)
    assert.equal(matches('b', 'abc'), false)
  })

  test('? needs exactly one character, which may lie outside the basic plane', () => {
    assert.equal(matches('a?', 'a'), false)
    assert.equal(matches('a?', 'abc'), false)
    assert.equal(matches('a??', 'a😀'), false)
    assert.equal(matches('*??', '😀'), false)
    assert.equal(matches('a?b', 'a😀b'), true)
  })

  test('a backslash and the signs of regular expressions are only themselves', () => {
    assert.equal(matches('a.c', 'abc'), false)
    assert.equal(matches('[a-z]+', 'abc'), false)
    assert.equal(matches('\\*', '*'), false)
    assert.equal(matches('\\*', '\\anything'), true)
  })

  test('a flat pattern means what trying every way means', () => {
    fc.assert(
      fc.property(few('a', 'b', '*', '?', '😀'), few('a', 'b', ':', '😀'), (pattern, text) => {
        assert.equal(matches(pattern.join(''), text.join('')), naively(pattern, text))
      }),
      { numRuns: 3000 },
    )
  })

  test('an ARN pattern means its segments compared one by one', () => {
    const segment = few('a', 'b', '*', '?').map((characters) => characters.slice(0, 3))
    const text = few('a', 'b').map((characters) => characters.slice(0, 3))
    const six = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(one, { minLength: 6, maxLength: 6 })
    fc.assert(
      fc.property(six(segment), six(text), (patterns, texts) => {
        const expected = patterns.every((pattern, index) => naively(pattern, texts[index] ?? []))
        const join = (parts: readonly string[][]): string => parts.map((part) => part.join('')).join(':')
        assert.equal(matches(join(patterns), join(texts), 'arn'), expected)
      }),
      { numRuns: 3000 },
    )
  })

  test('in an ARN condition no wildcard of the first five segments crosses a colon', () => {
    assert.equal(matches('arn:aws:sqs:*:q', 'arn:aws:sqs:us-east-1:111122223333:q', 'arn'), false)
    assert.equal(matches('arn:aws:s3?::b', 'arn:aws:s3:::b', 'arn'), false)
    assert.equal(matches('arn:aws:iam::*:role/*', 'arn:aws:iam::1:2:role/x', 'arn'), false)
  })

  test('in a resource a star that ends a segment may cross colons, another may not', () => {
    assert.equal(matches('arn:aws:s3:us-*x:*', 'arn:aws:s3:us-1:2x:3:r', 'resource'), false)
    assert.equal(matches('arn:aws:s3:us-*x:*:*', 'arn:aws:s3:us-1x:2:r', 'resource'), true)
    assert.equal(matches('arn:aws:sqs:us-east-1:*', 'arn:aws:sqs:us-east-1:111122223333:orders', 'resource'), true)
    assert.equal(matches('arn:aws:*:a*b:*:*', 'arn:aws:s3:x:ab:y:z', 'resource'), true)
  })

  test('a pattern full of stars costs no more than pattern times text', () => {
    const text = 'a'.repeat(20_000)
    const started = process.hrtime.bigint()
    assert.equal(matches('*a*a*a*a*a*a*a*a*a*a*b', text), false)
    assert.equal(matches(`${'*a'.repeat(500)}*b`, text), false)
    assert.equal(matches(`arn:aws:${'*a'.repeat(50)}:x:y:z`, `arn:aws:${'a:'.repeat(5000)}`, 'resource'), false)
    assert.equal(matches(`arn:aws:*:${'*a'.repeat(50)}:y:z`, `arn:aws:${'a:'.repeat(5000)}`, 'resource'), false)
    assert.ok(Number(process.hrtime.bigint() - started) < 2e9)
  })
})
