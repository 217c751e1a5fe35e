import type { DirectoryInput } from '../../src/index.ts'

/** Whose people ask. */
export const SOURCE = '111111111111'
/** Whose roles are asked for. */
export const TARGET = '222222222222'

type Account = DirectoryInput['Accounts'][number]
type User = NonNullable<Account['Users']>[number]
/** A role of a directory. */
export type Role = NonNullable<Account['Roles']>[number]
/** A statement of a policy document. */
export type Statement = Readonly<Record<string, unknown>>

const MAY = { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }
const MAY_NOT = { ...MAY, Effect: 'Deny' }
const mayAssume = { Policies: [named('may', MAY)] }
const mayAll = { Policies: [named('all', { Effect: 'Allow', Action: '*', Resource: '*' })] }

/** In both accounts, so that a rule can be asked within an account and across. */
function everywhere(account: string): readonly User[] {
  const bounded = (policy: string) => ({
    ...mayAssume,
    PermissionsBoundary: `arn:aws:iam::${account}:policy/${policy}`,
  })
  return [
    { UserName: 'bob', ...mayAssume },
    { UserName: 'idle' },
    { UserName: 'tess', ...mayAll, Tags: [{ Key: 'Team', Value: 'core' }] },
    { UserName: 'plain', Policies: [named('plain', { ...MAY, Action: ['sts:AssumeRole', 'sts:GetFederationToken'] })] },
    { UserName: 'narrow', Policies: [named('elsewhere', { ...MAY, Resource: roleArn('Elsewhere') })] },
    { UserName: 'forbidden', Policies: [named('may', MAY), named('may-not', MAY_NOT)] },
    { UserName: 'denied', ManagedPolicyArns: ['arn:aws:iam::aws:policy/AWSDenyAll'] },
    { UserName: 'member', ...mayAssume, Groups: ['frozen'] },
    { UserName: 'bounded', ...bounded('only-s3') },
    { UserName: 'capped', ...bounded('all-but-assume') },
  ]
}

const SOURCE_USERS: readonly User[] = [
  ...everywhere(SOURCE),
  { UserName: 'alice', ...mayAssume, Tags: [{ Key: 'team', Value: 'core' }] },
  { UserName: 'bobby', ...mayAssume },
  { UserName: 'carol', Path: '/team/', ...mayAssume },
  { UserName: 'Courier', ...mayAssume },
]

/** Where a session begins that no request of these tests can begin. */
export const PROVIDER = `arn:aws:iam::${SOURCE}:oidc-provider/idp.example.com`

/** A long-term key that is switched off. */
export const INACTIVE_KEY = { accessKeyId: 'AKIAINACTIVE00000000', secretAccessKey: 'a-secret-that-is-known' }

/**
 * Who signs: a user of the source account, `target/USER`, `root`, a session `ROLE:NAME` of one of these, or a session
 * that the table {@link SESSIONS} makes.
 */
export type Actor = string

/** How a session is made that more can be said of than its role and name. */
export interface MadeSession {
  readonly by: Actor
  readonly params: Readonly<Record<string, string | readonly string[]>>
  readonly arn: string
}

const FEDERATED = `arn:aws:sts::${SOURCE}:federated-user`
const assumed = (role: string, by: Actor, params: MadeSession['params'] = {}): MadeSession => ({
  by,
  params: { Action: 'AssumeRole', RoleArn: roleArn(role), RoleSessionName: 'made', ...params },
  arn: `arn:aws:sts::${TARGET}:assumed-role/${role}/made`,
})
const allowing = (Action: string | readonly string[]) =>
  JSON.stringify(policy({ Effect: 'Allow', Action, Resource: '*' }))

/** Sessions by what is particular to them. */
export const SESSIONS: Readonly<Record<string, MadeSession>> = {
  'token of tess': { by: 'tess', params: { Action: 'GetSessionToken' }, arn: `arn:aws:iam::${SOURCE}:user/tess` },
  'token of target/tess': {
    by: 'target/tess',
    params: { Action: 'GetSessionToken' },
    arn: `arn:aws:iam::${TARGET}:user/tess`,
  },
  'token of root': { by: 'root', params: { Action: 'GetSessionToken' }, arn: `arn:aws:iam::${SOURCE}:root` },
  federated: {
    by: 'tess',
    params: { Action: 'GetFederationToken', Name: 'fred', Policy: allowing('*') },
    arn: `${FEDERATED}/fred`,
  },
  'federated by root': {
    by: 'root',
    params: { Action: 'GetFederationToken', Name: 'rita', Policy: allowing('*') },
    arn: `${FEDERATED}/rita`,
  },
  role: assumed('Able', 'tess'),
  'leashed to reading': assumed('Able', 'tess', { Policy: allowing('s3:GetObject') }),
  'leashed to assuming': assumed('Able', 'tess', { Policy: allowing('sts:AssumeRole') }),
  'leashed by a denial': assumed('Able', 'tess', {
    Policy: JSON.stringify(policy({ Effect: 'Allow', Action: '*', Resource: '*' }, { ...MAY_NOT, Action: 'sts:*' })),
  }),
  'leashed by a managed policy': assumed('Able', 'tess', {
    'PolicyArns.member.1.arn': `arn:aws:iam::${TARGET}:policy/only-s3`,
  }),
  'leashed by two that add up': assumed('Able', 'tess', {
    Policy: allowing('sts:TagSession'),
    'PolicyArns.member.1.arn': `arn:aws:iam::${TARGET}:policy/only-assume`,
  }),
  tagged: assumed('Able', 'tess', {
    'Tags.member.1.Key': 'Project',
    'Tags.member.1.Value': 'blue',
    'Tags.member.2.Key': 'Shift',
    'Tags.member.2.Value': 'night',
    'TransitiveTagKeys.member.1': 'project',
  }),
  identified: assumed('Able', 'tess', { SourceIdentity: 'tess.real' }),
}

