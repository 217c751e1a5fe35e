import type {
  AccessRequest,
  ApplicablePolicies,
  PolicyKind,
  RequestPrincipal,
} from '../../../src/engines/policy/index.ts'
import { fc } from '../../fast-check.ts'
import { compiled, contextOf } from './corpus.ts'

/** Small worlds in which many things match: policies of every kind, and requests for them. */

const A = '111122223333'
const B = '444455556666'
const USER = `arn:aws:iam::${A}:user/alice`
const ROLE = `arn:aws:iam::${A}:role/Dev`
const TARGET = `arn:aws:iam::${A}:role/team/Target`
const SESSION = `arn:aws:sts::${A}:assumed-role/Dev/s1`
const OIDC = `arn:aws:iam::${A}:oidc-provider/idp.example.com`
const SAML = `arn:aws:iam::${A}:saml-provider/corp`
const variable = (inner: string): string => `\${${inner}}`
const VARIABLE = variable('aws:username')
const WITH_DEFAULT = variable("aws:username, 'alice'")
const DEFAULT_ALONE = variable("aws:gone, 'a*'")

/** One or several of these, each once. */
const some = <T>(...values: T[]): fc.Arbitrary<T[]> => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 })
// A Deny wins, and an Allow is needed of several kinds: without a bias nearly nothing would be allowed.
const effect = fc.constantFrom('Allow', 'Allow', 'Allow', 'Allow', 'Deny')

const operator = fc.constantFrom(
  'StringEquals',
  'StringNotEquals',
  'StringEqualsIgnoreCase',
  'StringLikeIfExists',
  'ForAllValues:StringLike',
  'ForAnyValue:StringNotLike',
  'Null',
  'Bool',
  'Unknown',
  'NumericNotEquals',
)
const anyKey = fc.constantFrom('aws:username', 'k', 'L', 'idp.example.com:sub', 'saml:aud')
const anyCondition = fc.dictionary(
  operator,
  fc.dictionary(anyKey, some('alice', 'true', '1', 'a*', VARIABLE, WITH_DEFAULT, DEFAULT_ALONE)),
  { maxKeys: 2 },
)
/** Operators of one type, on the key that has it. */
const typed = (operators: readonly string[], key: string, ...values: string[]): fc.Arbitrary<object> =>
  fc.tuple(fc.constantFrom(...operators), some(...values)).map(([name, each]) => ({ [name]: { [key]: each } }))
const typedCondition = fc.oneof(
  typed(['IpAddress', 'NotIpAddress', 'IpAddressIfExists'], 'aws:SourceIp', '192.0.2.0/24', '2001:db8::/32', 'none'),
  typed(
    ['DateLessThan', 'DateNotEquals', 'ForAnyValue:DateEquals'],
    'aws:CurrentTime',
    '2026-01-01',
    '2027-06-01T00:00:00Z',
  ),
  typed(
    ['ArnLike', 'ArnEquals', 'ArnNotLike', 'ArnNotEqualsIfExists'],
    'aws:PrincipalArn',
    `arn:aws:iam::${A}:*`,
    `arn:aws:iam::*:user/${WITH_DEFAULT}`,
    ROLE,
    'arn:aws:iam',
  ),
)
const conditions = fc.oneof(
  anyCondition,
  anyCondition,
  fc.tuple(anyCondition, typedCondition).map(([one, other]) => ({ ...one, ...other })),
)

/** What stands in one document. */
export type Statements = readonly object[]

/** Documents of every kind that bear on one request. */
export interface Documents {
  readonly identity: readonly Statements[]
  readonly boundary: Statements | undefined
  readonly session: readonly Statements[] | undefined
  readonly resource: Statements | undefined
  /** What the resource's document is. */
  readonly resourceKind: 'resource' | 'trust'
  readonly scp: readonly (readonly Statements[])[] | undefined
  readonly rcp: readonly (readonly Statements[])[] | undefined
}

