import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  parsePolicy,
  policySize,
  principalArnsOf,
  principalIdsOf,
  printPolicy,
  renamePrincipals,
} from '../../../src/engines/policy/index.ts'
import { fc } from '../../fast-check.ts'

describe('the size of a policy', () => {
  test('counts every character where Organizations keeps it, and of session policies', () => {
    for (const kind of ['scp', 'rcp', 'session'] as const) assert.equal(policySize('{ "a":\n1 }', kind), 10)
    for (const kind of ['identity', 'boundary', 'trust', 'resource'] as const) {
      assert.equal(policySize('{ "a":\n1 }', kind), 7)
    }
  })

  test('does not count whitespace between tokens, and counts it inside texts', () => {
    assert.equal(policySize(' { "a" :\t"b c\\" d" ,\r\n"e":1 } ', 'trust'), '{"a":"b c\\" d","e":1}'.length)
  })

  test('is the length of the compact form, however it was indented', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(0, 1, 4, '\t', ' \t'), (value, indent) => {
        assert.equal(policySize(JSON.stringify(value, undefined, indent), 'identity'), JSON.stringify(value).length)
      }),
    )
  })
})

test('the principals to resolve are the ARNs of every Principal element, each once', () => {
  const user = 'arn:aws:iam::111122223333:user/a/alice'
  const role = 'arn:aws-cn:iam::111122223333:role/Dev'
  const document = {
    Statement: [
      {
        Principal: { AWS: [user, '111122223333', 'arn:aws:iam::111122223333:root', '*'], Service: 'ec2.amazonaws.com' },
      },
      { Principal: { AWS: role, Federated: 'arn:aws:iam::111122223333:saml-provider/x' } },
      { Principal: { AWS: ['arn:aws:sts::111122223333:assumed-role/Dev/s1', user, 7] } },
      { Principal: '*' },
      'none',
    ],
  }
  const [root, session] = ['arn:aws:iam::111122223333:root', 'arn:aws:sts::111122223333:assumed-role/Dev/s1']
  assert.deepEqual([...principalArnsOf(parsePolicy(JSON.stringify(document))).keys()], [user, root, role, session])
  assert.deepEqual([...principalArnsOf(parsePolicy('{}'))], [])
  assert.deepEqual([...principalIdsOf(parsePolicy(JSON.stringify(document)))], ['111122223333', '*'])
})

test('only AWS principals of statements are renamed, and the rest of a document stays as it is', () => {
  const document = (one: unknown, other: unknown) => ({
    Id: 'a',
    Principal: { AWS: 'a' },
    Statement: [
      { Sid: 'a', Principal: { AWS: one, Service: 'a' }, Condition: { StringEquals: { AWS: 'a' } } },
      { NotPrincipal: { AWS: 'a' }, Principal: 'a' },
      { Principal: { AWS: other } },
      'a',
    ],
  })
  const renamed = renamePrincipals(parsePolicy(JSON.stringify(document('a', ['a', 'c', 1]))), new Map([['a', 'b']]))
  assert.equal(printPolicy(renamed), JSON.stringify(document('b', ['b', 'c', 1])))
  for (const text of ['{}', '{"Statement":1}', '{"Statement":[null]}', '{"Statement":{"Principal":[]}}']) {
    assert.equal(printPolicy(renamePrincipals(parsePolicy(text), new Map([['a', 'b']]))), text)
  }
})
