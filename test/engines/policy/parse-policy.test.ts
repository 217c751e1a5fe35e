import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parsePolicy } from '../../../src/engines/policy/index.ts'
import { readJson } from '../../../src/engines/policy/json-reader.ts'
import { MalformedPolicyDocument } from '../../../src/model/index.ts'
import { fc } from '../../fast-check.ts'
import { refusalOf } from './refusal.ts'

const REFUSED: readonly (readonly [rule: string, text: string, offset: number])[] = [
  ['nothing at all', '', 0],
  ['text that is no JSON', 'Version: 2012-10-17', 0],
  ['a list instead of an object', ' [{}]', 1],
  ['text after the document', '{} x', 3],
  ['a second document', '{}{}', 2],
  ['a member that appears twice', '{"Effect":"Deny","Effect":"Allow"}', 17],
  ['a member that appears twice, once escaped', '{"Effect":"Deny","\\u0045ffect":"Allow"}', 17],
  ['a deep member that appears twice', '{"Statement":[{"a":{"b":1,"b":2}}]}', 26],
  ['a comma before the end', '{"a":1,}', 7],
  ['a member without a value', '{"a":}', 5],
  ['a member name without quotes', '{a:1}', 1],
  ['single quotes', "{'a':1}", 1],
  ['a comment', '{/**/}', 1],
  ['a string without an end', '{"a":"b', 7],
  ['a string that ends in a backslash', '{"a":"\\', 7],
  ['a line break inside a string', '{"a":"\n"}', 6],
  ['an escape that JSON lacks', '{"a":"\\x41"}', 5],
  ['half a unicode escape', '{"a":"\\u00"}', 5],
  ['a number with a leading zero', '{"a":01}', 6],
  ['a number that is none', '{"a":NaN}', 5],
  ['a plus sign', '{"a":+1}', 5],
  ['a word in the wrong case', '{"a":True}', 5],
  ['a byte order mark', '\ufeff{}', 0],
  ['a no-break space', '{\u00a0}', 1],
  ['objects nested beyond all policies', `${'{"a":'.repeat(17)}1${'}'.repeat(17)}`, 80],
  ['lists nested to exhaust the stack', `{"a":${'['.repeat(100_000)}`, 20],
  ['more than 131,072 characters', `{"a":"${'x'.repeat(131_072)}"}`, 131_072],
]

describe('a policy text is refused, with the place, when it holds', () => {
  for (const [rule, text, offset] of REFUSED) {
    test(rule, () => {
      const fault = refusalOf(() => parsePolicy(text))
      assert.equal(fault.message, 'Syntax errors in policy.')
      assert.equal(fault.offset, offset)
    })
  }
})

test('a trust policy that is no JSON is refused in the words of its own operation', () => {
  assert.equal(refusalOf(() => parsePolicy('{', 'trust')).message, 'This policy contains invalid Json')
})

test('no text makes the parser throw anything but a malformed document', () => {
  const token = fc.constantFrom('{', '}', '[', ']', ':', ',', '"', '\\', '"a"', '1e5', 'null', ' ', '\\u00', 'tru', '-')
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(token, { maxLength: 30 }).map((tokens) => tokens.join('')),
  )
  fc.assert(
    fc.property(texts, (text) => {
      try {
        parsePolicy(text)
      } catch (error) {
        assert.ok(error instanceof MalformedPolicyDocument)
        assert.ok(error.offset !== undefined && error.offset >= 0 && error.offset <= text.length)
      }
    }),
    { numRuns: 3000 },
  )
})

test('whatever JSON.parse reads is read alike, unless a member appears twice', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
      const text = JSON.stringify(value, undefined, indent)
      assert.deepEqual(plain(readJson(text)), JSON.parse(text))
    }),
  )
})

test('every element keeps its place in the text', () => {
  const text = '{ "Statement": [ {"Sid": "a", "n": 1.50} ] }'
  const { root } = parsePolicy(text)
  const [member] = root.members
  assert.ok(member?.value.type === 'array')
  const [statement] = member.value.items
  assert.ok(statement?.type === 'object')
  assert.equal(text.slice(member.offset, member.offset + 11), '"Statement"')
  assert.equal(text.slice(statement.offset, statement.offset + 6), '{"Sid"')
  assert.deepEqual(statement.members[1]?.value, { type: 'number', text: '1.50', offset: text.indexOf('1.50') })
})

function plain(node: ReturnType<typeof readJson>): unknown {
  if (node.type === 'object') return Object.fromEntries(node.members.map(({ name, value }) => [name, plain(value)]))
  if (node.type === 'array') return node.items.map(plain)
  if (node.type === 'null') return null
  return node.type === 'number' ? Number(node.text) : node.value
}