/** Documents and requests that meet often. */
export interface World {
  readonly name: string
  /** A statement of a policy that is attached to callers. */
  readonly attached: fc.Arbitrary<object & { readonly Effect: string }>
  /** A statement of the policy that is attached to the resource. */
  readonly withPrincipal: fc.Arbitrary<object & { readonly Effect: string }>
  /** A document that is attached to callers. */
  readonly document: fc.Arbitrary<Statements>
  /** Documents of every kind, or of few. */
  readonly documents: fc.Arbitrary<Documents>
  /** A request of somebody, for something. */
  readonly request: fc.Arbitrary<AccessRequest>
}

interface Parts extends Pick<World, 'name' | 'withPrincipal'> {
  readonly resourceKind: Documents['resourceKind']
  readonly actions: fc.Arbitrary<readonly string[]>
  readonly resources: fc.Arbitrary<readonly string[]>
  readonly asked: Pick<
    { [Part in keyof AccessRequest]: fc.Arbitrary<AccessRequest[Part]> },
    'principal' | 'action' | 'resource'
  >
}

const perhaps = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined, freq: 2 })

const values = fc.oneof(
  fc.constantFrom('alice', 'Alice', 'bob', 'true', '1', '*', 'a*'),
  fc.array(fc.constantFrom('a', 'b', '1')),
)
const typedKeys = fc.record(
  {
    'aws:SourceIp': fc.constantFrom('192.0.2.7', '203.0.113.1', '::ffff:192.0.2.7', 'unknown'),
    'aws:CurrentTime': fc.constantFrom('2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'),
    'aws:PrincipalArn': fc.constantFrom(USER, ROLE, `arn:aws:iam::${B}:user/carol`),
  },
  { requiredKeys: [] },
)

function worldOf({ name, resourceKind, actions, resources, withPrincipal, asked }: Parts): World {
  const attached = fc.oneof(
    fc.record({ Effect: effect, Action: actions, Resource: resources, Condition: conditions }),
    fc.record({ Effect: effect, NotAction: actions, NotResource: resources }),
    fc.record({ Effect: fc.constant('Allow'), Action: fc.constant('*'), Resource: fc.constant('*') }),
  )
  const overall = fc.record({
    Effect: effect,
    Principal: fc.constant('*'),
    Action: actions,
    Resource: resources,
    Condition: conditions,
  })
  const document = fc.array(attached, { maxLength: 3 })
  const documents = fc.record({
    identity: fc.array(document, { maxLength: 2 }),
    boundary: perhaps(document),
    session: perhaps(fc.array(document, { maxLength: 2 })),
    resource: perhaps(fc.array(withPrincipal, { maxLength: 3 })),
    resourceKind: fc.constant(resourceKind),
    scp: perhaps(fc.array(fc.array(document, { maxLength: 2 }), { maxLength: 2 })),
    rcp: perhaps(fc.array(fc.array(fc.array(overall, { maxLength: 2 }), { maxLength: 1 }), { maxLength: 2 })),
  })
  const keys = fc.dictionary(fc.constantFrom('aws:username', 'k', 'l', 'idp.example.com:sub', 'saml:aud'), values)
  const context = fc.tuple(keys, typedKeys).map(([one, other]) => contextOf({ ...one, ...other }))
  const request = fc.record({ ...asked, resourceAccount: fc.constant(A), context })
  return { name, attached, withPrincipal, document, documents, request }
}

const CALLERS: readonly RequestPrincipal[] = [
  { kind: 'user', arn: USER, account: A },
  { kind: 'assumedRole', arn: SESSION, roleArn: ROLE, account: A },
  { kind: 'user', arn: `arn:aws:iam::${B}:user/carol`, account: B },
  { kind: 'root', arn: `arn:aws:iam::${A}:root`, account: A },
  { kind: 'federatedUser', arn: `arn:aws:sts::${A}:federated-user/f2`, userArn: USER, account: A },
  { kind: 'service', service: 'ec2.amazonaws.com' },
  { kind: 'anonymous' },
]
const named = some('*', A, B, USER, ROLE, SESSION)

