import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type AccessRequest,
  type ApplicablePolicies,
  type CompiledPolicy,
  decide,
  explain,
  type PolicyKind,
  type RequestContext,
} from '../../../src/engines/policy/index.ts'
import { FORMS, VALUES } from './conditions/forms.ts'
import { compiled, contextOf } from './corpus.ts'

/*
 * What the engine does not know refuses, wherever it is met: in an Allow it keeps the Allow from applying, in a Deny it
 * does not. Each row lays one such thing over a statement that speaks of everything.
 */

const OWNER = '111122223333'
const CALLER = '444455556666'
const ROLE = `arn:aws:iam::${OWNER}:role/Target`
const open = '$' + '{'

type Members = Readonly<Record<string, unknown>>

/** What a statement of each kind needs to speak of everything. */
const EVERYTHING: Readonly<Record<PolicyKind, Members>> = {
  identity: { Action: '*', Resource: '*' },
  boundary: { Action: '*', Resource: '*' },
  session: { Action: '*', Resource: '*' },
  scp: { Action: '*', Resource: '*' },
  rcp: { Principal: '*', Action: '*', Resource: '*' },
  resource: { Principal: '*', Action: '*', Resource: '*' },
  trust: { Principal: { AWS: '*' }, Action: 'sts:AssumeRole' },
}
const KINDS = Object.keys(EVERYTHING).filter((kind): kind is PolicyKind => kind in EVERYTHING)
/** AWS's own RCP allows everything on each level, so no Allow in one is ever needed. */
const GRANTING: readonly PolicyKind[] = KINDS.filter((kind) => kind !== 'rcp')
const WITH_RESOURCE = KINDS.filter((kind) => kind !== 'trust')
const RESOURCE_REQUIRED = WITH_RESOURCE.filter((kind) => kind !== 'resource')
const WITH_PRINCIPAL: readonly PolicyKind[] = ['resource', 'trust', 'rcp']

/** Members that replace those of the statement; `undefined` takes one away. */
type Row = readonly [what: string, members: Members, kinds?: readonly PolicyKind[]]

const condition = (operator: string, value: unknown): Members => ({ Condition: { [operator]: { k: value } } })

