import { policy, type Role, roleArn, SOURCE, type Statement, TARGET, trusting } from '../cast.ts'
import type { Params } from '../wire-client.ts'
import { type Ask, answered, denied, type Refusal, trustingRole } from './refusal.ts'

const ABLE = roleArn('Able')
const MARKING = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity']
const anyone = (Action: string | readonly string[], Condition?: object): Statement => ({
  ...trusting('*'),
  Action,
  ...(Condition && { Condition }),
})
const ALL_ACTIONS = {
  PolicyName: 'all',
  PolicyDocument: policy({ Effect: 'Allow', Action: '*', Resource: '*' }),
}

/** The roles that the rules are about. */
export const TERMS_ROLES: readonly Role[] = [
  // It trusts everyone with everything, and may do everything.
  trustingRole('Able', policy(anyone(MARKING)), { Policies: [ALL_ACTIONS], MaxSessionDuration: 43_200 }),
  trustingRole('Able2', policy(anyone(MARKING)), { Policies: [ALL_ACTIONS] }),
  // It leaves it to its account who may.
  trustingRole('Local', policy(trusting(TARGET))),
  trustingRole('Unmarked', policy(anyone('sts:AssumeRole'))),
  trustingRole('Untagged', policy(anyone(['sts:AssumeRole', 'sts:SetSourceIdentity']))),
  trustingRole(
    'BlueOnly',
    policy(anyone('sts:AssumeRole'), anyone('sts:TagSession', { StringEquals: { 'aws:RequestTag/Project': 'blue' } })),
  ),
  trustingRole(
    'KnownKeys',
    policy(
      anyone('sts:AssumeRole'),
      anyone('sts:TagSession', { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['Project', 'Shift'] } }),
    ),
  ),
  trustingRole(
    'NothingInherited',
    policy(anyone(MARKING), {
      ...anyone('sts:TagSession', { Null: { 'sts:TransitiveTagKeys': 'false' } }),
      Effect: 'Deny',
    }),
  ),
  trustingRole('Resource', policy(anyone(MARKING, { StringEquals: { 'iam:ResourceTag/Project': 'blue' } })), {
    Tags: [{ Key: 'project', Value: 'red' }],
  }),
  trustingRole('Principal', policy(anyone(MARKING, { StringEquals: { 'aws:PrincipalTag/Shift': 'night' } }))),
  trustingRole('Named', policy(anyone(MARKING, { StringLike: { 'sts:SourceIdentity': 'tess.*' } }))),
  trustingRole(
    'NamedWhenSet',
    policy(
      anyone('sts:AssumeRole'),
      anyone('sts:SetSourceIdentity', { StringLike: { 'sts:SourceIdentity': 'tess.*' } }),
    ),
  ),
  trustingRole('Sun', policy(anyone(MARKING)), { Policies: [ALL_ACTIONS], Tags: [{ Key: 'Sun', Value: '2' }] }),
  trustingRole('Moon', policy(anyone(MARKING)), { Policies: [ALL_ACTIONS], Tags: [{ Key: 'Star', Value: '3' }] }),
  ...(['Star1', 'Heart1', 'Sun2'] as const).map((tag) =>
    trustingRole(
      `Wants${tag}`,
      policy(anyone(MARKING, { StringEquals: { [`aws:PrincipalTag/${tag.slice(0, -1)}`]: tag.slice(-1) } })),
    ),
  ),
  trustingRole('Known', policy(anyone(MARKING, { StringEquals: { 'aws:SourceIdentity': 'tess.real' } }))),
]

const tags = (...pairs: readonly (readonly [key: string, value: string])[]): Params =>
  Object.fromEntries(
    pairs.flatMap(([key, value], index) => [
      [`Tags.member.${index + 1}.Key`, key],
      [`Tags.member.${index + 1}.Value`, value],
    ]),
  )
const transitive = (...keys: readonly string[]): Params =>
  Object.fromEntries(keys.map((key, index) => [`TransitiveTagKeys.member.${index + 1}`, key]))
