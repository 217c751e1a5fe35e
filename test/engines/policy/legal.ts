import type { PolicyKind } from '../../../src/engines/policy/index.ts'
import { fc } from '../../fast-check.ts'

/** Policies as somebody who knows the language writes them: of every kind, with every element that the kind has. */

const ACCOUNT = '111122223333'
const USER = `arn:aws:iam::${ACCOUNT}:user/team/alice`
const SAML = `arn:aws:iam::${ACCOUNT}:saml-provider/corp`
const OIDC = `arn:aws:iam::${ACCOUNT}:oidc-provider/idp.example.com/path`
const VARIABLE = '$' + '{aws:username}'

type Members = Record<string, unknown>

/** One value, or a list of different ones. */
const oneOrMore = (...texts: string[]): fc.Arbitrary<unknown> =>
  fc.oneof(fc.constantFrom(...texts), fc.uniqueArray(fc.constantFrom(...texts), { minLength: 1, maxLength: 3 }))

/** A member of this name, of any of these names, or none. */
const member = (names: readonly string[], value: fc.Arbitrary<unknown>): fc.Arbitrary<Members> =>
  fc.tuple(fc.constantFrom(...names), value).map(([name, each]) => ({ [name]: each }))
const perhaps = (members: fc.Arbitrary<Members>): fc.Arbitrary<Members> => fc.oneof(fc.constant({}), members)

const operators: readonly (readonly [string, unknown])[] = [
  ['StringEquals', { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' }],
  ['StringNotLikeIfExists', { 'aws:username': ['a*', `${VARIABLE}?`] }],
  ['ForAllValues:StringEqualsIgnoreCase', { 'aws:TagKeys': ['team', 'cost center'] }],
  ['ForAnyValue:StringLike', { 'aws:PrincipalOrgPaths': 'o-a1b2c3d4e5/*' }],
  ['NumericLessThan', { 'aws:MultiFactorAuthAge': 3600, 's3:max-keys': '10' }],
  ['DateGreaterThanEquals', { 'aws:CurrentTime': ['2026-01-01', '2026-01-01T00:00:00+01:00'] }],
  ['DateLessThanIfExists', { 'aws:TokenIssueTime': 1_767_225_600 }],
  ['Bool', { 'aws:SecureTransport': true }],
  ['BoolIfExists', { 'aws:MultiFactorAuthPresent': 'false' }],
  ['Null', { 'aws:TokenIssueTime': 'true', 'aws:username': false }],
  ['NotIpAddress', { 'aws:SourceIp': ['203.0.113.0/24', '2001:db8::/32'] }],
  ['ArnNotLike', { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:role/*` }],
  ['BinaryEquals', { 'x:key': 'cmVk' }],
  ['StringLike', {}],
  ['DateEquals', { 'aws:CurrentTime': [] }],
]
const conditions = fc
  .uniqueArray(fc.constantFrom(...operators), { maxLength: 3 })
  .map((entries) => Object.fromEntries(entries))

const actions = member(['Action', 'NotAction'], oneOrMore('*', 's3:Get*', 'S3:getobject', 'iam:PassRole', 'x-y.z:a b'))
const resources = member(
  ['Resource', 'NotResource'],
  oneOrMore(
    '*',
    'arn:aws:s3:::bucket/*',
    `arn:aws:s3:::home/${VARIABLE}/*`,
    'arn:aws-cn:sqs:cn-north-1:111122223333:q',
    USER,
  ),
)
const attached: readonly fc.Arbitrary<Members>[] = [actions, resources]

const accounts = oneOrMore(ACCOUNT, `arn:aws:iam::${ACCOUNT}:root`, USER, `arn:aws:sts::${ACCOUNT}:federated-user/bob`)
const services = oneOrMore('ec2.amazonaws.com', 'ecs-tasks.amazonaws.com')
const people = fc.oneof(
  fc.record({ AWS: accounts }),
  fc.record({ Service: services }),
  fc.record({ AWS: accounts, Service: services }),
)

/** What each kind has beside `Sid` and `Condition`. */
const PARTS: Readonly<Record<PolicyKind, readonly fc.Arbitrary<Members>[]>> = {
  identity: attached,
  boundary: attached,
  session: attached,
  scp: attached,
  resource: [
    actions,
    perhaps(resources),
    fc.oneof(
      member(['Principal'], fc.oneof(fc.constant('*'), people, fc.constant({ CanonicalUser: 'a'.repeat(64) }))),
      people.map((NotPrincipal) => ({ NotPrincipal, Effect: 'Deny' })),
    ),
  ],
  trust: [
    fc.oneof(
      fc.record({ Principal: people, Action: oneOrMore('sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity') }),
      fc.constant({ Principal: { Federated: SAML }, Action: 'sts:AssumeRoleWithSAML' }),
      fc.constant({ Principal: { Federated: OIDC }, Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'] }),
    ),
  ],
  rcp: [
    fc.constant({ Effect: 'Deny', Principal: '*' }),
    member(['Action'], oneOrMore('s3:*', 'sts:AssumeRole', 'sqs:Send*')),
    resources,
  ],
}

/** Documents of one kind that AWS would save. */
export function legalPolicies(kind: PolicyKind): fc.Arbitrary<{ Version: string; Statement: unknown }> {
  const statement = fc
    .tuple(
      fc.record({ Effect: fc.constantFrom('Allow', 'Deny') }),
      perhaps(member(['Condition'], conditions)),
      ...PARTS[kind],
    )
    .map((parts) => Object.assign({}, ...parts))
  const statements = fc
    .tuple(fc.array(statement, { minLength: 1, maxLength: 3 }), fc.boolean())
    .map(([list, named]) => list.map((each, index) => (named ? { Sid: `s${index}`, ...each } : each)))
  return fc
    .oneof(
      statements,
      statements.map(([only]) => only),
    )
    .map((Statement) => ({ Version: '2012-10-17', Statement }))
}
