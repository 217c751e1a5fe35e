import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { lintPolicy, type PolicyKind } from '../../../../src/engines/policy/index.ts'

/** The longest text that is looked at, in characters. */
const FULL = 131_000

/** As many copies as fit into a text of full length, in a list. */
function fill(item: string, frame: (items: string) => string): string {
  const count = Math.floor((FULL - frame('').length) / (item.length + 1))
  return frame(new Array<string>(count).fill(item).join())
}

/** The same with something different in each: `#` becomes a number. */
function number(item: string, frame: (items: string) => string): string {
  const count = Math.floor((FULL - frame('').length) / (item.length + 6))
  return frame(Array.from({ length: count }, (_, index) => item.replaceAll('#', String(index))).join())
}

const identity = (inside: string) => `{"Version":"2012-10-17","Statement":[${inside}]}`
const actions = (list: string) => identity(`{"Effect":"Allow","Resource":"*","Action":[${list}]}`)
const resources = (list: string) => identity(`{"Effect":"Allow","Action":"s3:*","Resource":[${list}]}`)
const conditions = (operators: string) =>
  identity(`{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{${operators}}}`)
const keys = (list: string) => conditions(`"ForAllValues:StringNotLike":{${list}}`)
const values = (list: string) => conditions(`"StringLike":{"aws:userid":[${list}]}`)
const trust = (principals: string, rest: string) =>
  identity(
    `{"Effect":"Allow","Action":"sts:AssumeRoleWithWebIdentity","Principal":{"Federated":[${principals}]},${rest}}`,
  )

const HOSTILE: readonly (readonly [name: string, kind: PolicyKind, text: string])[] = [
  ['empty statements', 'identity', fill('{}', identity)],
  ['statements in lists', 'trust', fill('[]', identity)],
  ['statements that are all the same', 'identity', fill('{"Effect":"Allow","Action":"a:b","Resource":"*"}', identity)],
  ['unknown actions', 'identity', fill('"sts:x"', actions)],
  ['actions that are all patterns', 'identity', number('"a:#*"', actions)],
  ['one action of stars', 'identity', actions(`"sts:${'*a'.repeat(FULL / 2 - 60)}"`)],
  ['one resource of colons', 'identity', resources(`"arn:aws:s3:${':'.repeat(FULL - 100)}"`)],
  [
    'one resource of slashes',
    'trust',
    trust(`"arn:aws:iam::111122223333:role/${'/'.repeat(FULL - 200)}"`, '"Sid":"a"'),
  ],
  ['one resource of opened variables', 'identity', resources(`"arn:aws:s3:::${('$' + '{').repeat(FULL / 2 - 100)}"`)],
  ['one resource of variables', 'identity', resources(`"arn:aws:s3:::${('$' + '{a}').repeat(FULL / 4 - 50)}"`)],
  ['condition keys', 'identity', number('"aws:x#":"a"', keys)],
  ['tag keys of slashes', 'identity', keys(`"aws:RequestTag/${'/'.repeat(FULL - 200)}":"a"`)],
  ['a key of colons', 'trust', keys(`"a.b${':'.repeat(FULL - 200)}":"a"`)],
  ['condition values', 'identity', fill('"*"', values)],
  [
    'whitespace before each of many faults',
    'identity',
    values(`${' '.repeat(FULL / 2)}${fill('"*"', (list) => list).slice(0, FULL / 4)}"`),
  ],
  ['providers', 'trust', number('"arn:aws:iam::111122223333:oidc-provider/p#.io"', (list) => trust(list, '"Sid":"a"'))],
  [
    'claims of many providers',
    'trust',
    number('"p#.io:sub":"x"', (list) =>
      trust('"arn:aws:iam::1:oidc-provider/p1.io"', `"Condition":{"StringLike":{${list}}}`),
    ),
  ],
  ['nesting', 'identity', '['.repeat(FULL)],
]

describe('the work is bounded, and so are the findings, on a text of', () => {
  for (const [name, kind, text] of HOSTILE) {
    test(name, () => {
      assert.ok(text.length > FULL / 2, String(text.length))
      const began = performance.now()
      const findings = lintPolicy(text, { kind })
      const took = performance.now() - began
      assert.ok(findings.length <= 500)
      assert.ok(findings.every(({ details }) => details.length < 1000))
      // Many times what the slowest takes, and a fraction of what work in the square of the length would.
      assert.ok(took < 4000, `${took} ms`)
    })
  }
})
