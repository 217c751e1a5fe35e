import { arnOf, policy, type Role, roleArn, TARGET, trusting } from '../cast.ts'
import { type Ask, answered, denied, OPEN, type Refusal, trustingRole } from './refusal.ts'

const ARN_PATTERN = '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+'
const NAME_PATTERN = '[\\w+=,.@-]*'
const ID_PATTERN = '[\\w+=,.@:\\/-]*'
const EVERYONE = policy(trusting('*'))
const CLOSED = roleArn('Closed')

/** The roles that the rules are about. */
export const PARAMETER_ROLES: readonly Role[] = [
  trustingRole(OPEN, EVERYONE),
  trustingRole('Long', EVERYONE, { MaxSessionDuration: 43_200 }),
  trustingRole('TwoHours', EVERYONE, { MaxSessionDuration: 7200 }),
  trustingRole('Closed', policy(trusting(arnOf('bob')))),
]

/** The answer that names these violations, each `value` at `member` with a clause. */
function violations(...found: readonly (readonly [value: string, member: string, clause: string])[]) {
  const count = found.length === 1 ? '1 validation error' : `${found.length} validation errors`
  const texts = found.map(
    ([value, member, clause]) => `Value ${value} at '${member}' failed to satisfy constraint: ${clause}`,
  )
  return answered(400, 'ValidationError', `${count} detected: ${texts.join('; ')}`)
}

const absent = 'Member must not be null'
const pattern = (text: string) => `Member must satisfy regular expression pattern: ${text}`
const atLeast = (n: number) => `Member must have length greater than or equal to ${n}`
const atMost = (n: number) => `Member must have length less than or equal to ${n}`
const noLess = (n: number) => `Member must have value greater than or equal to ${n}`
const noMore = (n: number) => `Member must have value less than or equal to ${n}`

const sent = (name: string, value: string) => ({ [name]: value })
/** One value of one parameter that breaks constraints of AWS's model. */
function broken(rule: string, name: string, value: string, clauses: readonly string[], permitted?: string): Refusal {
  const member = name.charAt(0).toLowerCase() + name.slice(1)
  const refusal = {
    rule,
    ask: { params: sent(name, value) },
    ...violations(...clauses.map((clause) => [`'${value}'`, member, clause] as const)),
  }
  return permitted === undefined ? refusal : { ...refusal, permitted: { params: sent(name, permitted) } }
}

const ARNS = [
  broken('an empty RoleArn breaks two constraints', 'RoleArn', '', [pattern(ARN_PATTERN), atLeast(20)]),
  broken('a RoleArn of 19 characters is too short', 'RoleArn', 'arn:aws:iam::1:role', [atLeast(20)]),
  broken('a RoleArn of 2049 characters is too long', 'RoleArn', roleArn('a'.repeat(2018)), [atMost(2048)]),
  broken('a RoleArn has no characters beyond U+FFFF', 'RoleArn', `${roleArn('a')}\u{1F600}`, [pattern(ARN_PATTERN)]),
  {
    rule: 'a RoleArn has no control characters, and no answer repeats one',
    ask: { params: { RoleArn: `${roleArn('a')}\u0001` } },
    ...violations([`'${roleArn('a')}\uFFFD'`, 'roleArn', pattern(ARN_PATTERN)]),
  },
  ...[
    'arn:a:a::aaaaaaaaaa:',
    'arn:a::::something/test-role',
    'arn::b:::something/test-role',
    'urn:aws:iam::222222222222:role/Open',
    'arn:aws:iam:222222222222:role/Open',
    'arn:aws:iam::222222222222:',
    'twenty letters or more',
    '"><script>alert(1)</script>',
    'arn%3Aaws%3Aiam%3A%3A222222222222%3Arole%2FOpen',
  ].map((value) => ({
    rule: `a RoleArn has six parts: ${value}`,
    ask: { params: { RoleArn: value } },
    ...answered(400, 'ValidationError', `${value} is invalid`),
    permitted: {},
  })),
] satisfies readonly Refusal[]

