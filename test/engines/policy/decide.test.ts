import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compilePolicy, decide, parsePolicy, type RequestPrincipal } from '../../../src/engines/policy/index.ts'
import { compiled, contextOf, policiesOf, readCases, requestOf } from './corpus.ts'

const ACCOUNT = '111122223333'
const USER = `arn:aws:iam::${ACCOUNT}:user/alice`
const ROLE = `arn:aws:iam::${ACCOUNT}:role/Dev`
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/Dev/s1`
const REQUEST = {
  principal: { kind: 'user', arn: USER, account: ACCOUNT },
  action: 'sts:AssumeRole',
  resource: `arn:aws:iam::${ACCOUNT}:role/Target`,
  resourceAccount: ACCOUNT,
  context: contextOf({}),
} as const

for (const file of ['traps.json', 'cases.json']) {
  describe(`the corpus ${file}`, () => {
    for (const row of readCases(file)) {
      test(`${row.name}: ${row.why}`, () => {
        const { outcome, blame } = decide(policiesOf(row), requestOf(row))
        assert.equal(outcome, row.expect)
        if (row.blame !== undefined) assert.deepEqual(blame, row.blame)
      })
    }
  })
}

describe('a principal that was resolved when the policy was saved', () => {
  const ids = new Map([
    [USER, 'AIDAOLD'],
    [ROLE, 'AROAOLD'],
  ])
  const decideFor = (Effect: 'Allow' | 'Deny', principal: RequestPrincipal): string => {
    const others = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }
    const named = { Effect, Principal: { AWS: [USER, ROLE] }, Action: 'sts:AssumeRole' }
    const text = JSON.stringify({ Statement: Effect === 'Deny' ? [others, named] : [named] })
    const resource = compilePolicy(parsePolicy(text), { kind: 'trust', name: 'trust', principalIds: ids })
    return decide({ identity: [], resource }, { ...REQUEST, principal }).outcome
  }
  const user = { kind: 'user', arn: USER, account: ACCOUNT } as const
  const session = { kind: 'assumedRole', arn: SESSION, roleArn: ROLE, account: ACCOUNT } as const

  test('does not match a re-created one of the same name', () => {
    assert.equal(decideFor('Allow', { ...user, id: 'AIDANEW' }), 'implicitDeny')
    assert.equal(decideFor('Allow', { ...session, id: 'AROANEW' }), 'implicitDeny')
    assert.equal(decideFor('Deny', { ...user, id: 'AIDANEW' }), 'allowed')
  })

  test('refuses a caller whose unique id is not known', () => {
    assert.equal(decideFor('Allow', user), 'implicitDeny')
    assert.equal(decideFor('Deny', user), 'explicitDeny')
  })

  test('is left out of an Allow for all but some where its unique id is not known', () => {
    const text = JSON.stringify({ Statement: { Effect: 'Allow', NotPrincipal: { AWS: USER }, Action: '*' } })
    const resource = compilePolicy(parsePolicy(text), { kind: 'resource', name: 'p', principalIds: ids })
    const all = compiled({ Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }, 'identity')
    const outcome = (principal: RequestPrincipal): string =>
      decide(
        { identity: [all], resource },
        { ...REQUEST, action: 'kms:Sign', resource: 'arn:aws:kms:::key/k', principal },
      ).outcome
    assert.equal(outcome(user), 'implicitDeny')
    assert.equal(outcome({ ...user, id: 'AIDANEW' }), 'allowed')
  })

  test('matches by unique id, under a new name too', () => {
    assert.equal(decideFor('Allow', { ...user, id: 'AIDAOLD' }), 'allowed')
    assert.equal(decideFor('Allow', { ...user, arn: `${USER}-renamed`, id: 'AIDAOLD' }), 'allowed')
    assert.equal(decideFor('Deny', { ...session, id: 'AROAOLD' }), 'explicitDeny')
  })
})

test('a decision names the statements that deny, with their places', () => {
  const text =
    '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"No","Effect":"Deny","Action":"sts:*","Resource":"*"}]}'
  const identity = [compilePolicy(parsePolicy(text), { kind: 'identity', name: 'p' })]
  const { statements } = decide({ identity, scp: [identity] }, REQUEST)
  const ref = { policy: 'p', kind: 'identity', sid: 'No', index: 1, offset: text.indexOf('{"Sid"') }
  assert.deepEqual(statements, [ref, ref])
})

test('a decision names the statements that grant, on both sides where both are needed', () => {
  const all = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }
  const trust = { Statement: { Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' } }
  const policies = { identity: [compiled(all, 'identity')], resource: compiled(trust, 'trust') }
  const decision = decide(policies, REQUEST)
  assert.deepEqual(
    decision.statements.map(({ kind }) => kind),
    ['trust', 'identity'],
  )
  assert.equal(decide({ identity: policies.identity }, { ...REQUEST, action: 's3:x' }).statements.length, 1)
})

describe('what STS does with a role', () => {
  const all = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }
  const identity = [compiled(all, 'identity')]
  const everybody = (Effect: string) => ({ Statement: { Effect, Principal: '*', Action: '*' } })
  const callers: readonly RequestPrincipal[] = [
    REQUEST.principal,
    { kind: 'root', arn: `arn:aws:iam::${ACCOUNT}:root`, account: ACCOUNT },
    { kind: 'assumedRole', arn: SESSION, roleArn: ROLE, account: ACCOUNT },
    { kind: 'webIdentity', provider: `arn:aws:iam::${ACCOUNT}:oidc-provider/idp.example.com` },
    { kind: 'saml', provider: `arn:aws:iam::${ACCOUNT}:saml-provider/corp` },
    { kind: 'service', service: 'ec2.amazonaws.com' },
    { kind: 'anonymous' },
  ]
  const ACTIONS = ['AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity', 'SetContext', 'TagSession', 'New']

  test('nobody may without a trust policy, whatever the caller and the action', () => {
    for (const principal of callers) {
      for (const action of ACTIONS) {
        const { outcome, blame } = decide({ identity }, { ...REQUEST, principal, action: `STS:${action}` })
        assert.equal(outcome, 'implicitDeny', `${principal.kind} ${action}`)
        assert.deepEqual(blame, ['trust'])
      }
    }
  })

  test('a policy on the resource that is no trust policy grants nothing, and may deny', () => {
    for (const principal of callers) {
      const granting = { identity, resource: compiled(everybody('Allow'), 'resource') }
      assert.deepEqual(decide(granting, { ...REQUEST, principal }).blame, ['trust'])
      const denying = { identity, resource: compiled(everybody('Deny'), 'resource') }
      assert.equal(decide(denying, { ...REQUEST, principal }).outcome, 'explicitDeny')
    }
  })

  test('a trust policy grants it, and what is no role needs none', () => {
    const trust = compiled({ Statement: { Effect: 'Allow', Principal: { AWS: USER }, Action: 'sts:*' } }, 'trust')
    assert.equal(decide({ identity: [], resource: trust }, REQUEST).outcome, 'allowed')
    const federated = `arn:aws:sts::${ACCOUNT}:federated-user/bob`
    assert.equal(decide({ identity }, { ...REQUEST, action: 'sts:TagSession', resource: federated }).outcome, 'allowed')
    assert.equal(decide({ identity }, { ...REQUEST, action: 'iam:GetRole' }).outcome, 'allowed')
  })
})

test('decisions that one statement grants are one frozen object', () => {
  const identity = [compiled({ Statement: { Effect: 'Allow', Action: 's3:*', Resource: '*' } }, 'identity')]
  const request = { ...REQUEST, action: 's3:GetObject' }
  assert.equal(decide({ identity }, request), decide({ identity }, request))
  assert.ok(Object.isFrozen(decide({ identity }, request)))
})

test('among a thousand statements only those whose action can match are looked at', () => {
  const Statement = Array.from({ length: 1000 }, (_, index) => ({
    Effect: 'Allow',
    Action: `s3:Action${index}`,
    Resource: '*',
    Condition: { StringEquals: { [`key:${index}`]: 'x' } },
  }))
  const asked: string[] = []
  const get = (key: string): undefined => void asked.push(key)
  decide({ identity: [compiled({ Statement }, 'identity')] }, { ...REQUEST, action: 's3:action7', context: { get } })
  assert.deepEqual(asked, ['key:7'])
})
