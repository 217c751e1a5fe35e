import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type AccessRequest,
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
import { compiled, contextOf } from './corpus.ts'

const A = '111122223333'
const B = '444455556666'
const USER = `arn:aws:iam::${A}:user/alice`
const ROLE = `arn:aws:iam::${A}:role/Dev`
const SESSION = `arn:aws:sts::${A}:assumed-role/Dev/s1`
const VARIABLE = '$' + '{aws:username}'

const some = <T>(...values: T[]): fc.Arbitrary<T[]> => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 })
const effect = fc.constantFrom('Allow', 'Deny')
const actions = some('*', 's3:*', 's3:Get*', 's3:GetObject', 'S3:getobject', 'iam:PassRole', '*:Get?bject')
const resources = some(
  '*',
  'arn:aws:s3:::bucket/*',
  `arn:aws:s3:::bucket/${VARIABLE}`,
  'arn:aws:s3:::other',
  'arn:aws:s3',
)
const principals = fc.oneof(fc.constant('*'), fc.record({ AWS: some('*', A, B, USER, ROLE, SESSION) }))
const operator = fc.constantFrom(
  'StringEquals',
  'StringNotEquals',
  'StringLikeIfExists',
  'ForAllValues:StringLike',
  'ForAnyValue:StringNotLike',
  'Null',
  'Bool',
  'Unknown',
  'NumericNotEquals',
)
const conditions = fc.dictionary(
  operator,
  fc.dictionary(fc.constantFrom('aws:username', 'k', 'L'), some('alice', 'true', '1', 'a*', VARIABLE)),
  { maxKeys: 2 },
)

const plain = fc.record({ Effect: effect, Action: actions, Resource: resources, Condition: conditions })
const inverted = fc.record({ Effect: effect, NotAction: actions, NotResource: resources })
const attached = fc.oneof(plain, inverted)
const withPrincipal = fc.oneof(
  fc.record({ Effect: effect, Principal: principals, Action: actions, Resource: resources, Condition: conditions }),
  fc.record({ Effect: effect, NotPrincipal: principals, NotAction: actions, Resource: resources }),
)

type Statements = readonly object[]
interface Documents {
  readonly identity: readonly Statements[]
  readonly boundary: Statements | undefined
  readonly session: readonly Statements[] | undefined
  readonly resource: Statements | undefined
  readonly scp: readonly (readonly Statements[])[] | undefined
  readonly rcp: readonly (readonly Statements[])[] | undefined
}

const absent = fc.constant(undefined)
const document = fc.array(attached, { maxLength: 3 })
const documents: fc.Arbitrary<Documents> = fc.record({
  identity: fc.array(document, { maxLength: 2 }),
  boundary: fc.oneof(absent, document),
  session: fc.oneof(absent, fc.array(document, { maxLength: 2 })),
  resource: fc.oneof(absent, fc.array(withPrincipal, { maxLength: 3 })),
  scp: fc.oneof(absent, fc.array(fc.array(document, { maxLength: 2 }), { maxLength: 2 })),
  rcp: fc.oneof(
    absent,
    fc.array(fc.array(fc.array(withPrincipal, { maxLength: 2 }), { maxLength: 1 }), { maxLength: 2 }),
  ),
})

const values = fc.oneof(fc.constantFrom('alice', 'bob', 'true', '1', '*'), fc.array(fc.constantFrom('a', 'b', '1')))
const request: fc.Arbitrary<AccessRequest> = fc.record({
  principal: fc.constantFrom(
    { kind: 'user', arn: USER, account: A } as const,
    { kind: 'assumedRole', arn: SESSION, roleArn: ROLE, account: A } as const,
    { kind: 'user', arn: `arn:aws:iam::${B}:user/carol`, account: B } as const,
    { kind: 'root', arn: `arn:aws:iam::${A}:root`, account: A } as const,
    { kind: 'federatedUser', arn: `arn:aws:sts::${A}:federated-user/f`, userArn: USER, account: A } as const,
    { kind: 'service', service: 'ec2.amazonaws.com' } as const,
    { kind: 'anonymous' } as const,
  ),
  action: fc.constantFrom('s3:GetObject', 's3:PutObject', 'iam:PassRole'),
  resource: fc.constantFrom('arn:aws:s3:::bucket/alice', 'arn:aws:s3:::other', '*'),
  resourceAccount: fc.constant(A),
  context: fc.dictionary(fc.constantFrom('aws:username', 'k', 'l'), values).map(contextOf),
})

function policies(from: Documents): ApplicablePolicies {
  const one = (Statement: Statements, kind: PolicyKind) => compiled({ Version: '2012-10-17', Statement }, kind)
  return {
    identity: from.identity.map((each) => one(each, 'identity')),
    ...(from.boundary && { boundary: one(from.boundary, 'boundary') }),
    ...(from.session && { session: from.session.map((each) => one(each, 'session')) }),
    ...(from.resource && { resource: one(from.resource, 'resource') }),
    ...(from.scp && { scp: from.scp.map((level) => level.map((each) => one(each, 'scp'))) }),
    ...(from.rcp && { rcp: from.rcp.map((level) => level.map((each) => one(each, 'rcp'))) }),
  }
}

const everything = { Action: '*', Resource: '*' }

describe('whatever the policies and the request', () => {
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

  test('an Allow more never takes an explicit deny back, and a Deny more never grants', () => {
    fc.assert(
      fc.property(documents, request, attached, (from, asked, extra) => {
        const before = decide(policies(from), asked).outcome
        const after = decide(policies({ ...from, identity: [...from.identity, [extra]] }), asked).outcome
        if (before === 'explicitDeny') assert.equal(after, 'explicitDeny')
        if (before !== 'allowed' && extra.Effect === 'Deny') assert.notEqual(after, 'allowed')
        if (before === 'allowed' && extra.Effect === 'Allow') assert.equal(after, 'allowed')
      }),
    )
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
      fc.property(texts, kinds, request, (body, kind, asked) => {
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
