import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { type Asked, describeTrace, summarizeTrace } from '../../../src/domain/explanation/index.ts'
import { type AccessRequest, explain } from '../../../src/engines/policy/index.ts'
import { type Case, compiled, contextOf, policiesOf, readCases, requestOf } from '../../engines/policy/corpus.ts'

/** A request, and the words for what becomes of it; the tree where it shows something of its own. */
interface Golden extends Case {
  readonly notGiven?: readonly string[]
  readonly roleIsMissing?: boolean
  readonly because: string
  readonly tree?: readonly string[]
}

const GOLDEN: readonly Golden[] = JSON.parse(readFileSync(new URL('traces.json', import.meta.url), 'utf8'))

function askedOf({ principal, action, resource }: AccessRequest, known: Partial<Asked> = {}): Asked {
  const caller = 'arn' in principal ? principal.arn : principal.kind
  return { caller, action, resource, roleIsMissing: known.roleIsMissing ?? false, notGiven: known.notGiven ?? [] }
}

describe('a decision in words', () => {
  for (const row of GOLDEN) {
    test(row.name, () => {
      const request = requestOf(row)
      const trace = explain(policiesOf(row), request)
      const asked = askedOf(request, row)
      assert.equal(summarizeTrace(trace, asked), row.because)
      if (row.tree !== undefined) assert.deepEqual(describeTrace(trace, asked), row.tree)
    })
  }
})

const KINDS = {
  identity: 'identity-based policy',
  boundary: 'permissions boundary',
  session: 'session policy',
  resource: 'resource-based policy',
  trust: 'role trust policy',
  scp: 'service control policy',
  rcp: 'resource control policy',
}

describe('every refusal names every kind of policy that is to blame, in one line of plain text', () => {
  for (const row of [...readCases('traps.json'), ...readCases('cases.json')]) {
    test(row.name, () => {
      const request = requestOf(row)
      const trace = explain(policiesOf(row), request)
      const because = summarizeTrace(trace, askedOf(request))
      const listed = trace.decision.statements.length <= 4 ? trace.decision.blame : []
      for (const kind of listed) assert.ok(because.includes(KINDS[kind]), `${because} names no ${KINDS[kind]}`)
      for (const line of [because, ...describeTrace(trace, askedOf(request))])
        assert.match(line, /^[^\p{C}\p{Zl}\p{Zp}]+$/u)
    })
  }
})

test('whatever stands in policies and requests, no line moves a terminal or is longer than its parts', () => {
  const hostile = '\u001b[2J\u009b31m\u202e\r\n\u2028"'
  const statement = {
    Sid: hostile,
    Effect: 'Allow',
    Principal: '*',
    Action: 'sts:AssumeRole',
    Condition: {
      [hostile]: { [hostile]: hostile },
      StringEquals: { [hostile]: Array.from({ length: 50 }, () => hostile.repeat(20)) },
      'ForAnyValue:StringLike': { 'aws:TagKeys': hostile },
    },
  }
  const policies = {
    identity: [],
    resource: compiled({ Version: '2012-10-17', Statement: statement }, 'trust', hostile),
  }
  const account = '111111111111'
  const request = {
    principal: { kind: 'user', arn: hostile, account },
    action: hostile,
    resource: hostile,
    resourceAccount: account,
    context: contextOf({ [hostile]: hostile, 'aws:TagKeys': Array.from({ length: 50 }, () => hostile.repeat(20)) }),
  } as const
  const trace = explain(policies, request)
  for (const roleIsMissing of [true, false]) {
    const asked = askedOf(request, { roleIsMissing, notGiven: [hostile] })
    for (const line of [summarizeTrace(trace, asked), ...describeTrace(trace, asked)]) {
      assert.match(line, /^[^\p{C}\p{Zl}\p{Zp}]+$/u)
      assert.ok(line.length < 10_000)
    }
  }
})
