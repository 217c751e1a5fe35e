import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maskPersonalTrace } from '../../../src/domain/explanation/mask-personal.ts'

const conditionOf = (key: string) => ({
  key,
  operator: 'StringEquals',
  expected: ['x'],
  actual: ['someone@corp.example'],
})

function shown(key: string): unknown {
  const statements = [{ conditions: [conditionOf(key)] }]
  // As much of a trace as is looked at.
  const trace: unknown = { layers: [{ policies: [{ statements }] }] }
  assert.ok(isTrace(trace))
  return maskPersonalTrace(trace, []).layers[0]?.policies[0]?.statements[0]?.conditions[0]?.actual
}

function isTrace(trace: unknown): trace is Parameters<typeof maskPersonalTrace>[0] {
  return trace !== undefined
}

test('whatever an assertion says is masked, unless it is known to name nobody', () => {
  for (const key of [
    'saml:sub',
    'saml:eduPersonScopedAffiliation',
    'saml:edupersonorgunitdn',
    'aws:RequestTag/email',
    'sts:SourceIdentity',
    'sts:RoleSessionName',
  ]) {
    assert.ok(!JSON.stringify(shown(key)).includes('someone@corp'), key)
  }
  for (const key of ['saml:aud', 'saml:iss', 'SAML:doc', 'saml:namequalifier', 'saml:sub_type', 'aws:SourceIp']) {
    assert.deepEqual(shown(key), ['someone@corp.example'], key)
  }
})
