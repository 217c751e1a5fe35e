import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lintPolicy } from '../../../../src/engines/policy/index.ts'

const LINES = [
  '{ "Version" : "2012-10-17",',
  '  "Statement": [',
  '    { "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*" },',
  '    {',
  '      "Effect": "Allow", "Action": [ "s3:GetObject" , "sts:Assume" ],',
  '      "Resource": "*",',
  '      "Condition": {',
  '        "StringEquals" : { "aws:TagKeys"  : [',
  '           "a" ] }',
  '      }',
  '    }',
  '  ]',
  '}',
]

for (const [name, newline] of [
  ['a line feed', '\n'],
  ['a carriage return and a line feed', '\r\n'],
] as const) {
  test(`a finding tells line and column, where lines end in ${name}`, () => {
    const text = LINES.join(newline)
    const [action, key, ...others] = lintPolicy(text, { kind: 'identity' })
    assert.deepEqual(others, [])
    assert.deepEqual(action?.path, ['Statement', 1, 'Action', 1])
    assert.deepEqual(action?.span, {
      start: { line: 5, column: 54, offset: text.indexOf('"sts:') },
      end: { line: 5, column: 66, offset: text.indexOf('"sts:') + 12 },
    })
    assert.deepEqual(key?.path, ['Statement', 1, 'Condition', 'StringEquals', 'aws:TagKeys'])
    assert.deepEqual(key?.span, {
      start: { line: 8, column: 27, offset: text.indexOf('"aws:') },
      end: { line: 8, column: 40, offset: text.indexOf('"aws:') + 13 },
    })
  })
}

test('a finding about a whole statement spans its lines', () => {
  const text = '{"Version":"2012-10-17","Statement":\n {"Action":"s3:*",\n "Resource":"*"\n } }'
  const [finding] = lintPolicy(text, { kind: 'identity' })
  assert.deepEqual(finding?.path, ['Statement'])
  assert.deepEqual(finding?.span, {
    start: { line: 2, column: 1, offset: 38 },
    end: { line: 4, column: 2, offset: text.length - 2 },
  })
})

test('text that is no JSON is told of where it stops being JSON', () => {
  const [finding, ...others] = lintPolicy('{\n  "Version": 2012-10-17\n}', { kind: 'trust' })
  const position = { line: 2, column: 17, offset: 19 }
  assert.deepEqual(others, [])
  assert.equal(finding?.code, 'JSON_SYNTAX_ERROR')
  assert.deepEqual(finding?.span, { start: position, end: position })
})
