import { arnOf, type Role, type Statement, TARGET, trusting } from '../cast.ts'
import type { Refusal } from './refusal.ts'
import { refusalsOf, rolesOf, type TrustRule } from './trust-rule.ts'

const ALICE = arnOf('alice')
const USER_NAME = `\${aws:username}`

const withId = (ExternalId: string | readonly string[]) => ({ params: { ExternalId } })
const named = (RoleSessionName: string) => ({ params: { RoleSessionName } })
/** Trusts alice, on a condition. */
const given = (Condition: object): readonly Statement[] => [{ ...trusting(ALICE), Condition }]
/** Trusts everyone, on a condition. */
const anyoneGiven = (Condition: object): readonly Statement[] => [{ ...trusting('*'), Condition }]

const RULES: readonly TrustRule[] = [
  // ExternalId.
  {
    rule: 'a wrong ExternalId is refused',
    trust: given({ StringEquals: { 'sts:ExternalId': 'our-id-4711' } }),
    ...withId('their-id-0815'),
    permitted: withId('our-id-4711'),
  },
  {
    rule: 'a missing ExternalId is refused',
    trust: given({ StringEquals: { 'sts:ExternalId': 'our-id-4711' } }),
    permitted: withId('our-id-4711'),
  },
  {
    rule: 'an ExternalId in other case is refused',
    trust: given({ StringEquals: { 'sts:ExternalId': 'our-id-4711' } }),
    ...withId('Our-id-4711'),
    permitted: withId('our-id-4711'),
  },
  {
    rule: 'an ExternalId that begins with the right one is refused',
    trust: given({ StringEquals: { 'sts:ExternalId': 'our-id-4711' } }),
    ...withId('our-id-4711x'),
    permitted: withId('our-id-4711'),
  },
  {
    rule: 'StringEquals knows no wildcards',
    trust: given({ StringEquals: { 'sts:ExternalId': 'our-id-*' } }),
    ...withId('our-id-4711'),
  },
  {
    rule: 'of two ExternalIds the first counts',
    trust: given({ StringEquals: { 'sts:ExternalId': 'our-id-4711' } }),
    ...withId(['their-id-0815', 'our-id-4711']),
    permitted: withId(['our-id-4711', 'their-id-0815']),
  },
  {
    rule: 'an ExternalId that none of the listed ones equals is refused',
    trust: given({ StringEquals: { 'sts:ExternalId': ['our-id-1', 'our-id-2'] } }),
    ...withId('our-id-1,our-id-2'),
    permitted: withId('our-id-2'),
  },
  {
    rule: 'an ExternalId that does not match the pattern is refused',
    trust: given({ StringLike: { 'sts:ExternalId': 'prod-*' } }),
    ...withId('test-1'),
    permitted: withId('prod-1'),
  },
  {
    rule: 'an ExternalId that matches the pattern in its middle is refused',
    trust: given({ StringLike: { 'sts:ExternalId': 'prod-*' } }),
    ...withId('not-prod-1'),
    permitted: withId('prod-'),
  },
  {
    rule: 'StringLike minds the case',
    trust: given({ StringLike: { 'sts:ExternalId': 'prod-*' } }),
    ...withId('PROD-1'),
    permitted: withId('prod-1'),
  },
  {
    rule: 'StringEqualsIgnoreCase minds everything but the case',
    trust: given({ StringEqualsIgnoreCase: { 'sts:ExternalId': 'our-id-4711' } }),
    ...withId('our-id-4712'),
    permitted: withId('OUR-ID-4711'),
  },
  {
    rule: 'Null false asks for an ExternalId, whatever it is',
    trust: given({ Null: { 'sts:ExternalId': 'false' } }),
    permitted: withId('any-id-at-all'),
  },
  {
    rule: 'Null true asks for none',
    trust: given({ Null: { 'sts:ExternalId': 'true' } }),
    ...withId('any-id-at-all'),
    permitted: {},
  },
  {
    rule: 'IfExists refuses a wrong ExternalId',
    trust: given({ StringEqualsIfExists: { 'sts:ExternalId': 'our-id-4711' } }),
    ...withId('their-id-0815'),
    permitted: {},
  },
  {
    rule: 'a deny of every other ExternalId denies a missing one',
    trust: [
      trusting(ALICE),
      { ...trusting(ALICE), Effect: 'Deny', Condition: { StringNotEquals: { 'sts:ExternalId': 'our-id-4711' } } },
    ],
    permitted: withId('our-id-4711'),
  },
  {
    rule: 'the names of condition keys have no case',
    trust: given({ StringEquals: { 'STS:externalid': 'our-id-4711' } }),
    ...withId('their-id-0815'),
    permitted: withId('our-id-4711'),
  },

  // Other condition keys.
  {
    rule: 'all conditions have to hold',
    trust: given({ StringEquals: { 'sts:ExternalId': 'our-id-4711', 'sts:RoleSessionName': 'ci' } }),
    params: { ExternalId: 'our-id-4711' },
    permitted: { params: { ExternalId: 'our-id-4711', RoleSessionName: 'ci' } },
  },
  {
    rule: 'aws:SourceIp is where the request comes from',
    trust: given({ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }),
  },
  {
    rule: 'X-Forwarded-For from a stranger does not move aws:SourceIp',
    trust: given({ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }),
    before: (request) => ({ ...request, headers: { ...request.headers, 'x-forwarded-for': '10.1.2.3' } }),
  },
  {
    rule: 'NotIpAddress refuses the network it names',
    trust: given({ NotIpAddress: { 'aws:SourceIp': '127.0.0.0/8' } }),
  },
  { rule: 'aws:SecureTransport is false in clear', trust: given({ Bool: { 'aws:SecureTransport': 'true' } }) },
  {
    rule: 'a principal tag has to be there',
    trust: anyoneGiven({ StringEquals: { 'aws:PrincipalTag/team': 'core' } }),
    by: 'bob',
    permitted: { by: 'alice' },
  },
  {
    rule: 'the value of a principal tag has case',
    trust: given({ StringEquals: { 'aws:PrincipalTag/team': 'Core' } }),
  },
  { rule: 'a long-term key carries no MFA', trust: given({ Bool: { 'aws:MultiFactorAuthPresent': 'true' } }) },
  {
    rule: 'a session without MFA says so',
    trust: anyoneGiven({ BoolIfExists: { 'aws:MultiFactorAuthPresent': 'true' } }),
    by: 'Courier:first',
    permitted: { by: 'alice' },
  },
  {
    rule: 'a role that is trusted from a later date on refuses before',
    trust: given({ DateGreaterThan: { 'aws:CurrentTime': '2099-01-01T00:00:00Z' } }),
  },
  {
    rule: 'a role that was trusted until a date refuses after it',
    trust: given({ DateLessThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } }),
  },
  {
    rule: 'aws:userid ends in the session name',
    trust: anyoneGiven({ StringLike: { 'aws:userid': '*:second' } }),
    by: 'Courier:first',
    permitted: { by: 'Courier:second' },
  },
  {
    rule: 'sts:RoleSessionName is the requested one',
    trust: given({ StringEquals: { 'sts:RoleSessionName': 'ci' } }),
    ...named('cd'),
    permitted: named('ci'),
  },
  {
    rule: 'a session has to be called as its user',
    trust: given({ StringEquals: { 'sts:RoleSessionName': USER_NAME } }),
    ...named('bob'),
    permitted: named('alice'),
  },
  {
    rule: 'a role session has no user name',
    trust: anyoneGiven({ StringEquals: { 'sts:RoleSessionName': USER_NAME } }),
    by: 'Courier:first',
    ...named('first'),
    permitted: { by: 'bob', ...named('bob') },
  },
  {
    rule: 'aws:PrincipalArn is the role, not its session',
    trust: anyoneGiven({ ArnEquals: { 'aws:PrincipalArn': arnOf('Courier:first') } }),
    by: 'Courier:first',
  },
  {
    rule: 'aws:PrincipalArn has the path of the role',
    trust: anyoneGiven({ ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${TARGET}:role/Operations` } }),
    by: 'Operations:first',
  },
  {
    rule: 'aws:PrincipalAccount is the account of the caller',
    trust: anyoneGiven({ StringEquals: { 'aws:PrincipalAccount': TARGET } }),
    permitted: { by: 'target/bob' },
  },
  {
    rule: 'aws:PrincipalType tells sessions from users',
    trust: anyoneGiven({ StringEquals: { 'aws:PrincipalType': 'User' } }),
    by: 'Courier:first',
    permitted: { by: 'alice' },
  },
  {
    rule: 'aws:RequestedRegion is the region that was signed for',
    trust: given({ StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } }),
    permitted: { signing: { region: 'eu-west-1' } },
  },
  {
    rule: 'aws:TokenIssueTime is not there with a long-term key',
    trust: anyoneGiven({ DateGreaterThan: { 'aws:TokenIssueTime': '2020-01-01T00:00:00Z' } }),
    permitted: { by: 'Courier:first' },
  },
  {
    rule: 'a condition key that the request does not have fails',
    trust: given({ StringEquals: { 'aws:PrincipalOrgID': 'o-aaaaaaaaaa' } }),
  },
]

/** The roles that the rules are about. */
export const CONDITION_ROLES: readonly Role[] = rolesOf('C', RULES)

/** Whom the conditions of a trust policy keep out: AWS's words are those of any other refusal. */
export const CONDITION_REFUSALS: readonly Refusal[] = refusalsOf('C', RULES)