const UNKNOWN: readonly Row[] = [
  ['an element that the language does not have', { Unless: {} }],
  ['an element in another case', { condition: {} }],
  ['Action and NotAction together', { NotAction: 'a:b' }],
  ['Resource and NotResource together', { NotResource: 'arn:aws:s3:::x' }, WITH_RESOURCE],
  ['Principal and NotPrincipal together', { NotPrincipal: { AWS: OWNER } }, ['resource']],
  ['no action', { Action: undefined }],
  ['no resource', { Resource: undefined }, RESOURCE_REQUIRED],
  ['no principal', { Principal: undefined }, WITH_PRINCIPAL],
  [
    'a principal where callers have the policy attached',
    { Principal: '*' },
    ['identity', 'boundary', 'session', 'scp'],
  ],
  ['a resource where the policy is the resource’s own', { Resource: '*' }, ['trust']],

  ['an action that is null', { Action: null }],
  ['an action that is null in a list', { Action: [null] }],
  ['an action that is a number', { Action: 7 }],
  ['an action that is an object', { Action: { s3: '*' } }],
  ['an action that is a list in a list', { Action: [['*']] }],
  ['an action without service', { Action: 'GetObject' }],
  ['an action with two colons', { Action: 's3:*:*' }],
  ['an excluded action that is null', { Action: undefined, NotAction: null }, WITH_RESOURCE],
  ['an excluded action that is a number', { Action: undefined, NotAction: ['a:b', 7] }, WITH_RESOURCE],
  ['an excluded action without service', { Action: undefined, NotAction: 'CreateUser' }, WITH_RESOURCE],

  ['a resource that is null', { Resource: null }, WITH_RESOURCE],
  ['a resource that is a boolean', { Resource: true }, WITH_RESOURCE],
  ['a resource that is an object', { Resource: [{}] }, WITH_RESOURCE],
  ['a resource that is no ARN', { Resource: 'bucket/*' }, WITH_RESOURCE],
  ['a resource with a variable without end', { Resource: `arn:aws:s3:::${open}v` }, WITH_RESOURCE],
  ['a resource with a variable without name', { Resource: `arn:aws:s3:::${open}}/*` }, WITH_RESOURCE],
  ['a resource with a variable in its account', { Resource: `arn:aws:s3::${open}v}:*` }, WITH_RESOURCE],
  ['an excluded resource that is null', { Resource: undefined, NotResource: null }, WITH_RESOURCE],
  ['an excluded resource that is no ARN', { Resource: undefined, NotResource: 'secret' }, WITH_RESOURCE],
  [
    'an excluded resource with a variable without end',
    { Resource: undefined, NotResource: `arn:aws:s3:::${open}v` },
    WITH_RESOURCE,
  ],
  [
    'an excluded resource with a variable in its region',
    { Resource: undefined, NotResource: `arn:aws:sqs:${open}v}:x:y` },
    WITH_RESOURCE,
  ],

  ['a principal of an unknown type', { Principal: { Group: 'devs' } }, WITH_PRINCIPAL],
  ['a principal type in another case', { Principal: { aws: '*' } }, WITH_PRINCIPAL],
  ['a canonical user', { Principal: { CanonicalUser: 'a'.repeat(64) } }, WITH_PRINCIPAL],
  ['a principal that is another text than *', { Principal: CALLER }, WITH_PRINCIPAL],
  ['a principal that is a list', { Principal: ['*'] }, WITH_PRINCIPAL],
  ['a principal that is null', { Principal: null }, WITH_PRINCIPAL],
  ['a principal that is a number', { Principal: { AWS: Number(CALLER) } }, WITH_PRINCIPAL],
  ['a principal with a wildcard', { Principal: { AWS: `arn:aws:iam::${CALLER}:user/*` } }, WITH_PRINCIPAL],
  ['a service with a wildcard', { Principal: { Service: '*.amazonaws.com' } }, WITH_PRINCIPAL],
  ['every service', { Principal: { Service: '*' } }, WITH_PRINCIPAL],
  ['every provider', { Principal: { Federated: '*' } }, WITH_PRINCIPAL],

  ['conditions that are a list', { Condition: [] }],
  ['conditions that are a text', { Condition: 'k' }],
  ['conditions that are null', { Condition: null }],
  ['an operator that holds a text', { Condition: { StringEquals: 'v' } }],
  ['an operator that holds a list', { Condition: { StringEquals: [{ k: 'v' }] } }],
  ['an unknown operator', condition('StringIs', 'v')],
  ['an unknown operator in the negative', condition('StringNotIs', 'w')],
  ['an unknown operator beside a known one', { Condition: { StringEquals: { k: 'v' }, StringIs: { k: 'v' } } }],
  ['an operator in another case', condition('stringEquals', 'v')],
  ['an operator with IfExists twice', condition('StringEqualsIfExistsIfExists', 'v')],
  ['an operator with IfExists in another case', condition('StringEqualsIfexists', 'v')],
  ['an operator with an unknown prefix', condition('ForSomeValues:StringEquals', 'v')],
  ['an operator with two prefixes', condition('ForAllValues:ForAnyValue:StringEquals', 'v')],
  ['an operator without name', condition('', 'v')],
  ['a prefix without operator', condition('ForAllValues:', 'v')],
  ['Null with IfExists', condition('NullIfExists', 'false')],
  ['an operator of JavaScript', condition('constructor', 'v')],
  ['a condition value that is null', condition('StringEquals', ['v', null])],
  ['a condition value that is an object', condition('StringEquals', { v: 'v' })],
  ['a condition value that is a list in a list', condition('StringEquals', [['v']])],
  ...['StringEquals', 'StringNotEquals', 'StringLikeIfExists', 'ForAllValues:StringNotLike'].flatMap((operator) => [
    [`a variable without end under ${operator}`, condition(operator, `${open}v`)] as const,
    [`a variable without name under ${operator}`, condition(operator, `${open}}`)] as const,
    [`a variable with a space under ${operator}`, condition(operator, `${open}my v}`)] as const,
    [`a default without its quote under ${operator}`, condition(operator, `${open}v, 'x}`)] as const,
    [`a variable in a variable under ${operator}`, condition(operator, `${open}a${open}b}}`)] as const,
    [`a broken variable beside a good value under ${operator}`, condition(operator, ['v', `${open}v`])] as const,
  ]),
  ['a variable without end in an ARN', condition('ArnNotLike', `arn:aws:iam::1:role/${open}v`)],
]

