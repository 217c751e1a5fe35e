import type { AccessRequest, ApplicablePolicies, PolicyKind } from '../../../src/engines/policy/index.ts'
import { fc } from '../../fast-check.ts'
import { compiled, contextOf } from './corpus.ts'

/** Small worlds in which many things match: policies of every kind, and requests for them. */

const A = '111122223333'
const B = '444455556666'
const USER = `arn:aws:iam::${A}:user/alice`
const ROLE = `arn:aws:iam::${A}:role/Dev`
const SESSION = `arn:aws:sts::${A}:assumed-role/Dev/s1`
const VARIABLE = '$' + '{aws:username}'

/** One or several of these, each once. */
const some = <T>(...values: T[]): fc.Arbitrary<T[]> => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 })
// A Deny wins, and an Allow is needed of several kinds: without a bias nearly nothing would be allowed.
const effect = fc.constantFrom('Allow', 'Allow', 'Allow', 'Allow', 'Deny')
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
/** A statement of a policy that is attached to callers. */
export const attached = fc.oneof(
  plain,
  inverted,
  fc.record({ Effect: fc.constant('Allow'), Action: fc.constant('*'), Resource: fc.constant('*') }),
)
/** A statement of a policy that is attached to a resource. */
export const withPrincipal = fc.oneof(
  fc.record({ Effect: effect, Principal: principals, Action: actions, Resource: resources, Condition: conditions }),
  fc.record({ Effect: effect, NotPrincipal: principals, NotAction: actions, Resource: resources }),
)

/** What stands in one document. */
export type Statements = readonly object[]

/** Documents of every kind that bear on one request. */
export interface Documents {
  readonly identity: readonly Statements[]
  readonly boundary: Statements | undefined
  readonly session: readonly Statements[] | undefined
  readonly resource: Statements | undefined
  readonly scp: readonly (readonly Statements[])[] | undefined
  readonly rcp: readonly (readonly Statements[])[] | undefined
}

const perhaps = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined, freq: 2 })
/** A document that is attached to callers. */
export const document = fc.array(attached, { maxLength: 3 })
/** Documents of every kind, or of few. */
export const documents: fc.Arbitrary<Documents> = fc.record({
  identity: fc.array(document, { maxLength: 2 }),
  boundary: perhaps(document),
  session: perhaps(fc.array(document, { maxLength: 2 })),
  resource: perhaps(fc.array(withPrincipal, { maxLength: 3 })),
  scp: perhaps(fc.array(fc.array(document, { maxLength: 2 }), { maxLength: 2 })),
  rcp: perhaps(fc.array(fc.array(fc.array(withPrincipal, { maxLength: 2 }), { maxLength: 1 }), { maxLength: 2 })),
})

const values = fc.oneof(fc.constantFrom('alice', 'bob', 'true', '1', '*'), fc.array(fc.constantFrom('a', 'b', '1')))
/** A request of somebody, for something. */
export const request: fc.Arbitrary<AccessRequest> = fc.record({
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

/** The documents, compiled. */
export function policies(from: Documents): ApplicablePolicies {
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

/** What a statement needs to speak of everything. */
export const everything = { Action: '*', Resource: '*' }
