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

for (const number of [
  '1.0',
  '-0',
  '0.10',
  '1e2',
  '1E2',
  '1700000000.00000000000000000001',
  '9007199254740993',
  '123456789012345678901',
  '1e-999',
]) {
  test(`${number} is no number, and neither text nor list nor object`, () => {
    for (const text of [`{"a":${number}}`, `{"b":1,"a":${number} ,"c":[2]}`, `{"c":[${number}],"a":${number}}`]) {
      assert.equal(typeof read(text)?.['a'], 'symbol', text)
    }
  })
}

for (const number of ['0', '7', '-1', '999999999999999', '9007199254740991', '1.5', '-0.25', '1e+21', '1e-7']) {
  test(`${number} is a number`, () => assert.deepEqual(read(`{"a":[${number}]}`), { a: [Number(number)] }))
}

test('what looks like a number in a text is none', () => {
  assert.deepEqual(read('{"1.0":"1e2"}'), { '1.0': '1e2' })
})

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
