import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type ApplicablePolicies,
  compilePolicy,
  decide,
  explain,
  type PolicyKind,
  parsePolicy,
  validatePolicy,
} from '../../../src/engines/policy/index.ts'
import { MalformedPolicyDocument } from '../../../src/model/index.ts'
import { fc } from '../../fast-check.ts'
import { type Documents, everything, policies, type Statements, WORLDS } from './worlds.ts'

/**
 * The documents with one statement more, in each place that there is. Not a first boundary, session policy or SCP: with
 * it something is asked that was not asked before.
 */
function* additions(from: Documents, plain: object, principal: object): Generator<readonly [string, Documents]> {
  const { identity, boundary, session, resource, scp, rcp } = from
  yield ['identity, its own document', { ...from, identity: [...identity, [plain]] }]
  for (const [at] of identity.entries()) yield ['identity', { ...from, identity: within(identity, at, plain) }]
  if (boundary) yield ['boundary', { ...from, boundary: [...boundary, plain] }]
  if (session) yield ['session, its own document', { ...from, session: [[plain], ...session] }]
  for (const [at] of session?.entries() ?? []) yield ['session', { ...from, session: within(session ?? [], at, plain) }]
  yield ['resource, with a principal', { ...from, resource: [...(resource ?? []), principal] }]
  for (const [at, level] of scp?.entries() ?? []) {
    yield ['scp, its own document', { ...from, scp: (scp ?? []).with(at, [...level, [plain]]) }]
    for (const [each] of level.entries()) {
      yield ['scp', { ...from, scp: (scp ?? []).with(at, within(level, each, plain)) }]
    }
  }
  for (const [at, level] of rcp?.entries() ?? []) {
    yield ['rcp, with a principal', { ...from, rcp: (rcp ?? []).with(at, [...level, [principal]]) }]
  }
}

function within(list: readonly Statements[], at: number, statement: object): Statements[] {
  return list.with(at, [statement, ...(list[at] ?? [])])
}

for (const { name, attached, withPrincipal, document, documents, request } of WORLDS) {
  describe(`whatever the policies and the request, in the world of ${name}`, () => {
    test('a deny never loses', () => {
      fc.assert(
        fc.property(documents, request, fc.nat(), (from, asked, place) => {
          const identity = from.identity.length > 0 ? from.identity : [[]]
          const at = place % identity.length
          const denied = identity.map((each, index) =>
            index === at
              ? [...each.slice(0, place % (each.length + 1)), { Effect: 'Deny', ...everything }, ...each]
              : each,
          )
          assert.equal(decide(policies({ ...from, identity: denied }), asked).outcome, 'explicitDeny')
        }),
      )
    })

    test('an Allow more takes no access away, and a Deny more gives none, wherever they are added', () => {
      let allowed = 0
      const extras = fc.record({ plain: attached, principal: withPrincipal })
      fc.assert(
        fc.property(documents, request, extras, (from, asked, extra) => {
          const before = decide(policies(from), asked).outcome
          if (before === 'allowed') allowed++
          for (const [place, added] of additions(from, extra.plain, extra.principal)) {
            const after = decide(policies(added), asked).outcome
            const isAllow = (place.endsWith('principal') ? extra.principal : extra.plain).Effect === 'Allow'
            if (isAllow) assert.ok(after === before || (before === 'implicitDeny' && after === 'allowed'), place)
            else assert.ok(after === before || after === 'explicitDeny', place)
          }
        }),
        { numRuns: 1000 },
      )
      assert.ok(allowed > 75, `${allowed} of 1000 requests were allowed`)
    })

    test('a boundary, a session policy or an SCP more never grants', () => {
      fc.assert(
        fc.property(documents, request, document, (from, asked, extra) => {
          if (decide(policies(from), asked).outcome === 'allowed') return
          const { boundary, session = [[{ Effect: 'Allow', ...everything }]], scp = [] } = from
          if (boundary === undefined) {
            assert.notEqual(decide(policies({ ...from, boundary: extra }), asked).outcome, 'allowed')
          }
          if (from.session === undefined && asked.principal.kind !== 'federatedUser') {
            assert.notEqual(decide(policies({ ...from, session }), asked).outcome, 'allowed')
          }
          assert.notEqual(decide(policies({ ...from, scp: [...scp, [extra]] }), asked).outcome, 'allowed')
        }),
      )
    })

    test('the order of policies and statements does not matter', () => {
      const turned = <T>(list: readonly T[]): T[] => [...list].reverse()
      fc.assert(
        fc.property(documents, request, (from, asked) => {
          const { outcome, blame } = decide(policies(from), asked)
          const other = decide(
            policies({
              ...from,
              identity: turned(from.identity.map(turned)),
              boundary: from.boundary && turned(from.boundary),
              session: from.session && turned(from.session.map(turned)),
              resource: from.resource && turned(from.resource),
              scp: from.scp && turned(from.scp.map((level) => turned(level.map(turned)))),
              rcp: from.rcp && turned(from.rcp.map((level) => turned(level.map(turned)))),
            }),
            asked,
          )
          assert.deepEqual({ outcome: other.outcome, blame: other.blame }, { outcome, blame })
        }),
      )
    })

    test('a refusal always says which kind of policy is to blame, and a grant blames none', () => {
      fc.assert(
        fc.property(documents, request, (from, asked) => {
          const { outcome, blame } = decide(policies(from), asked)
          assert.equal(blame.length > 0, outcome !== 'allowed')
        }),
      )
    })

    test('an implicit deny names no statement, an explicit one only what denies, and a grant only what allows', () => {
      fc.assert(
        fc.property(documents, request, (from, asked) => {
          const { outcome, statements } = decide(policies(from), asked)
          const bare = outcome === 'allowed' && asked.principal.kind === 'root'
          if (!bare) assert.equal(statements.length > 0, outcome !== 'implicitDeny')
          const all = explain(policies(from), asked).layers.flatMap((layer) =>
            layer.policies.flatMap((each) => each.statements),
          )
          for (const { kind, index } of statements) {
            const found = all.filter(
              ({ statement, applies }) => applies && statement.kind === kind && statement.index === index,
            )
            assert.ok(found.some(({ effect }) => effect === (outcome === 'allowed' ? 'Allow' : 'Deny')))
          }
        }),
      )
    })

    test('an explanation names as denying and as allowing what the decision rests on', () => {
      fc.assert(
        fc.property(documents, request, (from, asked) => {
          const { decision, layers } = explain(policies(from), asked)
          const statements = layers.flatMap((layer) => layer.policies.flatMap((policy) => policy.statements))
          const denying = statements.filter(({ applies, effect: word }) => applies && word === 'Deny')
          assert.equal(denying.length > 0, decision.outcome === 'explicitDeny')
          for (const { index, kind } of decision.statements) {
            assert.ok(
              statements.some(
                ({ applies, statement }) => applies && statement.index === index && statement.kind === kind,
              ),
            )
          }
        }),
      )
    })
  })
}

