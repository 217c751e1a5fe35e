import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { decide, explain, type LayerTrace } from '../../../src/engines/policy/index.ts'
import { compiled, contextOf, policiesOf, readCases, requestOf } from './corpus.ts'

describe('an explanation agrees with the decision', () => {
  for (const row of [...readCases('traps.json'), ...readCases('cases.json')]) {
    test(row.name, () => {
      const policies = policiesOf(row)
      const request = requestOf(row)
      const { decision, layers } = explain(policies, request)
      assert.deepEqual(decision, decide(policies, request))
      const denying = layers.filter(({ verdict }) => verdict === 'explicitDeny').map(({ kind }) => kind)
      assert.deepEqual(new Set(denying), new Set(decision.outcome === 'explicitDeny' ? decision.blame : []))
      if (decision.outcome === 'implicitDeny') {
        for (const kind of decision.blame) assert.ok(layers.some((layer) => layer.kind === kind && lacksAllow(layer)))
      }
      for (const { applies, failed } of layers.flatMap((layer) => layer.policies.flatMap((each) => each.statements))) {
        assert.equal(applies, failed.length === 0)
      }
    })
  }
})

function lacksAllow({ verdict }: LayerTrace): boolean {
  return verdict === 'noMatch' || verdict === 'notApplicable'
}

test('a condition shows what was asked, what the request had, and the rule that settled it', () => {
  const variable = '$' + '{aws:username}'
  const Condition = {
    StringEquals: { 'sts:RoleSessionName': [variable, 'fixed'] },
    StringNotLike: { 'aws:PrincipalTag/Team': 'red*' },
    NumericLessThan: { 'aws:MultiFactorAuthAge': 3600 },
    'ForAnyValue:StringEquals': { 'aws:TagKeys': ['a'] },
    Null: { 'sts:ExternalId': 'false' },
  }
  const trust = {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole', Condition },
  }
  const { layers } = explain(
    { identity: [], resource: compiled(trust, 'trust') },
    {
      principal: { kind: 'anonymous' },
      action: 'sts:AssumeRole',
      resource: 'arn:aws:iam::111122223333:role/x',
      resourceAccount: '111122223333',
      context: contextOf({ 'aws:username': 'alice', 'sts:RoleSessionName': 'bob', 'aws:TagKeys': ['b', 'c'] }),
    },
  )
  const statement = layers[0]?.policies[0]?.statements[0]
  assert.deepEqual(statement?.failed, ['condition'])
  assert.deepEqual(
    layers.map(({ kind, verdict }) => `${kind} ${verdict}`),
    ['trust noMatch', 'identity notApplicable', 'boundary notApplicable', 'session notApplicable'],
  )
  assert.deepEqual(statement?.conditions, [
    {
      operator: 'StringEquals',
      key: 'sts:RoleSessionName',
      expected: ['alice', 'fixed'],
      actual: ['bob'],
      holds: false,
      rule: 'the request value has to match a policy value',
    },
    {
      operator: 'StringNotLike',
      key: 'aws:PrincipalTag/Team',
      expected: ['red*'],
      actual: undefined,
      holds: true,
      rule: 'missing key + negated operator = true',
    },
    {
      operator: 'NumericLessThan',
      key: 'aws:MultiFactorAuthAge',
      expected: ['3600'],
      actual: undefined,
      holds: false,
      rule: 'missing key + positive operator = false',
    },
    {
      operator: 'ForAnyValue:StringEquals',
      key: 'aws:TagKeys',
      expected: ['a'],
      actual: ['b', 'c'],
      holds: false,
      rule: 'some request value has to match a policy value',
    },
    {
      operator: 'Null',
      key: 'sts:ExternalId',
      expected: ['false'],
      actual: undefined,
      holds: false,
      rule: 'missing key + Null = true where "true" is asked',
    },
  ])
})

test('a value that variables make very long is shown as it is written, and one that does not resolve not at all', () => {
  const variable = '$' + '{aws:useragent}'
  const gone = '$' + '{aws:gone}'
  const long = `${variable.repeat(100)}*`
  const Condition = { StringLike: { 'aws:UserAgent': [long, `${long}${gone}`, `${variable}?`] } }
  const identity = compiled(
    { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Condition } },
    'identity',
  )
  const agent = 'a'.repeat(100)
  const { layers } = explain(
    { identity: [identity] },
    {
      principal: { kind: 'user', arn: 'arn:aws:iam::111122223333:user/a', account: '111122223333' },
      action: 'a:b',
      resource: '*',
      resourceAccount: '111122223333',
      context: contextOf({ 'aws:UserAgent': agent }),
    },
  )
  const [condition] =
    layers.flatMap(({ policies }) => policies.flatMap(({ statements }) => statements))[0]?.conditions ?? []
  assert.deepEqual(condition?.expected, [long, undefined, `${agent}?`])
})

test('what STS does with a role without a trust policy lacks just that', () => {
  const identity = compiled({ Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }, 'identity')
  const { missing, layers } = explain(
    { identity: [identity] },
    {
      principal: { kind: 'root', arn: 'arn:aws:iam::111122223333:root', account: '111122223333' },
      action: 'sts:AssumeRoleWithWebIdentity',
      resource: 'arn:aws:iam::111122223333:role/NotThere',
      resourceAccount: '111122223333',
      context: contextOf({}),
    },
  )
  assert.deepEqual(missing, ['trust'])
  assert.ok(layers.some(({ kind, verdict }) => kind === 'trust' && verdict === 'notApplicable'))
})