const policies = (...arns: readonly string[]): Params =>
  Object.fromEntries(arns.map((arn, index) => [`PolicyArns.member.${index + 1}.arn`, arn]))

const able = (params: Params, by = 'tess'): Ask => ({ by, params: { RoleArn: ABLE, ...params } })
const onto = (role: string, params: Params = {}, by = 'tess'): Ask => ({
  by,
  params: { RoleArn: roleArn(role), ...params },
})

const allow = { Effect: 'Allow', Action: 's3:*', Resource: '*' }
const text = (...statements: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements })

/** A session policy that is none. */
function malformed(rule: string, Policy: string, message: string): Refusal {
  const answer = answered(400, 'MalformedPolicyDocument', message)
  return {
    rule: `a session policy is refused ${rule}`,
    ask: able({ Policy }),
    ...answer,
    permitted: able({ Policy: text(allow) }),
  }
}

const NOT_JSON = 'The policy is not in the valid JSON format.'
const SYNTAX = 'Syntax errors in policy.'

const POLICIES: readonly Refusal[] = [
  malformed('that is no JSON', 'allow everything', NOT_JSON),
  malformed('that ends too early', text(allow).slice(0, -1), NOT_JSON),
  malformed('that goes on after its end', `${text(allow)}}`, NOT_JSON),
  malformed('that is a list', `[${text(allow)}]`, NOT_JSON),
  malformed('that is a text', '"allow"', NOT_JSON),
  malformed('that is null', 'null', NOT_JSON),
  malformed('with a member twice', '{"Version":"2012-10-17","Version":"2012-10-17","Statement":[]}', NOT_JSON),
  malformed('with a comment', `${text(allow)}//`, NOT_JSON),
  malformed('with __proto__ among its members', '{"__proto__":{},"Version":"2012-10-17","Statement":[]}', SYNTAX),
  malformed('that nests without end', '['.repeat(1000), NOT_JSON),
  malformed('without statements', '{"Version":"2012-10-17"}', SYNTAX),
  malformed('of another version', JSON.stringify({ Version: '2026-01-01', Statement: [allow] }), SYNTAX),
  malformed('with an unknown member', JSON.stringify({ Version: '2012-10-17', Statement: [allow], Extra: 1 }), SYNTAX),
  malformed('with an unknown element', text({ ...allow, Unless: {} }), SYNTAX),
  malformed('with a Principal', text({ ...allow, Principal: '*' }), 'Policy document should not specify a principal.'),
  malformed(
    'with a NotPrincipal',
    text({ Effect: 'Deny', Action: '*', Resource: '*', NotPrincipal: '*' }),
    'Policy document should not specify a principal.',
  ),
  malformed('with an unknown effect', text({ ...allow, Effect: 'Permit' }), SYNTAX),
  malformed('with an effect in small letters', text({ ...allow, Effect: 'allow' }), 'The policy failed legacy parsing'),
  malformed('without an action', text({ Effect: 'Allow', Resource: '*' }), 'Policy statement must contain actions.'),
  malformed('without a resource', text({ Effect: 'Allow', Action: '*' }), 'Policy statement must contain resources.'),
  malformed('with an unknown operator', text({ ...allow, Condition: { StringIs: { 'aws:username': 'a' } } }), SYNTAX),
  malformed(
    'with an action without service',
    text({ ...allow, Action: 'GetObject' }),
    'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
  ),
  malformed(
    'with a resource that is no ARN',
    text({ ...allow, Resource: 'bucket' }),
    'Resource bucket must be in ARN format or "*".',
  ),
  {
    rule: 'a session policy has one character at least',
    ask: able({ Policy: '' }),
    ...answered(
      400,
      'ValidationError',
      /at 'policy' failed to satisfy constraint: Member must have length greater than or equal to 1$/,
    ),
  },
  {
    rule: 'a session policy has no characters beyond Latin-1',
    ask: able({ Policy: text({ ...allow, Sid: 'ĀĀ' }) }),
    ...answered(
      400,
      'ValidationError',
      /at 'policy' failed to satisfy constraint: Member must satisfy regular expression pattern/,
    ),
  },
  {
    rule: 'session policies have 2048 characters together at most',
    ask: able({ Policy: text(allow).padEnd(2049) }),
    ...answered(
      400,
      'PackedPolicyTooLarge',
      'Packed policy consumes 101% of allotted space, please use smaller policy.',
    ),
    permitted: able({ Policy: text(allow).padEnd(2048) }),
  },
  {
    rule: 'ARNs of session policies count among the 2048 characters',
    ask: able({
      Policy: text(allow).padEnd(2000),
      ...policies(`arn:aws:iam::${TARGET}:policy/only-s3`, `arn:aws:iam::${TARGET}:policy/only-assume`),
    }),
    ...answered(
      400,
      'PackedPolicyTooLarge',
      'Packed policy consumes 102% of allotted space, please use smaller policy.',
    ),
    permitted: able({
      Policy: text(allow).padEnd(1900),
      ...policies(`arn:aws:iam::${TARGET}:policy/only-s3`, `arn:aws:iam::${TARGET}:policy/only-assume`),
    }),
  },
  ...[
    ['is not there', `arn:aws:iam::${TARGET}:policy/gone`],
    ['belongs to the caller rather than to the role', `arn:aws:iam::${SOURCE}:policy/only-s3`],
    ['is AWS managed and not there', 'arn:aws:iam::aws:policy/NoSuchPolicy'],
    ['stands under another path', `arn:aws:iam::${TARGET}:policy/team/only-s3`],
    ['is written in other case', `arn:aws:iam::${TARGET}:policy/ONLY-S3`],
    ['is a role', ABLE],
    ['is of another partition', 'arn:aws-cn:iam::aws:policy/AdministratorAccess'],
  ].map(([which, arn = '']) => ({
    rule: `a session policy is refused that ${which}`,
    ask: able(policies(arn)),
    ...answered(400, 'ValidationError', `Policy ${arn} does not exist or is not attachable.`),
    permitted: able(policies(`arn:aws:iam::${TARGET}:policy/only-s3`, 'arn:aws:iam::aws:policy/AdministratorAccess')),
  })),
  {
    rule: 'a session policy ARN has to be one',
    ask: able(policies('a-policy-of-some-name')),
    ...answered(400, 'ValidationError', 'a-policy-of-some-name is invalid'),
  },
  {
    rule: 'a session policy ARN has 20 characters at least',
    ask: able(policies('arn:aws:iam::aws:p')),
    ...answered(
      400,
      'ValidationError',
      /at 'policyArns.1.member.arn' failed to satisfy constraint: Member must have length greater than or equal to 20$/,
    ),
  },
  {
    rule: 'there are ten session policy ARNs at most',
    ask: able(policies(...Array(11).fill(`arn:aws:iam::${TARGET}:policy/only-s3`))),
    ...answered(
      400,
      'ValidationError',
      "1 validation error detected: Value '[...]' at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to 10",
    ),
    permitted: able(policies(...Array(10).fill(`arn:aws:iam::${TARGET}:policy/only-s3`))),
  },
  {
    rule: 'whether a session policy exists is told to nobody who may not assume the role',
    ask: onto('Closed', policies(`arn:aws:iam::${TARGET}:policy/gone`)),
    ...denied('tess', roleArn('Closed')),
  },
]

