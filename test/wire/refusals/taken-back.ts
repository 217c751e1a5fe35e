import { closeAccount, revokeSessions, rotateKeys } from '../../../src/operations/broker/index.ts'
import type { KeyPurpose } from '../../../src/platform/keyring/index.ts'
import { type Actor, arnOf, PROVIDER, roleArn, TARGET } from '../cast.ts'
import type { Params } from '../wire-client.ts'
import { type Ask, answered, denied, type Hands, type Refusal } from './refusal.ts'

const INVALID = answered(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.')
/** How AWS's own policy refuses what comes with a token from before. */
const DENY = ' with an explicit deny in an identity-based policy'
const ABLE = roleArn('Able')
const HOUR = 3_600_000

const asks = (Action: string, by: Actor, params: Params = {}): Ask => ({
  by,
  params: { Action, RoleArn: undefined, RoleSessionName: undefined, ...params },
})
const whoIs = (by: Actor) => asks('GetCallerIdentity', by)
const assuming = (by: Actor): Ask => ({ by, params: { RoleArn: ABLE } })
const aboutKey = (by: Actor) => asks('GetAccessKeyInfo', by, { AccessKeyId: 'AKIAINACTIVE00000000' })
const token = (by: Actor) => asks('GetSessionToken', by)
const federating = (by: Actor) => asks('GetFederationToken', by, { Name: 'fay' })
const actionOf = ({ params }: Ask) => params?.['Action'] ?? 'AssumeRole'

type Kind = Parameters<typeof revokeSessions.requires>[0]['kind']
type Since = NonNullable<Refusal['since']>

const revoked =
  (kind: Kind, target: string): Since =>
  ({ node }) =>
    node.operate(revokeSessions, { kind, target })

/** Revokes what the actor signs with, by its access key id. */
const keyRevoked =
  (kind: Kind, actor: Actor): Since =>
  async ({ node, credentialsOf }) =>
    node.operate(revokeSessions, { kind, target: (await credentialsOf(actor)).accessKeyId })

const EVERY_KIND = ['role', 'token of tess', 'token of root', 'federated'].map(whoIs)

const SESSIONS: readonly Refusal[] = [
  ...[...EVERY_KIND, assuming('role'), aboutKey('role'), assuming('token of tess')].map((ask) => ({
    rule: `a session that is revoked by its access key proves nobody: ${actionOf(ask)} by ${ask.by}`,
    ask,
    since: keyRevoked('session', ask.by ?? ''),
    ...INVALID,
    permitted: whoIs('tagged'),
  })),
  {
    rule: 'a session that is revoked by its id proves nobody',
    ask: whoIs('role'),
    since: async (hands) => await revoked('session', await sessionIdOf('role', hands))(hands),
    ...INVALID,
    permitted: whoIs('tagged'),
  },
  {
    rule: 'a session that is revoked as an access key proves nobody',
    ask: whoIs('role'),
    since: keyRevoked('access-key', 'role'),
    ...INVALID,
    permitted: whoIs('tagged'),
  },
]

const ACCESS_KEYS: readonly Refusal[] = [whoIs, assuming, aboutKey, token, federating].map((asking) => ({
  rule: `an access key that is revoked proves nobody, and what it made goes on: ${actionOf(asking('tess'))}`,
  ask: asking('tess'),
  since: keyRevoked('access-key', 'tess'),
  ...INVALID,
  permitted: whoIs('role'),
}))

const ABLE_DENIED = denied('role', '*', DENY, 'sts:GetAccessKeyInfo')

/** As at AWS a policy ends what was issued until then: who asks is still told who they are. */
const PRINCIPALS: readonly Refusal[] = [
  {
    rule: 'a session of a role that is revoked may do nothing',
    ask: aboutKey('role'),
    since: revoked('role', ABLE),
    ...ABLE_DENIED,
    permitted: whoIs('role'),
  },
  {
    rule: 'a session of a role that is revoked as a principal may do nothing',
    ask: aboutKey('role'),
    since: revoked('principal', ABLE),
    ...ABLE_DENIED,
    permitted: whoIs('role'),
  },
  {
    rule: 'a session of a role that is revoked may assume no other',
    ask: assuming('role'),
    since: revoked('role', ABLE),
    ...denied('role', ABLE, DENY),
    permitted: assuming('tess'),
  },
  {
    rule: 'a session policy brings nothing back that is revoked',
    ask: assuming('leashed to assuming'),
    since: revoked('role', ABLE),
    ...denied('leashed to assuming', ABLE, DENY),
    permitted: whoIs('leashed to assuming'),
  },
  {
    rule: 'a token of a user whose sessions are revoked may do nothing, and their key may',
    ask: assuming('token of tess'),
    since: revoked('principal', arnOf('tess')),
    // In another account the reason is not told.
    ...denied('token of tess', ABLE),
    permitted: assuming('tess'),
  },
  {
    rule: 'a token of a user whose sessions are revoked may do nothing, and they are told why in their account',
    ask: assuming('token of target/tess'),
    since: revoked('principal', arnOf('target/tess')),
    ...denied('token of target/tess', ABLE, DENY),
    permitted: assuming('target/tess'),
  },
  ...['token of root', 'federated by root'].map((by) => ({
    rule: `a session that root asked for proves nobody once root is revoked: ${by}`,
    ask: whoIs(by),
    since: revoked('principal', arnOf('root')),
    ...INVALID,
    permitted: token('root'),
  })),
]

const PROVIDERS: readonly Refusal[] = [
  {
    rule: 'a session that began at a provider proves nobody once the provider is revoked',
    ask: { ...whoIs('alice'), forge: (_, { federated }) => federated },
    since: revoked('provider', PROVIDER),
    ...INVALID,
    permitted: whoIs('Courier:first'),
  },
]

/** Deletes users and roles of these names, by applying a directory without them. */
const deleted =
  (...names: readonly string[]): Since =>
  async ({ apply, directory }) => {
    const isLeft = (name: string) => !names.includes(name)
    await apply({
      Accounts: directory.Accounts.map(({ Users = [], Roles = [], ...account }) => ({
        ...account,
        Users: Users.filter(({ UserName }) => isLeft(UserName)),
        Roles: Roles.filter(({ RoleName }) => isLeft(RoleName)),
      })),
    })
  }

const madeAgain =
  (...names: readonly string[]): Since =>
  async (hands) => {
    await deleted(...names)(hands)
    await hands.apply(hands.directory)
  }

const GONE: readonly Refusal[] = (
  [
    ['deleted', deleted],
    ['deleted and made again', madeAgain],
  ] as const
).flatMap(([how, ending]) => [
  ...[whoIs('tess'), whoIs('token of tess'), assuming('token of tess'), whoIs('federated')].map((ask) => ({
    rule: `what a user had who is ${how} proves nobody: ${actionOf(ask)} by ${ask.by}`,
    ask,
    since: ending('tess'),
    ...INVALID,
    permitted: whoIs('role'),
  })),
  ...[whoIs('role'), assuming('role'), whoIs('leashed to reading')].map((ask) => ({
    rule: `a session of a role that is ${how} proves nobody: ${actionOf(ask)} by ${ask.by}`,
    ask,
    since: ending('Able'),
    ...INVALID,
    permitted: whoIs('token of tess'),
  })),
])

const CLOSED: readonly Refusal[] = [whoIs('role'), whoIs('token of target/tess'), whoIs('target/tess')].map((ask) => ({
  rule: `nothing of an account counts that is closed: GetCallerIdentity by ${ask.by}`,
  ask,
  since: ({ node }) => node.operate(closeAccount, { account: TARGET, delete: false }),
  ...INVALID,
  permitted: whoIs('token of tess'),
}))

const compromised =
  (purpose: KeyPurpose): Since =>
  ({ node }) =>
    node.operate(rotateKeys, { purpose, compromised: node.broker.keyring.active(purpose).id })

/** Another key takes over, and the one before is destroyed when every session under it is over. */
const replaced =
  (purpose: KeyPurpose): Since =>
  async ({ node }) => {
    const { keyring } = node.broker
    const { id } = keyring.active(purpose)
    await node.operate(rotateKeys, { purpose, compromised: undefined })
    for (let hours = 0; keyring.find(purpose, id) !== undefined; hours++) {
      if (hours > 24 * 7) throw new Error(`the ${purpose} key is not destroyed`)
      node.virtualClock?.advance(HOUR)
      await keyring.upkeep()
    }
  }

const KEYS: readonly Refusal[] = (['session-seal', 'session-secret'] as const).flatMap((purpose) => [
  ...EVERY_KIND.map((ask) => ({
    rule: `a session proves nobody once its ${purpose} key is compromised: ${actionOf(ask)} by ${ask.by}`,
    ask,
    since: compromised(purpose),
    ...INVALID,
    permitted: whoIs('tess'),
  })),
  {
    rule: `a session proves nobody once its ${purpose} key is destroyed`,
    ask: whoIs('role'),
    since: replaced(purpose),
    ...INVALID,
    permitted: whoIs('tess'),
  },
])

/** What was good, until somebody took it back or something it hangs on was gone. */
export const TAKEN_BACK_REFUSALS: readonly Refusal[] = [
  ...SESSIONS,
  ...ACCESS_KEYS,
  ...PRINCIPALS,
  ...PROVIDERS,
  ...GONE,
  ...CLOSED,
  ...KEYS,
]

async function sessionIdOf(actor: Actor, { node, credentialsOf }: Hands): Promise<string> {
  const { sessionToken = '' } = await credentialsOf(actor)
  return node.broker.sessions.open(sessionToken)?.session.id ?? ''
}