/** Only a Deny can have these: without the word Allow it is none. */
const NO_EFFECT: readonly Row[] = [
  ['no Effect', { Effect: undefined }],
  ['an Effect in another case', { Effect: 'deny' }],
  ['an Allow in another case', { Effect: 'allow' }],
  ['an Effect that is another word', { Effect: 'Permit' }],
  ['an Effect that is a list', { Effect: ['Allow'] }],
  ['an Effect that is null', { Effect: null }],
]

/** Documents that are unknown as a whole, whatever their statements allow. */
const DOCUMENTS: readonly (readonly [what: string, change: (statement: object) => object])[] = [
  ['a version that never was', (Statement) => ({ Version: '2030-01-01', Statement })],
  ['a version that is a number', (Statement) => ({ Version: 2012, Statement })],
  ['a version that is null', (Statement) => ({ Version: null, Statement })],
  ['an unknown member', (Statement) => ({ Statement, Extends: 'other' })],
  ['a member in another case', (Statement) => ({ Statement, version: '2012-10-17' })],
  ['a statement that is a text beside one that allows', (Statement) => ({ Statement: [Statement, 'Deny'] })],
  ['a statement that is null beside one that allows', (Statement) => ({ Statement: [Statement, null] })],
  ['a statement that is a list beside one that allows', (Statement) => ({ Statement: [Statement, [Statement]] })],
  ['statements that are a text', () => ({ Statement: '*' })],
  ['statements that are null', () => ({ Statement: null })],
]

function requestFor(kind: PolicyKind, context: RequestContext): AccessRequest {
  return {
    // Across accounts, so that the resource's policy is needed too.
    principal: { kind: 'user', arn: `arn:aws:iam::${CALLER}:user/carol`, account: CALLER },
    action: kind === 'trust' ? 'sts:AssumeRole' : 's3:GetObject',
    resource: kind === 'trust' ? ROLE : 'arn:aws:s3:::bucket/key',
    resourceAccount: OWNER,
    context,
  }
}

const CONTEXT = contextOf({ k: 'v', v: 'x' })

/** Everything allowed by every kind of policy, but for one kind, whose only document is given. */
function world(kind: PolicyKind, document: object): ApplicablePolicies {
  const one = (each: PolicyKind): CompiledPolicy => compiled(each === kind ? document : statement(each, 'Allow'), each)
  const owner = kind === 'trust' ? 'trust' : 'resource'
  return {
    identity: [one('identity')],
    boundary: one('boundary'),
    session: [one('session')],
    scp: [[one('scp')]],
    rcp: [[one('rcp')]],
    resource: one(owner),
  }
}

function statement(kind: PolicyKind, Effect: string, members: Members = {}): object {
  return { Version: '2012-10-17', Statement: { Effect, ...EVERYTHING[kind], ...members } }
}

function outcome(kind: PolicyKind, document: object, context: RequestContext = CONTEXT): string {
  const [policies, request] = [world(kind, document), requestFor(kind, context)]
  const decided = decide(policies, request).outcome
  assert.equal(explain(policies, request).decision.outcome, decided)
  return decided
}

/** A document that allows everything and then denies what the statement says. */
function allowing(kind: PolicyKind, members: Members): object {
  const allow = { Effect: 'Allow', ...EVERYTHING[kind] }
  return { Version: '2012-10-17', Statement: [allow, { Effect: 'Deny', ...EVERYTHING[kind], ...members }] }
}

describe('what these tests rest on', () => {
  for (const kind of KINDS) {
    test(`a statement that is known grants and denies (${kind})`, () => {
      assert.equal(outcome(kind, statement(kind, 'Allow')), 'allowed')
      assert.equal(outcome(kind, allowing(kind, {})), 'explicitDeny')
      const other = { Condition: { StringEquals: { k: 'other' } } }
      assert.equal(outcome(kind, allowing(kind, other)), 'allowed')
    })
  }
})

describe('an Allow does not apply when it holds', () => {
  for (const [what, members, kinds = KINDS] of UNKNOWN) {
    test(what, () => {
      for (const kind of kinds) {
        if (GRANTING.includes(kind))
          assert.equal(outcome(kind, statement(kind, 'Allow', members)), 'implicitDeny', kind)
      }
    })
  }
})