const DUPLICATE = 'Duplicate tag keys found. Please note that Tag keys are case insensitive.'
const NOT_REQUESTED = 'The specified transitive tag key must be included in the requested tags.'
const INHERITED =
  "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session."
const many = (count: number) => tags(...Array.from({ length: count }, (_, index) => [`k${index}`, 'v'] as const))
const constraint = (member: string, clause: string) =>
  answered(400, 'ValidationError', new RegExp(`at '${member}' failed to satisfy constraint: ${clause}$`))
const tag = (rule: string, ask: Ask, answer: ReturnType<typeof answered>, permitted?: Ask): Refusal => ({
  rule,
  ask,
  ...answer,
  ...(permitted && { permitted }),
})
const invalid = (message: string) => answered(400, 'InvalidParameterValue', message)
const noTagging = (role: string, by = 'tess', tail = '') => denied(by, roleArn(role), tail, 'sts:TagSession')

const TAGS: readonly Refusal[] = [
  tag(
    '51 tags are refused',
    able(many(51)),
    answered(
      400,
      'ValidationError',
      "1 validation error detected: Value '[...]' at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50",
    ),
    able(many(50)),
  ),
  tag(
    'a tag key comes once',
    able(tags(['team', 'a'], ['team', 'b'])),
    invalid(DUPLICATE),
    able(tags(['team', 'a'], ['teams', 'b'])),
  ),
  tag('a tag key comes once, whatever its case', able(tags(['team', 'a'], ['TEAM', 'a'])), invalid(DUPLICATE)),
  tag(
    'a tag key comes once, whatever the case of letters beyond ASCII',
    able(tags(['Équipe', 'a'], ['équipe', 'b'])),
    invalid(DUPLICATE),
    able(tags(['Équipe', 'a'], ['equipe', 'b'])),
  ),
  tag(
    'a tag key comes once, in whatever forms of the same letters',
    able(tags(['team', 'a'], ['ｔｅａｍ', 'b'])),
    invalid(DUPLICATE),
  ),
  tag(
    'a tag key does not begin with aws: in full-width letters',
    able(tags(['ａＷｓ:team', 'a'])),
    invalid('The tag key ａＷｓ:team is reserved: it begins with aws:.'),
  ),
  tag(
    'a tag key does not begin with aws:',
    able(tags(['aws:team', 'a'])),
    invalid('The tag key aws:team is reserved: it begins with aws:.'),
    able(tags(['aws', 'a'])),
  ),
  tag(
    'a tag key does not begin with AWS:',
    able(tags(['Aws:team', 'a'])),
    invalid('The tag key Aws:team is reserved: it begins with aws:.'),
  ),
  tag(
    'a tag has a key',
    able({ 'Tags.member.1.Value': 'a' }),
    constraint('tags.1.member.key', 'Member must not be null'),
  ),
  tag(
    'a tag has a value',
    able({ 'Tags.member.1.Key': 'a' }),
    constraint('tags.1.member.value', 'Member must not be null'),
    able(tags(['a', ''])),
  ),
  tag('a tag key is not empty', able(tags(['', 'a'])), answered(400, 'ValidationError', /at 'tags.1.member.key'/)),
  tag(
    'a tag key has 128 characters at most',
    able(tags(['k'.repeat(129), 'a'])),
    constraint('tags.1.member.key', 'Member must have length less than or equal to 128'),
    able(tags(['k'.repeat(128), 'a'])),
  ),
  tag(
    'a tag value has 256 characters at most',
    able(tags(['k', 'v'.repeat(257)])),
    constraint('tags.1.member.value', 'Member must have length less than or equal to 256'),
    able(tags(['k', 'v'.repeat(256)])),
  ),
  tag(
    'a tag key has no asterisk',
    able(tags(['te*m', 'a'])),
    answered(
      400,
      'ValidationError',
      /at 'tags.1.member.key' failed to satisfy constraint: Member must satisfy regular expression pattern/,
    ),
    able(tags(['té m', 'ü +-=._:/@'])),
  ),
  tag(
    'a tag value has no comma',
    able(tags(['k', 'a,b'])),
    answered(400, 'ValidationError', /at 'tags.1.member.value'/),
  ),
  tag(
    'a transitive key is the key of a tag that is passed',
    able({ ...tags(['a', '1']), ...transitive('b') }),
    invalid(NOT_REQUESTED),
    able({ ...tags(['a', '1']), ...transitive('A') }),
  ),
  tag('a transitive key needs a tag', able(transitive('a')), invalid(NOT_REQUESTED)),
  tag(
    'a transitive tag is not inherited twice: no session changes it',
    onto('Able2', tags(['Project', 'red']), 'tagged'),
    invalid(INHERITED),
    onto('Able2', tags(['Shift', 'day']), 'tagged'),
  ),
  tag(
    'a transitive tag is not passed again, whatever its case',
    onto('Able2', tags(['PROJECT', 'blue']), 'tagged'),
    invalid(INHERITED),
  ),
  tag(
    'a transitive tag is not passed again in other forms of its letters',
    onto('Able2', tags(['ＰＲＯＪＥＣＴ', 'blue']), 'tagged'),
    invalid(INHERITED),
  ),
  tag(
    'a transitive tag is not passed again as a transitive one',
    onto('Able2', { ...tags(['project', 'red']), ...transitive('project') }, 'tagged'),
    invalid(INHERITED),
  ),
  tag(
    'tags that take more than all the room are refused',
    able(
      tags(
        ...Array.from(
          { length: 50 },
          (_, index) => [`${index}${noise(index)}`.slice(0, 128), noise(index + 50).slice(0, 256)] as const,
        ),
      ),
    ),
    answered(400, 'PackedPolicyTooLarge', /^Packed size of session tags consumes \d{3}% of allotted space\.$/),
  ),
  tag(
    'tags need sts:TagSession in the trust policy',
    onto('Untagged', tags(['a', '1'])),
    noTagging('Untagged'),
    onto('Untagged'),
  ),
  tag(
    'tags need sts:TagSession in the trust policy within an account too',
    onto('Untagged', tags(['a', '1']), 'target/tess'),
    noTagging('Untagged', 'target/tess'),
    onto('Untagged', {}, 'target/tess'),
  ),
  tag(
    'tags need sts:TagSession in the policies of the caller across accounts',
    able(tags(['a', '1']), 'plain'),
    noTagging('Able', 'plain'),
    able({}, 'plain'),
  ),
  tag(
    'an inherited tag needs sts:TagSession too',
    onto('Untagged', {}, 'tagged'),
    noTagging('Untagged', 'tagged'),
    onto('Untagged', {}, 'role'),
  ),
  tag(
    'a tag value that the trust policy does not want is refused',
    onto('BlueOnly', tags(['Project', 'red'])),
    noTagging('BlueOnly'),
    onto('BlueOnly', tags(['Project', 'blue'])),
  ),
  tag(
    'a tag value in other case is refused',
    onto('BlueOnly', tags(['project', 'Blue'])),
    noTagging('BlueOnly'),
    onto('BlueOnly', tags(['PROJECT', 'blue'])),
  ),
  tag(
    'a tag that the trust policy wants and that is not passed is refused',
    onto('BlueOnly', tags(['Shift', 'blue'])),
    noTagging('BlueOnly'),
  ),
  tag(
    'a tag key that the trust policy does not list is refused',
    onto('KnownKeys', tags(['Project', 'blue'], ['Secret', '1'])),
    noTagging('KnownKeys'),
    onto('KnownKeys', tags(['Project', 'blue'], ['Shift', '1'])),
  ),
  tag(
    'what is inherited is in sts:TransitiveTagKeys',
    onto('NothingInherited', {}, 'tagged'),
    noTagging('NothingInherited', 'tagged', ''),
    onto('NothingInherited', {}, 'role'),
  ),
  tag(
    'what is passed on is in sts:TransitiveTagKeys',
    onto('NothingInherited', { ...tags(['a', '1']), ...transitive('a') }),
    noTagging('NothingInherited'),
    onto('NothingInherited', tags(['a', '1'])),
  ),
  tag(
    'an inherited tag stands over the tag of the role: without it the role is not blue',
    onto('Resource', {}, 'role'),
    denied('role', roleArn('Resource')),
    onto('Resource', {}, 'tagged'),
  ),
  tag(
    'a tag that is passed is no tag of the role',
    onto('Resource', tags(['Project', 'blue'])),
    denied('tess', roleArn('Resource')),
  ),
  tag(
    'a session tag is a tag of the principal: without it the role does not trust',
    onto('Principal', {}, 'role'),
    denied('role', roleArn('Principal')),
    onto('Principal', {}, 'tagged'),
  ),
  tag(
    'a tag that is passed is no tag of the caller',
    onto('Principal', tags(['Shift', 'night'])),
    denied('tess', roleArn('Principal')),
  ),
]