describe('whatever stands in a document', () => {
  const names = fc.constantFrom(
    'Effect',
    'Action',
    'NotAction',
    'Resource',
    'Principal',
    'NotPrincipal',
    'Condition',
    'Sid',
  )
  const words = fc.constantFrom<unknown>(
    'Allow',
    'Deny',
    '*',
    's3:*',
    'arn:aws:s3:::x',
    null,
    7,
    true,
    [],
    {},
    ['*', 1],
    { AWS: [] },
    { a: { b: 'c' } },
    '$' + '{',
  )
  const odd = fc.dictionary(names, fc.oneof(words, fc.jsonValue({ maxDepth: 3 })), { minKeys: 1 })
  const kinds = fc.constantFrom<PolicyKind>('identity', 'boundary', 'session', 'resource', 'trust', 'scp', 'rcp')
  const texts = fc.record({
    Version: fc.constantFrom('2012-10-17', '2008-10-17'),
    Statement: fc.oneof(odd, fc.array(odd)),
  })

  test('checking it throws nothing but a malformed document, with a place inside it', () => {
    fc.assert(
      fc.property(texts, kinds, (body, kind) => {
        const text = JSON.stringify(body)
        try {
          validatePolicy(parsePolicy(text, kind), kind)
        } catch (error) {
          assert.ok(error instanceof MalformedPolicyDocument)
          assert.ok(error.offset !== undefined && error.offset < text.length)
        }
      }),
      { numRuns: 1000 },
    )
  })

  test('it compiles and decides without a throw, checked or not', () => {
    fc.assert(
      fc.property(texts, kinds, fc.oneof(...WORLDS.map(({ request }) => request)), (body, kind, asked) => {
        const policy = compilePolicy(parsePolicy(JSON.stringify(body)), { kind, name: 'p' })
        const roles: Readonly<Record<PolicyKind, ApplicablePolicies>> = {
          identity: { identity: [policy] },
          boundary: { identity: [], boundary: policy },
          session: { identity: [], session: [policy] },
          resource: { identity: [], resource: policy },
          trust: { identity: [], resource: policy },
          scp: { identity: [], scp: [[policy]] },
          rcp: { identity: [], rcp: [[policy]] },
        }
        const { outcome } = explain(roles[kind], asked).decision
        assert.match(outcome, /^(allowed|implicitDeny|explicitDeny)$/)
      }),
      { numRuns: 1000 },
    )
  })
})
