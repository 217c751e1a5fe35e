import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { keepRevocation } from '../../../src/domain/directory/plan-revocation.ts'
import { revokingPolicy, sessionsRevokedBefore } from '../../../src/domain/directory/revoking-policy.ts'
import { epochMillis } from '../../../src/model/index.ts'

const NOW = epochMillis(Date.parse('2026-01-01T12:00:00Z'))
const FAR = '9999-12-31T00:00:00Z'
const GENUINE = {
  Effect: 'Deny',
  Action: ['*'],
  Resource: ['*'],
  Condition: { DateLessThan: { 'aws:TokenIssueTime': FAR } },
}

function called(...Statement: readonly object[]) {
  return { name: 'AWSRevokeOlderSessions', document: JSON.stringify({ Version: '2012-10-17', Statement }) }
}

const until = (instant: string) =>
  called({ ...GENUINE, Condition: { DateLessThan: { 'aws:TokenIssueTime': instant } } })

describe('no revocation is', () => {
  const lessThan = GENUINE.Condition.DateLessThan
  for (const [what, policy] of [
    ['one that allows', called({ ...GENUINE, Effect: 'Allow' })],
    ['one that denies some actions', called({ ...GENUINE, Action: ['iam:*'] })],
    ['one that denies no action', called({ ...GENUINE, Action: undefined, NotAction: ['*'] })],
    ['one on some resources', called({ ...GENUINE, Resource: ['arn:aws:s3:::bucket'] })],
    ['one with another condition', called({ ...GENUINE, Condition: { DateGreaterThan: lessThan } })],
    [
      'one with one more condition',
      called({ ...GENUINE, Condition: { DateLessThan: lessThan, Bool: { 'a:b': 'true' } } }),
    ],
    [
      'one with one more key',
      called({ ...GENUINE, Condition: { DateLessThan: { ...lessThan, 'aws:CurrentTime': FAR } } }),
    ],
    ['one with one more statement', called(GENUINE, { Effect: 'Allow', Action: '*', Resource: '*' })],
    ['one without a statement', called()],
    ['one whose condition is in another text', called({ Sid: `"aws:TokenIssueTime":"${FAR}"`, Effect: 'Allow' })],
    ['one until no instant', until('2026-13-01T00:00:00Z')],
    ['one with a variable', until(`\${aws:CurrentTime}`)],
    ['one with a quote in its instant', until(`${FAR}"}}},{"Effect":"Allow`)],
    ['one of another name', { ...called(GENUINE), name: 'AWSRevokeOlderSession' }],
  ] as const) {
    test(what, () => {
      assert.equal(sessionsRevokedBefore([policy]), 0)
      assert.deepEqual(keepRevocation([policy], [], NOW), [], 'and none survives an apply')
    })
  }
})

describe('a revocation', () => {
  test('is read however it is laid out', () => {
    const { name, document } = until('2025-06-01T00:00:00.500Z')
    const laidOut = { name, document: JSON.stringify(JSON.parse(document), undefined, 4) }
    assert.equal(sessionsRevokedBefore([laidOut]), Date.parse('2025-06-01T00:00:00.500Z'))
  })

  test('counts to the end of its second', () => {
    assert.equal(sessionsRevokedBefore([revokingPolicy(NOW)]), NOW + 1000)
  })

  test('survives in the place of one that has its name and allows', () => {
    const other = { name: 'other', document: '{}' }
    const allows = called({ ...GENUINE, Effect: 'Allow' })
    const kept = revokingPolicy(NOW)
    assert.deepEqual(keepRevocation([other, kept], [allows, other], NOW), [other, kept])
  })

  test('gives way to one that ends more', () => {
    const later = until('2026-01-01T11:00:00Z')
    assert.deepEqual(keepRevocation([until('2026-01-01T10:00:00Z')], [later], NOW), [later])
    assert.deepEqual(keepRevocation([later], [until('2026-01-01T10:00:00Z')], NOW), [later])
  })

  test('from the future survives as one until now', () => {
    assert.deepEqual(keepRevocation([called(GENUINE)], [], NOW), [revokingPolicy(NOW)])
    const soon = until('2026-01-01T12:10:00Z')
    assert.deepEqual(keepRevocation([soon], [], NOW), [soon], 'clocks of nodes need not agree')
    assert.deepEqual(
      keepRevocation([called(GENUINE)], [called(GENUINE)], NOW),
      [called(GENUINE)],
      'where it is desired',
    )
  })
})

test('reading what has the name of a revocation takes no longer than its length', () => {
  const gap = ' '.repeat(100_000)
  const text = called({ ...GENUINE, Condition: { Null: { 'aws:TokenIssueTime': true } } }).document
  const policy = { name: 'AWSRevokeOlderSessions', document: text.replace('Time":', `Time":${gap}`) }
  const begun = performance.now()
  assert.equal(sessionsRevokedBefore([policy]), 0)
  assert.ok(performance.now() - begun < 1000)
})