const DURATIONS: readonly Refusal[] = [
  broken('a session lasts 900 seconds at least', 'DurationSeconds', '899', [noLess(900)], '900'),
  broken('leading zeros change nothing', 'DurationSeconds', '0899', [noLess(900)], '+0900'),
  broken('a session does not last for no time', 'DurationSeconds', '0', [noLess(900)]),
  broken('a session does not end before it begins', 'DurationSeconds', '-5', [noLess(900)]),
  broken('no session lasts longer than twelve hours', 'DurationSeconds', '43201', [noMore(43_200)]),
  ...['abc', '900.0', '9e2', '0x384', '1 000', ' 900', '2147483648', '99999999999999999999', '-'].map((value) => ({
    rule: `DurationSeconds is a whole number of 32 bits: "${value}"`,
    ask: { params: { DurationSeconds: value } },
    ...answered(400, 'MalformedInput'),
    permitted: { params: { DurationSeconds: '900' } },
  })),
  {
    rule: 'an empty DurationSeconds is no number',
    ask: { params: { DurationSeconds: '' } },
    ...answered(400, 'MalformedInput', 'missing value for decimal type'),
    permitted: {},
  },
  {
    rule: 'a number that is none is told before what else is wrong',
    ask: { params: { RoleArn: undefined, DurationSeconds: 'abc' } },
    ...answered(400, 'MalformedInput'),
  },
  ...(
    [
      [OPEN, '3601', '3600'],
      ['TwoHours', '7201', '7200'],
    ] as const
  ).map(([role, tooLong, longest]) => ({
    rule: `whoever may assume a role is told that it lasts ${longest} seconds at most`,
    ask: lasting(role, tooLong),
    ...answered(
      400,
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    ),
    permitted: lasting(role, longest),
  })),
  {
    rule: 'a chained session lasts an hour at most, however long the role may',
    ask: { by: 'Courier:first', ...lasting('Long', '3601') },
    ...answered(
      400,
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    ),
    permitted: { by: 'Courier:first', ...lasting('Long', '3600') },
  },
  {
    rule: 'MaxSessionDuration is told before the hour of chaining',
    ask: { by: 'Courier:first', ...lasting('TwoHours', '7201') },
    ...answered(
      400,
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    ),
  },
  {
    rule: 'whoever may not assume a role is not told how long it lasts',
    ask: lasting('Closed', '3601'),
    ...denied('alice', CLOSED),
    permitted: { by: 'bob', ...lasting('Closed', '3600') },
  },
  {
    rule: 'the duration of a role that is not there is not judged',
    ask: lasting('Gone', '43200'),
    ...denied('alice', roleArn('Gone')),
  },
]

function lasting(role: string, DurationSeconds: string): Ask {
  return { params: { RoleArn: roleArn(role), DurationSeconds } }
}

const LONGEST_ID = 'i'.repeat(1224)
const TEXTS: readonly Refusal[] = [
  {
    rule: 'a role has to be named',
    ask: { params: { RoleArn: undefined } },
    ...violations(['null', 'roleArn', absent]),
    permitted: {},
  },
  {
    rule: 'a session has to be named',
    ask: { params: { RoleSessionName: undefined } },
    ...violations(['null', 'roleSessionName', absent]),
    permitted: {},
  },
  {
    rule: 'everything that is missing is told at once',
    ask: { params: { RoleArn: undefined, RoleSessionName: undefined } },
    ...violations(['null', 'roleArn', absent], ['null', 'roleSessionName', absent]),
  },
  {
    rule: 'everything that is wrong is told at once',
    ask: { params: { RoleArn: 'short', RoleSessionName: ' ', DurationSeconds: '1', ExternalId: '?' } },
    ...violations(
      ["'short'", 'roleArn', atLeast(20)],
      ["' '", 'roleSessionName', pattern(NAME_PATTERN)],
      ["' '", 'roleSessionName', atLeast(2)],
      ["'1'", 'durationSeconds', noLess(900)],
      ["'?'", 'externalId', pattern(ID_PATTERN)],
      ["'?'", 'externalId', atLeast(2)],
    ),
  },
  {
    rule: 'the names of parameters have case',
    ask: { params: { RoleArn: undefined, roleArn: roleArn(OPEN) } },
    ...violations(['null', 'roleArn', absent]),
  },
  {
    rule: 'of a parameter that is repeated the first counts',
    ask: { params: { RoleSessionName: ['a', 'session'] } },
    ...violations(["'a'", 'roleSessionName', atLeast(2)]),
    permitted: { params: { RoleSessionName: ['session', 'a'] } },
  },
  broken('a session name has two characters at least', 'RoleSessionName', 'a', [atLeast(2)], 'ab'),
  broken('a session name has 64 characters at most', 'RoleSessionName', 's'.repeat(65), [atMost(64)], 's'.repeat(64)),
  broken('a session name is not empty', 'RoleSessionName', '', [atLeast(2)]),
  broken('a session name has no space', 'RoleSessionName', 'a b', [pattern(NAME_PATTERN)], 'a_b'),
  broken('a session name has ASCII letters alone', 'RoleSessionName', 'Zoë', [pattern(NAME_PATTERN)], 'Zoe'),
  broken('a session name has no colon', 'RoleSessionName', 'a:b', [pattern(NAME_PATTERN)], 'a=b'),
  broken('a session name has no slash', 'RoleSessionName', 'a/b', [pattern(NAME_PATTERN)], 'a,b'),
  broken('a session name does not end in a line feed', 'RoleSessionName', 'ab\n', [pattern(NAME_PATTERN)], 'a@b'),
  broken('a session name is no markup', 'RoleSessionName', '</Message>&<x>', [pattern(NAME_PATTERN)], 'a+b'),
  broken('an ExternalId has two characters at least', 'ExternalId', '1', [atLeast(2)], '12'),
  broken('an ExternalId has 1224 characters at most', 'ExternalId', `${LONGEST_ID}i`, [atMost(1224)], LONGEST_ID),
  broken('an ExternalId is not empty', 'ExternalId', '', [atLeast(2)]),
  broken('an ExternalId has no space', 'ExternalId', 'my id', [pattern(ID_PATTERN)], 'my:/id'),
  broken('an ExternalId has ASCII letters alone', 'ExternalId', 'idé', [pattern(ID_PATTERN)], 'ide'),
  broken('an ExternalId is no pattern', 'ExternalId', 'prod-*', [pattern(ID_PATTERN)], 'prod-1'),
]

