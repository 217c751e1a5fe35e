import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Glob } from '../../../../src/engines/policy/matching/glob.ts'
import { GlobBuilder, type WildcardStyle } from '../../../../src/engines/policy/matching/glob-builder.ts'
import { globMatches } from '../../../../src/engines/policy/matching/glob-matches.ts'
import { matchesByStates } from '../../../../src/engines/policy/matching/matches-by-states.ts'
import { compileExact, compilePattern } from '../../../../src/engines/policy/matching/text-test.ts'
import { fc } from '../../../fast-check.ts'
import { matchesByTheBook } from './by-the-book.ts'

const NO_KEYS = new Map<string, string>()

function matches(pattern: string, text: string, style: WildcardStyle = 'flat'): boolean {
  return compilePattern(pattern, style, false)(text, NO_KEYS)
}

function globOf(pattern: string, style: WildcardStyle): Glob {
  const builder = new GlobBuilder(style, pattern.length)
  builder.add({ kind: 'pattern', text: pattern }, pattern)
  return builder.symbols
}

/** How often a pattern is looked at for each symbol and character, at most: also by what follows all ways at once. */
const LOOKS = 16

/** Matches, and counts how often the pattern is looked at: every step of the matcher looks at it. */
function countLooks(pattern: string, text: string, style: WildcardStyle): { matched: boolean; looks: number } {
  let looks = 0
  const counting = new Proxy(globOf(pattern, style), {
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

  const styles = fc.constantFrom<WildcardStyle>('flat', 'arn', 'resource')
  const FEW = ['a', 'b', ':', ':', '😀', '\ud83d'] as const

  test('a pattern of any style means what the book says', () => {
    let matched = 0
    fc.assert(
      fc.property(few(...FEW, '*', '*', '?'), few(...FEW), styles, (pattern, text, style) => {
        const expected = matchesByTheBook(pattern.join(''), text.join(''), style)
        if (expected) matched++
        assert.equal(matches(pattern.join(''), text.join(''), style), expected)
        assert.equal(matchesByStates(globOf(pattern.join(''), style), text.join('')), expected)
      }),
      { numRuns: 10_000 },
    )
    assert.ok(matched > 300, `${matched} matched`)
  })

  test('so does a long one, made of a text so that it nearly matches everywhere', () => {
    let matched = 0
    const text = fc.array(fc.constantFrom('a', 'a', 'a', 'a', 'b', ':'), { minLength: 60, maxLength: 150 })
    const edits = fc.array(fc.tuple(fc.nat(200), fc.constantFrom('*', '*', '?', 'b', '')), { maxLength: 8 })
    fc.assert(
      fc.property(text, edits, fc.nat(60), styles, (characters, changes, cut, style) => {
        const pattern: string[] = characters.slice(cut / 2)
        for (const [at, symbol] of changes) pattern[at % pattern.length] = symbol
        const [source, whole] = [`*${pattern.join('')}`, characters.join('')]
        const expected = matchesByTheBook(source, whole, style)
        if (expected) matched++
        assert.equal(matches(source, whole, style), expected)
        assert.equal(matchesByStates(globOf(source, style), whole), expected)
      }),
      { numRuns: 1500 },
    )
    assert.ok(matched > 150, `${matched} matched`)
  })

  test('an ARN pattern means its segments compared one by one', () => {
    const segment = few('a', 'b', '*', '?').map((characters) => characters.slice(0, 3))
    const text = few('a', 'b').map((characters) => characters.slice(0, 3))
    const six = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(one, { minLength: 6, maxLength: 6 })
    fc.assert(
      fc.property(six(segment), six(text), (patterns, texts) => {
        const expected = patterns.every((pattern, index) =>
          matchesByTheBook(pattern.join(''), texts[index]?.join('') ?? '', 'flat'),
        )
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

  describe('look at the pattern no more often than a multiple of it and the text', () => {
    const n = 2048
    const a = 'a'.repeat(n)
    const arn = (segments: string): string => `arn:aws:${segments}`

    const hostile: readonly (readonly [pattern: string, text: string, style?: WildcardStyle])[] = [
      ['*a*a*a*a*b', a],
      [`${'*a'.repeat(500)}*b`, a],
      ['*'.repeat(n), a],
      [`${'*'.repeat(n - 1)}b`, a],
      [`${'?'.repeat(n - 1)}b`, a],
      [`${'*?'.repeat(500)}b`, a],
      [`*${'ab'.repeat(8)}c`, 'ab'.repeat(n / 2)],
      [`*${'a'.repeat(n / 2)}b`, a],
      [`*${'?'.repeat(n / 2)}b`, a],
      [`*${'a?'.repeat(n / 4)}b`, a],
      [arn(`${'*a'.repeat(50)}:x:y:z`), arn('a:'.repeat(n / 2)), 'resource'],
      [arn(`*:${'*a'.repeat(50)}:y:z`), arn('a:'.repeat(n / 2)), 'resource'],
      [arn(`*:*${'a'.repeat(n / 4)}b:y:z`), arn(a), 'resource'],
      [arn(`${'*a'.repeat(50)}:x:y:z`), arn('a:'.repeat(n / 2)), 'arn'],
      [arn(`*${'a'.repeat(n / 4)}b:x:y:z`), arn(a), 'arn'],
      [arn(`s3:::${'*a'.repeat(500)}*b`), arn(`s3:::${a}`), 'resource'],
    ]
    for (const [pattern, text, style = 'flat'] of hostile) {
      test(`${pattern.slice(0, 24)} in ${style} style`, () => {
        const { matched, looks } = countLooks(pattern, text, style)
        assert.equal(matched, /^[*]+$/.test(pattern))
        assert.ok(looks <= LOOKS * (pattern.length + text.length), `${looks} looks at ${text.length} characters`)
      })
    }

    test('whatever they are, no more than a multiple of both together', () => {
      const long = (...characters: string[]): fc.Arbitrary<string> =>
        fc.array(fc.constantFrom(...characters), { maxLength: 200 }).map((each) => each.join(''))
      fc.assert(
        fc.property(long('a', 'a', 'b', ':', '*', '?'), long('a', 'a', 'b', ':'), styles, (pattern, text, how) => {
          const { looks } = countLooks(pattern, text, how)
          assert.ok(looks <= LOOKS * (pattern.length + text.length + 2))
        }),
        { numRuns: 1000 },
      )
    })
  })

  describe('what a request brings into a pattern', () => {
    const AGENT = '$' + '{aws:useragent}'
    const asked = (source: string, agent: string, text: string, style: WildcardStyle = 'flat', unresolved = false) =>
      compilePattern(source, style, true, unresolved)(text, new Map([['aws:useragent', agent]]))

    test('makes no pattern longer than the text: seven thousand times 32 KiB are refused at once', () => {
      assert.equal(asked(`${AGENT.repeat(7000)}*`, 'a'.repeat(32_768), 'a'.repeat(32_768)), false)
      assert.equal(asked(`*${AGENT.repeat(2)}`, 'aa', 'aaa'), false)
      assert.equal(asked(`*${AGENT.repeat(2)}`, 'aa', 'aaaa'), true)
      assert.equal(compileExact(AGENT.repeat(7000), true)('a', new Map([['aws:useragent', 'a'.repeat(32_768)]])), false)
    })

    test('is unresolved all the same where a later variable does not resolve', () => {
      const gone = '$' + '{aws:gone}'
      assert.equal(asked(`${AGENT.repeat(9)}*${gone}`, 'aaa', 'a', 'flat', true), true)
      assert.equal(asked(`${AGENT.repeat(9)}*`, 'aaa', 'a', 'flat', true), false)
    })
  })
})