const bucketActions = some('*', 's3:*', 's3:Get*', 's3:GetObject', 'S3:getobject', 'iam:PassRole', '*:Get?bject')
const bucketResources = some(
  '*',
  'arn:aws:s3:::bucket/*',
  `arn:aws:s3:::bucket/${VARIABLE}`,
  `arn:aws:s3:::bucket/${WITH_DEFAULT}`,
  'arn:aws:s3:::other',
  'arn:aws:s3',
)
const people = fc.oneof(fc.constant('*'), fc.record({ AWS: named }))

const buckets = worldOf({
  name: 'buckets',
  resourceKind: 'resource',
  actions: bucketActions,
  resources: bucketResources,
  withPrincipal: fc.oneof(
    fc.record({
      Effect: effect,
      Principal: people,
      Action: bucketActions,
      Resource: bucketResources,
      Condition: conditions,
    }),
    fc.record({ Effect: effect, NotPrincipal: people, NotAction: bucketActions, Resource: bucketResources }),
  ),
  asked: {
    principal: fc.constantFrom(...CALLERS),
    action: fc.constantFrom('s3:GetObject', 's3:PutObject', 'iam:PassRole'),
    resource: fc.constantFrom('arn:aws:s3:::bucket/alice', 'arn:aws:s3:::other', '*'),
  },
})

const trustActions = some(
  'sts:AssumeRole',
  'sts:AssumeRole*',
  'sts:AssumeRoleWithWebIdentity',
  'sts:AssumeRoleWithSAML',
  'sts:*',
)
const trusted = fc.oneof(
  fc.record({ AWS: named }),
  fc.record({ Federated: some(OIDC, SAML) }),
  fc.record({ AWS: named, Federated: some(OIDC, SAML), Service: some('ec2.amazonaws.com') }),
)

const roles = worldOf({
  name: 'roles',
  resourceKind: 'trust',
  actions: some('*', 'sts:*', 'STS:assumerole', 'sts:AssumeRole*', 's3:*'),
  resources: some(
    '*',
    TARGET,
    `arn:aws:iam::${A}:role/*`,
    `arn:aws:iam::*:role/${variable("k, 'team'")}/*`,
    'arn:aws:iam',
  ),
  withPrincipal: fc.oneof(
    fc.record({ Effect: effect, Principal: trusted, Action: trustActions, Condition: conditions }),
    fc.record({ Effect: effect, Principal: trusted, Action: trustActions }),
  ),
  asked: {
    principal: fc.constantFrom<RequestPrincipal>(
      ...CALLERS,
      { kind: 'webIdentity', provider: OIDC },
      { kind: 'saml', provider: SAML },
    ),
    action: fc.constantFrom('sts:AssumeRole', 'sts:AssumeRoleWithWebIdentity', 'sts:AssumeRoleWithSAML'),
    resource: fc.constant(TARGET),
  },
})

/** Every world. */
export const WORLDS: readonly World[] = [buckets, roles]

/** The documents, compiled. */
export function policies(from: Documents): ApplicablePolicies {
  const one = (Statement: Statements, kind: PolicyKind) => compiled({ Version: '2012-10-17', Statement }, kind)
  return {
    identity: from.identity.map((each) => one(each, 'identity')),
    ...(from.boundary && { boundary: one(from.boundary, 'boundary') }),
    ...(from.session && { session: from.session.map((each) => one(each, 'session')) }),
    ...(from.resource && { resource: one(from.resource, from.resourceKind) }),
    ...(from.scp && { scp: from.scp.map((level) => level.map((each) => one(each, 'scp'))) }),
    ...(from.rcp && { rcp: from.rcp.map((level) => level.map((each) => one(each, 'rcp'))) }),
  }
}

/** What a statement needs to speak of everything. */
export const everything = { Action: '*', Resource: '*' }
