import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { type ApplicablePolicies, type Decision, decide } from '../../../../src/engines/policy/index.ts'
import { compiled, contextOf } from '../corpus.ts'

type Keys = Readonly<Record<string, string | readonly string[]>>

const ACCOUNT = '111122223333'

function outcome(policies: ApplicablePolicies, keys: Keys): Decision['outcome'] {
  const principal = { kind: 'user', arn: `arn:aws:iam::${ACCOUNT}:user/alice`, account: ACCOUNT } as const
  const context = contextOf(keys)
  return decide(policies, { principal, action: 'a:b', resource: 'r', resourceAccount: ACCOUNT, context }).outcome
}

/** Whether an Allow under this condition applies, and whether a Deny does. */
function applies(condition: object, keys: Keys, version = '2012-10-17'): { allow: boolean; deny: boolean } {
  const all = { Action: '*', Resource: '*' }
  const one = (Effect: string): object => ({ Version: version, Statement: [{ Effect, ...all, Condition: condition }] })
  const everything = compiled({ Statement: [{ Effect: 'Allow', ...all }] }, 'identity')
  return {
    allow: outcome({ identity: [compiled(one('Allow'), 'identity')] }, keys) === 'allowed',
    deny: outcome({ identity: [everything, compiled(one('Deny'), 'identity')] }, keys) === 'explicitDeny',
  }
}

/** What a verdict means for the statement: where nothing can be known, the one that refuses. */
const VERDICTS = {
  refuses: { allow: false, deny: true },
  false: { allow: false, deny: false },
  true: { allow: true, deny: true },
}

interface Row {
  readonly rule: string
  readonly verdict: keyof typeof VERDICTS
  readonly condition: object
  readonly keys: Keys
}

const ROWS: readonly Row[] = JSON.parse(readFileSync(new URL('../corpus/conditions.json', import.meta.url), 'utf8'))

for (const [verdict, title] of [
  ['refuses', 'a condition that cannot be known refuses'],
  ['false', 'a condition is false for'],
  ['true', 'a condition is true where'],
] as const) {
  describe(title, () => {
    for (const { rule, condition, keys } of ROWS.filter((row) => row.verdict === verdict)) {
      test(rule, () => assert.deepEqual(applies(condition, keys), VERDICTS[verdict]))
    }
  })
}

test('before 2012-10-17 a variable is plain text', () => {
  const condition = { StringEquals: { k: '$' + '{v}' } }
  assert.deepEqual(applies(condition, { k: 'x', v: 'x' }, '2008-10-17'), VERDICTS.false)
  assert.deepEqual(applies(condition, { k: '$' + '{v}', v: 'x' }, '2008-10-17'), VERDICTS.true)
})