/** The roles whose sessions call, and their accounts. */
const SESSION_ROLES: Readonly<
  Record<string, { readonly account: string; readonly settings: Omit<Role, 'RoleName' | 'AssumeRolePolicyDocument'> }>
> = {
  Courier: { account: SOURCE, settings: mayAssume },
  Mute: { account: SOURCE, settings: {} },
  Operations: { account: TARGET, settings: { ...mayAssume, Path: '/ops/' } },
}

/** The role that a session actor is a session of. */
export function sessionOf(actor: Actor): { readonly role: string; readonly name: string } | undefined {
  const [role = '', name] = actor.split(':')
  const { account, settings } = SESSION_ROLES[role] ?? {}
  if (name === undefined || account === undefined) return undefined
  return { role: `arn:aws:iam::${account}:role${settings?.Path ?? '/'}${role}`, name }
}

/** How refusals and GetCallerIdentity name an actor. */
export function arnOf(actor: Actor): string {
  const made = SESSIONS[actor]
  if (made !== undefined) return made.arn
  const [role = '', session] = actor.split(':')
  if (session !== undefined) return `arn:aws:sts::${SESSION_ROLES[role]?.account}:assumed-role/${role}/${session}`
  if (actor === 'root') return `arn:aws:iam::${SOURCE}:root`
  if (actor.startsWith('target/')) return `arn:aws:iam::${TARGET}:user/${actor.slice('target/'.length)}`
  return `arn:aws:iam::${SOURCE}:user${actor === 'carol' ? '/team/' : '/'}${actor}`
}

/** The ARN of a role in the target account. */
export function roleArn(name: string, path = '/'): string {
  return `arn:aws:iam::${TARGET}:role${path}${name}`
}

/** A trust policy, or any other. */
export function policy(...statements: readonly Statement[]) {
  return { Version: '2012-10-17', Statement: statements }
}

/** Trusts whoever is named, by ARN or account. */
export function trusting(...principals: readonly string[]): Statement {
  return { Effect: 'Allow', Principal: { AWS: principals }, Action: 'sts:AssumeRole' }
}

/** A directory with the whole cast, and these roles in the target account. */
export function directoryWith(roles: readonly Role[]): DirectoryInput {
  const source = accountOf(SOURCE, SOURCE_USERS)
  const target = accountOf(TARGET, everywhere(TARGET))
  return {
    Accounts: [
      { ...source, Alias: 'source', Root: { AccessKeys: [{}] } },
      { ...target, Alias: 'target', Roles: [...(target.Roles ?? []), ...roles] },
    ],
  }
}

function accountOf(Id: string, users: readonly User[]): Account {
  const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = INACTIVE_KEY
  const inactive = { AccessKeyId, SecretAccessKey, Status: 'Inactive' as const }
  const roles = Object.entries(SESSION_ROLES).filter(([, { account }]) => account === Id)
  const onlyS3 = policy({ Effect: 'Allow', Action: 's3:*', Resource: '*' })
  const allButAssume = policy({ Effect: 'Allow', Action: '*', Resource: '*' }, MAY_NOT)
  return {
    Id,
    Users: users.map((user) => ({ ...user, AccessKeys: user.UserName === 'alice' ? [{}, inactive] : [{}] })),
    Groups: [{ GroupName: 'frozen', Policies: [named('may-not', MAY_NOT)] }],
    ManagedPolicies: [
      { ManagedPolicyName: 'only-s3', PolicyDocument: onlyS3 },
      { ManagedPolicyName: 'all-but-assume', PolicyDocument: allButAssume },
      { ManagedPolicyName: 'only-assume', PolicyDocument: policy(MAY) },
    ],
    Roles: roles.map(([RoleName, { settings }]) => ({
      ...settings,
      RoleName,
      AssumeRolePolicyDocument: policy(trusting(arnOf('alice'))),
    })),
  }
}

function named(PolicyName: string, ...statements: readonly Statement[]) {
  return { PolicyName, PolicyDocument: policy(...statements) }
}