const noNaming = (role: string, by = 'tess') => denied(by, roleArn(role), '', 'sts:SetSourceIdentity')
const naming = (SourceIdentity: string): Params => ({ SourceIdentity })

const IDENTITIES: readonly Refusal[] = [
  tag(
    'a source identity has two characters at least',
    able(naming('a')),
    constraint('sourceIdentity', 'Member must have length greater than or equal to 2'),
    able(naming('ab')),
  ),
  tag(
    'a source identity has 256 characters at most',
    able(naming('a'.repeat(257))),
    constraint('sourceIdentity', 'Member must have length less than or equal to 256'),
    able(naming('a'.repeat(256))),
  ),
  tag(
    'a source identity has no colon, so that it does not begin with aws:',
    able(naming('aws:tess')),
    answered(
      400,
      'ValidationError',
      /at 'sourceIdentity' failed to satisfy constraint: Member must satisfy regular expression pattern/,
    ),
  ),
  tag(
    'a source identity that is set does not change',
    onto('Able2', naming('somebody.else'), 'identified'),
    answered(400, 'ValidationError', 'The source identity is already set for this assume role session'),
    onto('Able2', naming('tess.real'), 'identified'),
  ),
  tag(
    'a source identity does not change in its case',
    onto('Able2', naming('Tess.real'), 'identified'),
    answered(400, 'ValidationError', 'The source identity is already set for this assume role session'),
  ),
  tag(
    'a source identity needs sts:SetSourceIdentity in the trust policy',
    onto('Unmarked', naming('tess')),
    noNaming('Unmarked'),
    onto('Unmarked'),
  ),
  tag(
    'a source identity needs sts:SetSourceIdentity in the policies of the caller across accounts',
    able(naming('plain'), 'plain'),
    noNaming('Able', 'plain'),
    able({}, 'plain'),
  ),
  tag(
    'an inherited source identity needs sts:SetSourceIdentity too',
    onto('Unmarked', {}, 'identified'),
    noNaming('Unmarked', 'identified'),
    onto('Unmarked', {}, 'role'),
  ),
  tag(
    'a source identity that is wanted and missing is refused as sts:AssumeRole',
    onto('Named'),
    denied('tess', roleArn('Named')),
    onto('Named', naming('tess.one')),
  ),
  tag(
    'a wrong source identity is refused as sts:SetSourceIdentity',
    onto('NamedWhenSet', naming('bob.one')),
    noNaming('NamedWhenSet'),
    onto('NamedWhenSet', naming('tess.one')),
  ),
  tag(
    'what is being set is not yet aws:SourceIdentity',
    onto('Known', naming('tess.real')),
    denied('tess', roleArn('Known')),
    onto('Known', {}, 'identified'),
  ),
  tag(
    'tags are refused before a source identity',
    onto('Unmarked', { ...tags(['a', '1']), ...naming('tess') }),
    noTagging('Unmarked'),
  ),
]

const CHAINS: readonly Refusal[] = [
  ...['role', 'token of tess', 'token of target/tess'].map((by) =>
    tag(
      `a role is assumed for an hour at most: ${by}`,
      able({ DurationSeconds: '3601' }, by),
      answered(
        400,
        'ValidationError',
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
      ),
      able({ DurationSeconds: '3600' }, by),
    ),
  ),
  tag(
    'the limit of the role is told before the limit of a chain',
    onto('Able2', { DurationSeconds: '7200' }, 'role'),
    answered(400, 'ValidationError', 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.'),
  ),
  tag(
    'a role assumes itself only where it trusts itself',
    onto('Closed', {}, 'role'),
    denied('role', roleArn('Closed')),
    able({}, 'role'),
  ),
]

/** What a session is limited and marked by, and what of it no session can have. */
export const TERMS_REFUSALS: readonly Refusal[] = [...POLICIES, ...TAGS, ...IDENTITIES, ...CHAINS]

/** Letters and digits without a pattern, the same each time: nothing packs them. */
function noise(seed: number): string {
  let state = seed + 1
  let letters = ''
  for (let index = 0; index < 256; index++) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    letters += (state % 36).toString(36)
  }
  return letters
}