/** What would limit or mark the session: leaving it out unasked would grant more than was asked for. */
const MFA_NEEDS_BOTH = 'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.'
const MFA_OF_NOBODY =
  'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.'
const SERIAL = { SerialNumber: `arn:aws:iam::${TARGET}:mfa/alice` }

const NOT_TAKEN: readonly Refusal[] = [
  {
    rule: 'a device without a code is refused rather than ignored',
    ask: { params: SERIAL },
    ...answered(403, 'AccessDenied', MFA_NEEDS_BOTH),
    permitted: {},
  },
  {
    rule: 'a code without a device is refused rather than ignored',
    ask: { params: { TokenCode: '123456' } },
    ...answered(403, 'AccessDenied', MFA_NEEDS_BOTH),
    permitted: {},
  },
  {
    rule: 'a code of a device that the caller does not have is refused rather than ignored',
    ask: { params: { ...SERIAL, TokenCode: '123456' } },
    ...answered(403, 'AccessDenied', MFA_OF_NOBODY),
    permitted: {},
  },
  {
    rule: 'ProvidedContexts is refused rather than ignored',
    ask: { params: { 'ProvidedContexts.member.1.ProviderArn': 'arn:aws:iam::aws:contextProvider/IdentityCenter' } },
    ...answered(400, 'ValidationError', 'ProvidedContexts are not taken: there is no context provider here.'),
    permitted: { params: { ProvidedContexts: '' } },
  },
]

const CALLERS: readonly Refusal[] = [
  {
    rule: 'root assumes no role',
    ask: { by: 'root' },
    ...answered(403, 'AccessDenied', 'Roles may not be assumed by root accounts.'),
    permitted: { by: 'alice' },
  },
  {
    rule: 'root assumes no role that is not there either',
    ask: { by: 'root', params: { RoleArn: roleArn('Gone') } },
    ...answered(403, 'AccessDenied', 'Roles may not be assumed by root accounts.'),
  },
  {
    rule: 'what root sends is read first',
    ask: { by: 'root', params: { RoleArn: undefined } },
    ...violations(['null', 'roleArn', absent]),
  },
  {
    rule: 'no presigned URL gives out credentials',
    ask: { get: true, signing: { presigned: true } },
    ...answered(403, 'AccessDenied', 'sts:AssumeRole cannot be called with a presigned URL.'),
    permitted: { get: true },
  },
  {
    rule: 'a presigned URL is refused before its parameters are read',
    ask: { get: true, signing: { presigned: true }, params: { RoleArn: undefined } },
    ...answered(403, 'AccessDenied', 'sts:AssumeRole cannot be called with a presigned URL.'),
  },
]

/** What is wrong with the parameters of AssumeRole, and with who sends them. */
export const PARAMETER_REFUSALS: readonly Refusal[] = [...TEXTS, ...ARNS, ...DURATIONS, ...NOT_TAKEN, ...CALLERS]
