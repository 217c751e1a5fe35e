import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type AccessRequest, decide } from '../../../src/engines/policy/index.ts'
import { foldCase } from '../../../src/model/index.ts'
import { fc } from '../../fast-check.ts'
import { type Documents, policies, WORLDS } from './worlds.ts'

/** Changes each statement of every document. */
function everyStatement(from: Documents, change: (statement: object) => object): Documents {
  const document = (statements: readonly object[]): object[] => statements.map(change)
  return {
    ...from,
    identity: from.identity.map(document),
    boundary: from.boundary && document(from.boundary),
    session: from.session?.map(document),
    resource: from.resource && document(from.resource),
    scp: from.scp?.map((level) => level.map(document)),
    rcp: from.rcp?.map((level) => level.map(document)),
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Changes each text of one text or a list of them. */
const texts = (value: unknown, change: (text: string) => string): unknown =>
  Array.isArray(value) ? value.map((each) => texts(each, change)) : typeof value === 'string' ? change(value) : value

/** Flips the case of the letters that the bits choose. */
function recased(text: string, bits: readonly boolean[]): string {
  const flip = (letter: string): string => (/[a-z]/.test(letter) ? letter.toUpperCase() : letter.toLowerCase())
  return [...text].map((letter, at) => (bits[at % bits.length] ? flip(letter) : letter)).join('')
}

/** The statement with actions, condition keys and the names of variables in another case. */
function withOtherCase(statement: object, bits: readonly boolean[]): object {
  const variables = (value: unknown): unknown =>
    texts(value, (text) => text.replace(/\$\{[^},]*/g, (variable) => recased(variable, bits)))
  const entries = Object.entries(statement).map(([name, value]) => {
    if (name.endsWith('Action')) return [name, texts(value, (text) => recased(text, bits))]
    if (name.endsWith('Resource')) return [name, variables(value)]
    if (name !== 'Condition' || !isRecord(value)) return [name, value]
    return [name, eachKey(value, (key, each) => [recased(key, bits), variables(each)])]
  })
  return Object.fromEntries(entries)
}

/** Rebuilds a condition block key by key. */
function eachKey(block: object, change: (key: string, value: unknown) => readonly [string, unknown]): object {
  const operators = Object.entries(block).map(([operator, keys]) => [
    operator,
    Object.fromEntries(Object.entries(keys).map(([key, value]) => change(key, value))),
  ])
  return Object.fromEntries(operators)
}

/** The value with every list and every object in another order. */
function reordered(value: unknown, by: number): unknown {
  const turn = <T>(list: readonly T[]): T[] => {
    const at = list.length === 0 ? 0 : by % list.length
    const turned = [...list.slice(at), ...list.slice(0, at)]
    return by % 2 === 0 ? turned : turned.reverse()
  }
  if (Array.isArray(value)) return turn(value.map((each) => reordered(each, by)))
  if (!isRecord(value)) return value
  return Object.fromEntries(turn(Object.entries(value)).map(([name, each]) => [name, reordered(each, by)]))
}

function sameDecision(from: Documents, asked: AccessRequest, other: Documents, otherAsked = asked): boolean {
  const { outcome, blame, statements } = decide(policies(from), asked)
  const again = decide(policies(other), otherAsked)
  const places = (refs: typeof statements): unknown[] => refs.map(({ kind, index }) => [kind, index])
  assert.deepEqual([again.outcome, again.blame, places(again.statements)], [outcome, blame, places(statements)])
  return outcome === 'allowed'
}

for (const { name, documents, request } of WORLDS) {
  describe(`however a policy is written, in the world of ${name}`, () => {
    test('the case of actions, condition keys and variables does not matter', () => {
      let allowed = 0
      const bits = fc.array(fc.boolean(), { minLength: 7, maxLength: 7 })
      fc.assert(
        fc.property(documents, request, bits, (from, asked, flips) => {
          const other = everyStatement(from, (statement) => withOtherCase(statement, flips))
          if (sameDecision(from, asked, other, { ...asked, action: recased(asked.action, flips) })) allowed++
        }),
        { numRuns: 1000 },
      )
      assert.ok(allowed > 75, `${allowed} of 1000 requests were allowed`)
    })

    test('the order of elements, conditions, keys and values does not matter', () => {
      let allowed = 0
      fc.assert(
        fc.property(documents, request, fc.integer({ min: 1, max: 11 }), (from, asked, by) => {
          const other = everyStatement(from, (statement) => Object(reordered(statement, by)))
          if (sameDecision(from, asked, other)) allowed++
        }),
        { numRuns: 1000 },
      )
      assert.ok(allowed > 75, `${allowed} of 1000 requests were allowed`)
    })

    test('a value, an action or a principal said twice says no more', () => {
      const twice = (value: unknown): unknown => {
        if (Array.isArray(value)) return [...value, ...value]
        if (!isRecord(value)) return value
        return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, twice(each)]))
      }
      fc.assert(
        fc.property(documents, request, (from, asked) => {
          sameDecision(
            from,
            asked,
            everyStatement(from, (statement) => Object(twice(statement))),
          )
        }),
      )
    })

    test('a request is asked for its keys in lower case alone, so their case in it cannot matter either', () => {
      let keys = 0
      fc.assert(
        fc.property(
          documents,
          request,
          fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
          (from, asked, flips) => {
            const get = (key: string): ReturnType<AccessRequest['context']['get']> => {
              assert.equal(key, foldCase(key))
              keys++
              return asked.context.get(key)
            }
            decide(policies(everyStatement(from, (each) => withOtherCase(each, flips))), { ...asked, context: { get } })
          },
        ),
      )
      assert.ok(keys > 100)
    })
  })
}