describe('a Deny denies when it holds', () => {
  for (const [what, members, kinds = KINDS] of [...UNKNOWN, ...NO_EFFECT]) {
    test(what, () => {
      for (const kind of kinds) assert.equal(outcome(kind, allowing(kind, members)), 'explicitDeny', kind)
    })
  }
})

describe('a document denies everything when it holds', () => {
  for (const [what, change] of DOCUMENTS) {
    test(what, () => {
      for (const kind of KINDS) {
        assert.equal(outcome(kind, change({ Effect: 'Allow', ...EVERYTHING[kind] })), 'explicitDeny', kind)
      }
    })
  }
})

describe('a statement that names nothing', () => {
  const NOTHING: readonly Row[] = [
    ['an empty list of actions', { Action: [] }],
    ['an empty list of resources', { Resource: [] }, WITH_RESOURCE],
    ['a null among the resources alone', { Resource: [null] }, WITH_RESOURCE],
    ['an empty map of principals', { Principal: {} }, WITH_PRINCIPAL],
    ['an empty list of principals', { Principal: { AWS: [] } }, WITH_PRINCIPAL],
  ]
  for (const [what, members, kinds = KINDS] of NOTHING) {
    // AWS: such a statement "does not affect the policy".
    test(`allows and denies nothing: ${what}`, () => {
      for (const kind of kinds) {
        if (kind !== 'rcp') assert.equal(outcome(kind, statement(kind, 'Allow', members)), 'implicitDeny', kind)
        assert.equal(outcome(kind, allowing(kind, members)), 'allowed', kind)
      }
    })
  }

  const EXCLUDED: readonly Row[] = [
    ['no action', { Action: undefined, NotAction: [] }, WITH_RESOURCE],
    ['no resource', { Resource: undefined, NotResource: [] }, WITH_RESOURCE],
    ['a null among the resources alone', { Resource: undefined, NotResource: [null] }, WITH_RESOURCE],
    ['no principal', { Principal: undefined, NotPrincipal: {} }, ['resource']],
    ['no principal in a list', { Principal: undefined, NotPrincipal: { AWS: [] } }, ['resource']],
  ]
  for (const [what, members, kinds = KINDS] of EXCLUDED) {
    test(`does not allow everything by excluding ${what}, and denies everything`, () => {
      for (const kind of kinds) {
        if (kind !== 'rcp') assert.equal(outcome(kind, statement(kind, 'Allow', members)), 'implicitDeny', kind)
        assert.equal(outcome(kind, allowing(kind, members)), 'explicitDeny', kind)
      }
    })
  }
})

describe('a context that breaks its promise', () => {
  const operators = Object.entries(VALUES).flatMap(([name, { policy }]) =>
    FORMS.map(([prefix, suffix]) => [`${prefix}${name}${suffix}`, policy] as const),
  )

  test('grants nothing when it throws, whatever the operator', () => {
    const fault = new Error('the context is gone')
    const context = {
      get: (): never => {
        throw fault
      },
    }
    for (const [operator, policy] of [...operators, ['Null', ['true']] as const]) {
      for (const document of [
        statement('identity', 'Allow', condition(operator, policy)),
        allowing('identity', condition(operator, policy)),
      ]) {
        assert.throws(() => outcome('identity', document, context), fault, operator)
      }
    }
    const named = { Resource: `arn:aws:s3:::${open}v}` }
    assert.throws(() => outcome('identity', statement('identity', 'Allow', named), context), fault)
  })

  test('refuses where its value is no text, whatever the operator', () => {
    for (const text of ['5', 'true', 'null', '{}', '{"length":0}', '[5]', '[null]', '[["v"]]']) {
      const context = { get: (key: string) => (key === 'k' ? JSON.parse(text) : undefined) }
      for (const [operator, policy] of operators) {
        const allow = statement('identity', 'Allow', condition(operator, policy))
        assert.equal(outcome('identity', allow, context), 'implicitDeny', `${operator} ${text}`)
        const deny = allowing('identity', condition(operator, policy))
        assert.equal(outcome('identity', deny, context), 'explicitDeny', `${operator} ${text}`)
      }
    }
  })
})
