import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readJsonObject } from '../../../../src/domain/federation/oidc/json-object.ts'
import { fc } from '../../../fast-check.ts'

const read = (text: string) => readJsonObject(Buffer.from(text))

for (const text of [
  '',
  '[]',
  'null',
  '7',
  '"text"',
  '{',
  '{}x',
  '{"a":1,"a":1}',
  '{"a":1,"\\u0061":2}',
  '{"a":{"b":[{"c":1,"c":2}]}}',
  '{"__proto__":1,"__proto__":1}',
  '{"a":1e999}',
  '{"a":[-1e999]}',
  '{"a":"\\ud800"}',
  '{"\\udfff":1}',
  '\ufeff{}',
  `{"a":${'['.repeat(40)}${']'.repeat(40)}}`,
  `{${Array.from({ length: 1001 }, (_, index) => `"${index}":0`).join(',')}}`,
]) {
  test(`${JSON.stringify(text.slice(0, 40))} is no object of JSON`, () => assert.equal(read(text), undefined))
}

for (const text of [
  '{}',
  '{"a:b":"c:d"}',
  '{"a":"\\":\\\\"}',
  '{"\\"":1}',
  '{"__proto__":{"a":1}}',
  '{"a":[{"b":1},{"b":2}]}',
  '{"a":"}]"}',
]) {
  test(`${text} is an object of JSON`, () => assert.deepEqual(JSON.stringify(read(text)), text))
}

test('whatever JSON.stringify writes of an object is read as it was, and with any member once more it is not', () => {
  const object = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 4 }))
  fc.assert(
    fc.property(object, (value) => {
      const text = JSON.stringify(value)
      if (!text.isWellFormed() || /\\ud[89a-f]/i.test(text)) return
      assert.equal(JSON.stringify(read(text)), text)
      for (const name of Object.keys(value)) {
        assert.equal(read(text.replace(/}$/, `,${JSON.stringify(name)}:0}`)), undefined)
      }
    }),
  )
})
