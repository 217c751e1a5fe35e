import { policy, roleArn, SOURCE, TARGET } from '../cast.ts'
import type { Params } from '../wire-client.ts'
import { type Ask, answered, denied, IAM_VERSION, type Refusal } from './refusal.ts'

const ABLE = roleArn('Able')
const INVALID = answered(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.')
const EVERYTHING = JSON.stringify(policy({ Effect: 'Allow', Action: '*', Resource: '*' }))

const asks = (Action: string, by: string, params: Params = {}): Ask => ({
  by,
  params: { Action, RoleArn: undefined, RoleSessionName: undefined, ...params },
})
const assuming = (by: string, params: Params = {}): Ask => ({ by, params: { RoleArn: ABLE, ...params } })
const federating = (by: string, params: Params = {}) => asks('GetFederationToken', by, { Name: 'fay', ...params })
const aboutKey = (by: string, AccessKeyId = 'AKIAINACTIVE00000000') => asks('GetAccessKeyInfo', by, { AccessKeyId })

const ofIam = (by: string, Action: string): Ask => ({
  ...asks(Action, by, { Version: IAM_VERSION, UserName: 'tess' }),
  signing: { service: 'iam' },
})

const TEMPORARY = ['token of tess', 'token of root', 'federated', 'federated by root', 'role'] as const

/** Which credentials an action does not take, whatever policies say. */
const KINDS: readonly Refusal[] = [
  ...TEMPORARY.map((by) => ({
    rule: `GetSessionToken takes no session credentials: ${by}`,
    ask: asks('GetSessionToken', by),
    ...answered(403, 'AccessDenied', 'Cannot call GetSessionToken with session credentials'),
    permitted: asks('GetSessionToken', 'tess'),
  })),
  ...TEMPORARY.map((by) => ({
    rule: `GetFederationToken takes no session credentials: ${by}`,
    ask: federating(by),
    ...answered(403, 'AccessDenied', 'Cannot call GetFederationToken with session credentials'),
    permitted: federating('tess'),
  })),
  ...['federated', 'federated by root'].map((by) => ({
    rule: `AssumeRole takes no federated user: ${by}`,
    ask: assuming(by),
    ...INVALID,
    permitted: assuming('tess'),
  })),
  {
    rule: 'AssumeRole takes no session of root',
    ask: assuming('token of root'),
    ...answered(403, 'AccessDenied', 'Roles may not be assumed by root accounts.'),
    permitted: assuming('token of tess'),
  },
  ...['token of tess', 'token of root', 'federated', 'federated by root'].map((by) => ({
    rule: `GetAccessKeyInfo takes credentials of GetSessionToken and GetFederationToken for none: ${by}`,
    ask: aboutKey(by),
    ...INVALID,
    permitted: aboutKey('role'),
  })),
  ...['token of tess', 'token of root', 'federated', 'federated by root'].flatMap((by) =>
    ['GetUser', 'ListUsers'].map((Action) => ({
      rule: `IAM takes no credentials of GetSessionToken without MFA, and none of GetFederationToken: ${Action}, ${by}`,
      ask: ofIam(by, Action),
      ...INVALID,
      permitted: ofIam('tess', Action),
    })),
  ),
  ...['AssumeRole', 'GetSessionToken', 'GetFederationToken'].map((Action) => ({
    rule: `no presigned URL gives out credentials: ${Action}`,
    ask: {
      ...asks(Action, 'tess', { Name: 'fay', RoleArn: ABLE, RoleSessionName: 'session' }),
      get: true,
      signing: { presigned: true },
    },
    ...answered(403, 'AccessDenied', `sts:${Action} cannot be called with a presigned URL.`),
    permitted: { ...asks(Action, 'tess', { Name: 'fay', RoleArn: ABLE, RoleSessionName: 'session' }), get: true },
  })),
]

const DURATION = (clause: string) =>
  answered(
    400,
    'ValidationError',
    new RegExp(`at 'durationSeconds' failed to satisfy constraint: Member must have value ${clause}$`),
  )
const LONG = [
  ['GetSessionToken', {}],
  ['GetFederationToken', { Name: 'fay' }],
] as const

const DURATIONS: readonly Refusal[] = LONG.flatMap(([action, params]) => [
  {
    rule: `${action} gives a quarter of an hour at least`,
    ask: asks(action, 'tess', { ...params, DurationSeconds: '899' }),
    ...DURATION('greater than or equal to 900'),
    permitted: asks(action, 'tess', { ...params, DurationSeconds: '900' }),
  },
  {
    rule: `${action} gives a day and a half at most`,
    ask: asks(action, 'tess', { ...params, DurationSeconds: '129601' }),
    ...DURATION('less than or equal to 129600'),
    permitted: asks(action, 'tess', { ...params, DurationSeconds: '129600' }),
  },
  {
    rule: `${action} gives root no less either`,
    ask: asks(action, 'root', { ...params, DurationSeconds: '1' }),
    ...DURATION('greater than or equal to 900'),
    // A longer request of root's is cut without a word.
    permitted: asks(action, 'root', { ...params, DurationSeconds: '129600' }),
  },
  {
    rule: `${action} takes no text for a duration`,
    ask: asks(action, 'tess', { ...params, DurationSeconds: 'long' }),
    ...answered(400, 'MalformedInput'),
  },
])

const DEVICE = `arn:aws:iam::${SOURCE}:mfa/tess`
const NEEDS_BOTH = 'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.'
const OF_NOBODY =
  'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.'

const MFA: readonly Refusal[] = (
  [
    ['a device without a code', { SerialNumber: DEVICE }, NEEDS_BOTH],
    ['a code without a device', { TokenCode: '123456' }, NEEDS_BOTH],
    ['a code of a device that the caller does not have', { SerialNumber: DEVICE, TokenCode: '123456' }, OF_NOBODY],
    ['a hardware device that nobody has', { SerialNumber: 'GAHT12345678', TokenCode: '123456' }, OF_NOBODY],
  ] as const
).map(([what, params, message]) => ({
  rule: `GetSessionToken refuses ${what}`,
  ask: asks('GetSessionToken', 'tess', params),
  ...answered(403, 'AccessDenied', message),
  permitted: asks('GetSessionToken', 'tess'),
}))

const fay = `arn:aws:sts::${SOURCE}:federated-user/fay`
const NO_ALLOW = ' because no identity-based policy allows the sts:'
const NAME_CLAUSES = [
  ['a name', undefined, 'Member must not be null'],
  ['a name of two characters', 'f', 'Member must have length greater than or equal to 2'],
  ['a name of 32 characters at most', 'f'.repeat(33), 'Member must have length less than or equal to 32'],
  ['a name without spaces', 'fay f', 'Member must satisfy regular expression pattern: '],
  ['a name without colons', 'fa:y', 'Member must satisfy regular expression pattern: '],
] as const

const FEDERATION: readonly Refusal[] = [
  ...NAME_CLAUSES.map(([what, Name, clause]) => ({
    rule: `GetFederationToken wants ${what}`,
    ask: federating('tess', { Name }),
    ...answered(400, 'ValidationError', new RegExp(`at 'name' failed to satisfy constraint: ${clause}`)),
    permitted: federating('tess', { Name: 'f+=,.@-'.padEnd(32, 'f') }),
  })),
  {
    rule: 'GetFederationToken needs its permission',
    ask: federating('idle'),
    ...denied('idle', fay, `${NO_ALLOW}GetFederationToken action`, 'sts:GetFederationToken'),
    permitted: federating('plain'),
  },
  {
    rule: 'GetFederationToken is denied like any other action',
    ask: federating('denied'),
    ...denied('denied', fay, ' with an explicit deny in an identity-based policy', 'sts:GetFederationToken'),
  },
  {
    rule: 'tags of a federated user need sts:TagSession',
    ask: federating('plain', { 'Tags.member.1.Key': 'a', 'Tags.member.1.Value': '1' }),
    ...denied('plain', fay, `${NO_ALLOW}TagSession action`, 'sts:TagSession'),
    permitted: federating('plain'),
  },
  {
    rule: 'the session policy of a federated user has to be one',
    ask: federating('tess', { Policy: '{}' }),
    ...answered(400, 'MalformedPolicyDocument', 'Syntax errors in policy.'),
    permitted: federating('tess', { Policy: EVERYTHING }),
  },
  {
    rule: 'the session policy of a federated user has 2048 characters at most',
    ask: federating('tess', { Policy: EVERYTHING.padEnd(2049) }),
    ...answered(
      400,
      'ValidationError',
      /at 'policy' failed to satisfy constraint: Member must have length less than or equal to 2048$/,
    ),
    permitted: federating('tess', { Policy: EVERYTHING.padEnd(2048) }),
  },
  {
    rule: 'the session policy of a federated user stands in the account of the caller',
    ask: federating('tess', { 'PolicyArns.member.1.arn': `arn:aws:iam::${TARGET}:policy/only-s3` }),
    ...answered(
      400,
      'ValidationError',
      `Policy arn:aws:iam::${TARGET}:policy/only-s3 does not exist or is not attachable.`,
    ),
    permitted: federating('tess', { 'PolicyArns.member.1.arn': `arn:aws:iam::${SOURCE}:policy/only-s3` }),
  },
  {
    rule: 'a tag key of a federated user comes once, whatever its case',
    ask: federating('tess', {
      'Tags.member.1.Key': 'a',
      'Tags.member.1.Value': '1',
      'Tags.member.2.Key': 'A',
      'Tags.member.2.Value': '1',
    }),
    ...answered(
      400,
      'InvalidParameterValue',
      'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    ),
  },
]

const KEY_CLAUSES = [
  ['is missing', undefined, 'Member must not be null'],
  ['has 15 characters', 'AKIAIOSFODNN7EX', 'Member must have length greater than or equal to 16'],
  ['has 129 characters', 'A'.repeat(129), 'Member must have length less than or equal to 128'],
  ['has a dash', 'AKIA-IOSFODNN7EXAMPLE', 'Member must satisfy regular expression pattern: \\[\\\\w\\]\\*'],
] as const

const KEY_INFO: readonly Refusal[] = [
  ...KEY_CLAUSES.map(([which, AccessKeyId, clause]) => ({
    rule: `an access key id is refused that ${which}`,
    ask: asks('GetAccessKeyInfo', 'tess', { AccessKeyId }),
    ...answered(400, 'ValidationError', new RegExp(`at 'accessKeyId' failed to satisfy constraint: ${clause}$`)),
    permitted: aboutKey('tess'),
  })),
  ...[
    ['nobody has', 'AKIAIOSFODNN7EXAMPLE'],
    ['would be of an account that is not here', 'ASIAY34FZKBOKMUTVV7A'],
    ['says no account', 'ASIAIOSFODNN7EXAMPLE'],
  ].map(([which, id = '']) => ({
    rule: `no account is told of a key that ${which}`,
    ask: aboutKey('tess', id),
    ...answered(400, 'ValidationError', `The access key ${id} is not known.`),
    permitted: aboutKey('tess'),
  })),
  {
    rule: 'GetAccessKeyInfo needs its permission',
    ask: aboutKey('idle'),
    ...denied('idle', '*', `${NO_ALLOW}GetAccessKeyInfo action`, 'sts:GetAccessKeyInfo'),
  },
]

const decoding = (by: string, EncodedMessage: string | undefined) =>
  asks('DecodeAuthorizationMessage', by, { EncodedMessage })
const NO_MESSAGE = answered(400, 'InvalidAuthorizationMessageException', 'Message is not valid')

/** What is no message of ours is answered alike, whatever it is. */
const DECODING: readonly Refusal[] = [
  ...[
    ['garbage', 'garbage'],
    ['one character', 'A'],
    ['what no base64url is', '****'],
    ['10,240 characters', 'A'.repeat(10_240)],
    ['a message of AWS', '-R6kQkVq3pQzJ1'.repeat(40)],
  ].map(([what, message]) => ({
    rule: `${what} is no message that could be decoded`,
    ask: decoding('tess', message),
    ...NO_MESSAGE,
  })),
  ...(
    [
      ['is missing', undefined, 'Member must not be null'],
      ['is empty', '', 'Member must have length greater than or equal to 1'],
      ['has 10,241 characters', 'A'.repeat(10_241), 'Member must have length less than or equal to 10240'],
    ] as const
  ).map(([which, message, clause]) => ({
    rule: `a message is refused that ${which}`,
    ask: decoding('tess', message),
    ...answered(400, 'ValidationError', new RegExp(`at 'encodedMessage' failed to satisfy constraint: ${clause}$`)),
  })),
  ...['token of tess', 'token of root', 'federated', 'federated by root'].map((by) => ({
    rule: `DecodeAuthorizationMessage takes credentials of GetSessionToken and GetFederationToken for none: ${by}`,
    ask: decoding(by, 'garbage'),
    ...INVALID,
  })),
  {
    rule: 'DecodeAuthorizationMessage needs its permission, before the message is looked at',
    ask: decoding('idle', 'garbage'),
    ...denied('idle', '*', `${NO_ALLOW}DecodeAuthorizationMessage action`, 'sts:DecodeAuthorizationMessage'),
  },
  {
    rule: 'a session policy limits who may decode',
    ask: decoding('leashed to reading', 'garbage'),
    ...denied(
      'leashed to reading',
      '*',
      ' because no session policy allows the sts:DecodeAuthorizationMessage action',
      'sts:DecodeAuthorizationMessage',
    ),
  },
]

const LEASHED = ' because no session policy allows the sts:GetAccessKeyInfo action'
const info = (by: string, tail: string) => ({ ask: aboutKey(by), ...denied(by, '*', tail, 'sts:GetAccessKeyInfo') })

/** What a session policy takes away. */
const LEASHES: readonly Refusal[] = [
  {
    rule: 'a session policy limits what the role may do',
    ...info('leashed to reading', LEASHED),
    permitted: aboutKey('role'),
  },
  {
    rule: 'a session policy limits which roles may be assumed',
    ask: assuming('leashed to reading', { RoleArn: roleArn('Local') }),
    ...denied('leashed to reading', roleArn('Local'), ' because no session policy allows the sts:AssumeRole action'),
    permitted: assuming('leashed to assuming', { RoleArn: roleArn('Local') }),
  },
  {
    rule: 'a session policy that allows an action allows no other',
    ...info('leashed to assuming', LEASHED),
    permitted: assuming('leashed to assuming'),
  },
  {
    rule: 'a session policy denies what it allows elsewhere',
    ...info('leashed by a denial', ' with an explicit deny in a session policy'),
    permitted: asks('GetCallerIdentity', 'leashed by a denial'),
  },
  {
    rule: 'a managed session policy limits as an inline one does',
    ...info('leashed by a managed policy', LEASHED),
    permitted: asks('GetCallerIdentity', 'leashed by a managed policy'),
  },
  {
    rule: 'what none of several session policies allows is refused',
    ...info('leashed by two that add up', LEASHED),
    permitted: assuming('leashed by two that add up', { 'Tags.member.1.Key': 'a', 'Tags.member.1.Value': '1' }),
  },
]

/** What temporary credentials can be used for. */
export const SESSION_REFUSALS: readonly Refusal[] = [
  ...KINDS,
  ...DURATIONS,
  ...MFA,
  ...FEDERATION,
  ...KEY_INFO,
  ...DECODING,
  ...LEASHES,
]
