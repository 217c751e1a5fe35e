import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { type PolicyDocument, parsePolicy, policySize, printPolicy } from '../../../src/engines/policy/index.ts'
import { fc } from '../../fast-check.ts'

/** A document without its positions. */
function withoutPlaces({ root }: PolicyDocument): unknown {
  return JSON.parse(JSON.stringify(root, (name, value) => (name === 'offset' ? undefined : value)))
}

function readsBack(text: string): void {
  const document = parsePolicy(text)
  const printed = printPolicy(document)
  assert.deepEqual(withoutPlaces(parsePolicy(printed)), withoutPlaces(document))
  assert.equal(printPolicy(parsePolicy(printed)), printed)
  assert.deepEqual(JSON.parse(printed), JSON.parse(text))
  assert.match(printed, /^[\x20-\xff]+$/)
  assert.equal(policySize(printed, 'identity'), printed.length)
}

describe('a printed policy', () => {
  test('reads back as what was printed, whatever stands in it and however it was indented', () => {
    const values = fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' })
    const bodies = fc.dictionary(fc.string({ unit: 'binary' }), values)
    fc.assert(
      fc.property(bodies, fc.constantFrom(0, 2, '\t', ' \r\n'), (body, indent) => {
        readsBack(JSON.stringify(body, undefined, indent))
      }),
      { numRuns: 1000 },
    )
  })

  test('reads back as what was printed, for every document of the corpus', () => {
    for (const file of ['accepted.json', 'refused.json']) {
      const rows: readonly { document: object }[] = JSON.parse(
        readFileSync(new URL(`corpus/${file}`, import.meta.url), 'utf8'),
      )
      for (const { document } of rows) readsBack(JSON.stringify(document, undefined, 1))
    }
  })

  test('keeps the order, numbers as they were written, and names that JavaScript would move or lose', () => {
    const text = '{"b":[1.0,1e2,-0,9007199254740993,1E+400],"7":true,"__proto__":{"a":null},"1":[],"":{}}'
    assert.equal(printPolicy(parsePolicy(text)), text)
  })

  test('holds only characters that AWS takes: others are escapes', () => {
    const text = '{"é":"\\u00ff\\u0100\\ud83d\\ude00\\ud800\\n\\"\\\\\\/"}'
    assert.equal(printPolicy(parsePolicy(text)), '{"é":"ÿ\\u0100\\ud83d\\ude00\\ud800\\n\\"\\\\/"}')
  })
})
