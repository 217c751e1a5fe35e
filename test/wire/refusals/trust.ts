import { arnOf, type Role, roleArn, SOURCE, TARGET, trusting } from '../cast.ts'
import type { Refusal } from './refusal.ts'
import { refusalsOf, rolesOf, type TrustRule } from './trust-rule.ts'

const ALICE = arnOf('alice')
const EVERYONE = trusting('*')
const SOURCE_ROOT = `arn:aws:iam::${SOURCE}:root`
const TARGET_ROOT = `arn:aws:iam::${TARGET}:root`
const DENY_EVERYONE = { ...EVERYONE, Effect: 'Deny' }
const NO_IDENTITY = ' because no identity-based policy allows the sts:AssumeRole action'
const NO_BOUNDARY = ' because no permissions boundary allows the sts:AssumeRole action'
const DENYING_IDENTITY = ' with an explicit deny in an identity-based policy'
const DENYING_BOUNDARY = ' with an explicit deny in a permissions boundary'

const RULES: readonly TrustRule[] = [
  { rule: 'a trust policy that denies everyone refuses whom it allows', trust: [trusting(ALICE), DENY_EVERYONE] },
  {
    rule: 'a deny before the allow wins',
    trust: [{ ...trusting(arnOf('bob')), Effect: 'Deny' }, EVERYONE],
    by: 'bob',
    permitted: { by: 'alice' },
  },
  {
    rule: 'a deny after the allow wins',
    trust: [EVERYONE, { ...trusting(arnOf('bob')), Effect: 'Deny' }],
    by: 'bob',
    permitted: { by: 'alice' },
  },
  {
    rule: 'a deny of the account denies its users',
    trust: [trusting(ALICE), { ...trusting(SOURCE_ROOT), Effect: 'Deny' }],
  },
  { rule: 'a role that nobody may assume refuses', trust: [{ ...DENY_EVERYONE }] },

  // Which role is meant.
  {
    rule: 'a role is not found without its path',
    trust: [trusting(ALICE)],
    path: '/team/',
    asked: (arn) => arn.replace('/team/', '/'),
    permitted: {},
  },
  {
    rule: 'a role is not found under another path',
    trust: [trusting(ALICE)],
    path: '/team/',
    asked: (arn) => arn.replace('/team/', '/teams/'),
    permitted: {},
  },
  {
    rule: 'a role is not found under its path in other case',
    trust: [trusting(ALICE)],
    path: '/team/',
    asked: (arn) => arn.replace('/team/', '/Team/'),
    permitted: {},
  },
  {
    rule: 'a role without path is not found under one',
    trust: [trusting(ALICE)],
    asked: (arn) => arn.replace('role/', 'role/team/'),
    permitted: {},
  },
  {
    rule: 'a role is not found by its name in other case',
    trust: [trusting(ALICE)],
    asked: (arn) => arn.replace('role/T', 'role/t'),
    permitted: {},
  },
  ...[`${SOURCE}:assumed-role/Open/x`, `${SOURCE}:federated-user/x`, `${SOURCE}:x`, ':assumed-role/Open'].map(
    (rest) => ({
      rule: `what the token service names is no role, in the own account neither: ${rest}`,
      trust: [trusting(ALICE)],
      asked: () => `arn:aws:sts::${rest}`,
      permitted: {},
    }),
  ),
  {
    rule: 'a role is not found in another partition',
    trust: [trusting(ALICE)],
    asked: (arn) => arn.replace('arn:aws:', 'arn:aws-cn:'),
    permitted: {},
  },
  {
    rule: 'a role is not found in another account',
    trust: [trusting(ALICE)],
    asked: (arn) => arn.replace(TARGET, '333333333333'),
    permitted: {},
  },
  {
    rule: 'a role is not found in an account of nine digits',
    trust: [trusting(ALICE)],
    asked: (arn) => arn.replace(TARGET, '222222222'),
    permitted: {},
  },
  {
    rule: 'a role has no region',
    trust: [trusting(ALICE)],
    asked: (arn) => arn.replace('iam::', 'iam:us-east-1:'),
    permitted: {},
  },
  {
    rule: 'a role is not found with something behind its name',
    trust: [trusting(ALICE)],
    asked: (arn) => `${arn}/`,
    permitted: {},
  },
  {
    rule: 'the ARN of a role is not a pattern',
    trust: [trusting(ALICE)],
    asked: (arn) => `${arn.slice(0, -1)}?`,
    permitted: {},
  },
  {
    rule: 'a session cannot be assumed',
    trust: [trusting(ALICE)],
    asked: (arn) => `${arn.replace('iam', 'sts').replace(':role/', ':assumed-role/')}/session`,
    permitted: {},
  },
  { rule: 'a user cannot be assumed', trust: [trusting(ALICE)], asked: () => arnOf('target/bob'), permitted: {} },

  // Whom a principal means.
  {
    rule: 'a name that begins with the trusted one is another name',
    trust: [trusting(arnOf('bob'))],
    by: 'bobby',
    permitted: { by: 'bob' },
  },
  {
    rule: 'a name that the trusted one begins with is another name',
    trust: [trusting(arnOf('bobby'))],
    by: 'bob',
    permitted: { by: 'bobby' },
  },
  {
    rule: 'a user of the same name in another account is another user',
    trust: [trusting(arnOf('target/bob'))],
    by: 'bob',
    permitted: { by: 'target/bob' },
  },
  { rule: 'a user is trusted by the ARN with the path', trust: [trusting(arnOf('carol'))], permitted: { by: 'carol' } },
  {
    rule: 'a trusted account is not the account next to it',
    trust: [trusting(TARGET_ROOT)],
    permitted: { by: 'target/bob' },
  },
  {
    rule: 'a trusted role does not trust the user of the same name',
    trust: [trusting(`arn:aws:iam::${SOURCE}:role/Courier`)],
    by: 'Courier',
    permitted: { by: 'Courier:first' },
  },
  {
    rule: 'a trusted user does not trust the role of the same name',
    trust: [trusting(arnOf('Courier'))],
    by: 'Courier:first',
    permitted: { by: 'Courier' },
  },
  {
    rule: 'a trusted session does not trust another session of its role',
    trust: [trusting(arnOf('Courier:first'))],
    by: 'Courier:second',
    permitted: { by: 'Courier:first' },
  },
  {
    rule: 'a trusted session does not trust a session of its name of another role',
    trust: [trusting(arnOf('Courier:first'))],
    by: 'Operations:first',
    permitted: { by: 'Courier:first' },
  },
  {
    rule: 'who may assume a trusted role is not trusted by that alone',
    trust: [trusting(`arn:aws:iam::${SOURCE}:role/Courier`)],
    permitted: { by: 'Courier:first' },
  },
  { rule: 'a trusted service trusts no user', trust: [{ ...EVERYONE, Principal: { Service: 'ec2.amazonaws.com' } }] },
  {
    rule: 'a trusted identity provider trusts no user',
    trust: [
      {
        ...EVERYONE,
        Principal: { Federated: 'accounts.google.com' },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { 'accounts.google.com:aud': 'app' } },
      },
    ],
  },
  {
    rule: 'a trust to tag sessions is no trust to assume',
    trust: [{ ...trusting(ALICE), Action: 'sts:TagSession' }, trusting(arnOf('bob'))],
    permitted: { by: 'bob' },
  },

  // The caller's own side, across accounts: AWS never says which side refused.
  {
    rule: 'across accounts, being trusted by name is not enough',
    trust: [trusting(arnOf('idle'), ALICE)],
    by: 'idle',
    permitted: { by: 'alice' },
  },
  {
    rule: 'across accounts, the trust in everyone is not enough',
    trust: [EVERYONE],
    by: 'idle',
    permitted: { by: 'alice' },
  },
  {
    rule: 'across accounts, the trust in the account is not enough',
    trust: [trusting(SOURCE_ROOT)],
    by: 'idle',
    permitted: { by: 'alice' },
  },
  {
    rule: 'across accounts, the account is meant by its number, too',
    trust: [trusting(SOURCE)],
    by: 'idle',
    permitted: { by: 'alice' },
  },
  {
    rule: 'across accounts, a session needs a policy of its role',
    trust: [EVERYONE],
    by: 'Mute:first',
    permitted: { by: 'Courier:first' },
  },
  {
    rule: 'across accounts, a policy for another role does not count',
    trust: [EVERYONE],
    by: 'narrow',
    permitted: { by: 'alice' },
  },
  {
    rule: 'across accounts, a deny in an identity policy is not told',
    trust: [EVERYONE],
    by: 'forbidden',
    permitted: { by: 'alice' },
  },
  {
    rule: 'across accounts, a deny in a policy of a group is not told',
    trust: [EVERYONE],
    by: 'member',
    permitted: { by: 'alice' },
  },
  {
    rule: 'across accounts, a boundary that allows something else is not told',
    trust: [trusting(arnOf('bounded'))],
    by: 'bounded',
  },
  {
    rule: 'across accounts, a deny in a boundary is not told',
    trust: [EVERYONE],
    by: 'capped',
    permitted: { by: 'alice' },
  },

  // The caller's own side, within the account: AWS tells what is missing there, and never what the role says.
  {
    rule: 'an identity policy alone never opens a role',
    trust: [trusting(ALICE)],
    by: 'target/bob',
    permitted: { by: 'alice' },
  },
  {
    rule: 'the trust in the account leaves it to identity policies',
    trust: [trusting(TARGET_ROOT)],
    by: 'target/idle',
    tail: NO_IDENTITY,
    permitted: { by: 'target/bob' },
  },
  {
    rule: 'a policy for another role does not count',
    trust: [trusting(TARGET_ROOT)],
    by: 'target/narrow',
    tail: NO_IDENTITY,
    permitted: { by: 'target/bob' },
  },
  {
    rule: 'without trust and without identity policy, the role is not spoken of',
    trust: [trusting(ALICE)],
    by: 'target/idle',
    permitted: { by: 'alice' },
  },
  {
    rule: 'a deny in an identity policy wins over the trust in the user',
    trust: [trusting(arnOf('target/forbidden'))],
    by: 'target/forbidden',
    tail: DENYING_IDENTITY,
  },
  {
    rule: 'a deny in an identity policy is told first, whatever the role says',
    trust: [DENY_EVERYONE],
    by: 'target/forbidden',
    tail: DENYING_IDENTITY,
  },
  {
    rule: 'a deny in a policy of a group wins',
    trust: [EVERYONE],
    by: 'target/member',
    tail: DENYING_IDENTITY,
    permitted: { by: 'target/bob' },
  },
  {
    rule: 'a deny in a boundary wins',
    trust: [EVERYONE],
    by: 'target/capped',
    tail: DENYING_BOUNDARY,
    permitted: { by: 'target/bob' },
  },
  {
    rule: 'a boundary limits what the account is trusted with',
    trust: [trusting(TARGET_ROOT)],
    by: 'target/bounded',
    tail: NO_BOUNDARY,
    permitted: { by: 'target/bob' },
  },
  {
    rule: 'a deny in the trust policy is not told',
    trust: [trusting(TARGET_ROOT), { ...trusting(arnOf('target/bob')), Effect: 'Deny' }],
    by: 'target/bob',
  },
  {
    rule: 'a condition that fails is not told',
    trust: [{ ...EVERYONE, Condition: { StringEquals: { 'sts:ExternalId': 'our-id-4711' } } }],
    by: 'target/bob',
    permitted: { by: 'target/bob', params: { ExternalId: 'our-id-4711' } },
  },
  {
    rule: 'a role that is not there is not told from one that refuses',
    trust: [trusting(ALICE)],
    by: 'target/bob',
    asked: (arn) => `${arn}-gone`,
    permitted: { by: 'alice' },
  },
  {
    rule: 'a role that is not there is not told to whom nothing is allowed',
    trust: [trusting(ALICE)],
    by: 'target/idle',
    asked: (arn) => `${arn}-gone`,
    permitted: { by: 'alice' },
  },
  {
    rule: 'a role that is not there is spoken of in the words of a deny in an identity policy',
    trust: [EVERYONE],
    by: 'target/forbidden',
    asked: (arn) => `${arn}-gone`,
    tail: DENYING_IDENTITY,
    permitted: { by: 'alice' },
  },
  {
    rule: 'a role does not trust itself',
    trust: [trusting(ALICE)],
    by: 'Operations:first',
    asked: () => roleArn('Operations', '/ops/'),
    permitted: {},
  },
]

/** The roles that the rules are about. */
export const TRUST_ROLES: readonly Role[] = rolesOf('T', RULES)

/** Who may not assume a role, and what they are told. */
export const TRUST_REFUSALS: readonly Refusal[] = refusalsOf('T', RULES)
