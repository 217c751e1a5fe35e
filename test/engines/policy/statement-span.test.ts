import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { contextKeysOf, parsePolicy, statementSpans } from '../../../src/engines/policy/index.ts'
import { fc } from '../../fast-check.ts'

const spansOf = (text: string, count: number) => {
  const span = statementSpans(parsePolicy(text))
  return Array.from({ length: count }, (_, index) => {
    const { start, end } = span(index)
    return `${start.line}:${start.column}-${end.line}:${end.column}`
  })
}

describe('where statements stand', () => {
  test('the first begins behind the bracket, each other behind the one before', () => {
    assert.deepEqual(spansOf('{"Statement":[{"Sid":"a"},{"Sid":"b"}]}', 2), ['1:15-1:26', '1:26-1:38'])
  })

  test('one without a list begins behind its brace', () => {
    assert.deepEqual(spansOf('{"Statement": {"Sid":"a"} }', 1), ['1:16-1:26'])
  })

  test('lines end with a line feed, wherever statements are in them', () => {
    assert.deepEqual(spansOf('{"Statement":[\r\n  {\n"Sid":"}"\n}\n, {}\n]}', 2), ['1:15-4:2', '4:2-5:5'])
  })

  test('in no document does a statement end before it begins', () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.string(), fc.string(), { maxKeys: 2 }), { minLength: 1, maxLength: 5 }),
        fc.constantFrom(undefined, 2, '\t'),
        (statements, indent) => {
          const span = statementSpans(parsePolicy(JSON.stringify({ Statement: statements }, undefined, indent)))
          let last = 0
          for (const [index] of statements.entries()) {
            const { start, end } = span(index)
            assert.ok(start.line * 1e6 + start.column >= last)
            last = end.line * 1e6 + end.column
            assert.ok(last > start.line * 1e6 + start.column)
          }
        },
      ),
    )
  })
})

describe('the keys that a policy asks for', () => {
  const variable = (name: string) => `\${${name}}`
  const keysOf = (Version: string | undefined, statement: object) =>
    contextKeysOf(parsePolicy(JSON.stringify({ ...(Version && { Version }), Statement: statement })))

  test('are those of conditions and of variables, each once, as AWS spells them', () => {
    const statement = {
      NotResource: `arn:aws:s3:::b/${variable('AWS:UserName')}`,
      Condition: { ArnLike: { 'aws:principalarn': variable('aws:username') }, Null: { 'S3:Prefix': 'true' } },
    }
    assert.deepEqual(keysOf('2012-10-17', statement), ['aws:username', 'aws:PrincipalArn', 'S3:Prefix'])
  })

  test('are none of variables where these are text', () => {
    const statement = {
      Resource: `arn:aws:s3:::b/${variable('aws:username')}`,
      Condition: { NumericEquals: { 's3:max-keys': variable('aws:userid') } },
    }
    assert.deepEqual(keysOf('2008-10-17', statement), ['s3:max-keys'])
    assert.deepEqual(keysOf(undefined, statement), ['s3:max-keys'])
    assert.deepEqual(keysOf('2012-10-17', statement), ['aws:username', 's3:max-keys'])
  })

  test('are none of the characters that stand for themselves', () => {
    const statement = {
      Resource: `arn:aws:s3:::${variable('*')}${variable('?')}${variable('$')}${variable('broken')}`.slice(0, -1),
    }
    assert.deepEqual(keysOf('2012-10-17', statement), [])
  })

  test('nothing is asked for by what is no statement', () => {
    assert.deepEqual(keysOf('2012-10-17', [1, null, { Condition: [] }, { Condition: { StringEquals: 'x' } }]), [])
  })
})
