import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Glob, globMatches } from '../../../../src/engines/policy/matching/glob.ts'
import { piecesOf } from '../../../../src/engines/policy/matching/template.ts'
import { compilePattern, globOf, type WildcardStyle } from '../../../../src/engines/policy/matching/text-test.ts'
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

/** Matches, and counts how often the pattern is looked at: every step of the matcher looks at it. */
function countLooks(pattern: string, text: string, style: WildcardStyle): { matched: boolean; looks: number } {
  let looks = 0
  const glob: Glob = globOf(piecesOf(pattern, false), style, NO_KEYS) ?? []
  const counting = new Proxy(glob, {
    get: (target, name) => {
      looks++
      return Reflect.get(target, name)
    },
  })
  return { matched: globMatches(counting, text), looks }
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

  describe('cost no more than pattern times text', () => {
    const n = 2048
    const a = 'a'.repeat(n)
    const arn = (segments: string): string => `arn:aws:${segments}`

    // [pattern, text, looks at the pattern per character of the text]
    const hostile: readonly (readonly [string, string, number, WildcardStyle?])[] = [
      ['*a*a*a*a*b', a, 4],
      [`${'*a'.repeat(500)}*b`, a, 4],
      ['*'.repeat(n), a, 3],
      [`${'*'.repeat(n - 1)}b`, a, 5],
      [`${'?'.repeat(n - 1)}b`, a, 3],
      [`${'*?'.repeat(500)}b`, a, 4],
      [`*${'ab'.repeat(8)}c`, 'ab'.repeat(n / 2), 36],
      [arn(`${'*a'.repeat(50)}:x:y:z`), arn('a:'.repeat(n / 2)), 8, 'resource'],
      [arn(`*:${'*a'.repeat(50)}:y:z`), arn('a:'.repeat(n / 2)), 8, 'resource'],
      [arn(`${'*a'.repeat(50)}:x:y:z`), arn('a:'.repeat(n / 2)), 8, 'arn'],
      [arn(`s3:::${'*a'.repeat(500)}*b`), arn(`s3:::${a}`), 4, 'resource'],
    ]
    for (const [pattern, text, most, style = 'flat'] of hostile) {
      test(`${pattern.slice(0, 24)} in ${style} style`, () => {
        const { matched, looks } = countLooks(pattern, text, style)
        assert.equal(matched, /^[*]+$/.test(pattern))
        assert.ok(looks <= most * text.length, `${looks} looks at ${text.length} characters`)
      })
    }

    test('the worst there is, a star before what nearly matches everywhere', () => {
      const [pattern, text] = [`*${'a'.repeat(n / 8)}b`, 'a'.repeat(n / 4)]
      const { looks } = countLooks(pattern, text, 'flat')
      assert.ok(looks <= pattern.length * text.length)
    })

    test('whatever they are', () => {
      const style = fc.constantFrom<WildcardStyle>('flat', 'arn', 'resource')
      const long = (...characters: string[]): fc.Arbitrary<string> =>
        fc.array(fc.constantFrom(...characters), { maxLength: 200 }).map((each) => each.join(''))
      fc.assert(
        fc.property(long('a', 'a', 'b', ':', '*', '?'), long('a', 'a', 'b', ':'), style, (pattern, text, how) => {
          const { looks } = countLooks(pattern, text, how)
          assert.ok(looks <= 2 * (pattern.length + 2) * (text.length + 1))
        }),
        { numRuns: 1000 },
      )
    })
  })
})
