import type { RoleView, SamlProviderView, UserView } from '../../domain/directory/index.ts'
import type { SamlIdentity, WebIdentity } from '../../domain/federation/index.ts'
import {
  type AccountId,
  assumedRoleArn,
  type EpochMillis,
  epochMillis,
  type FederatedCaller,
  federatedUserArn,
  overlaid,
  PLAIN_TERMS,
  type RoleCaller,
  type RootCaller,
  rootArn,
  type SamlCaller,
  type Session,
  type UserCaller,
  type WebIdentityCaller,
} from '../../model/index.ts'

/** The credential that a caller signs with: a session, or the id of a long-term key. */
type Credential = Session | Pick<Session, 'accessKeyId'>

/** The root user of an account, as the caller whom its key or session proves. */
export function rootCaller(partition: string, account: AccountId, credential: Credential): RootCaller {
  const arn = rootArn(partition, account)
  const { accessKeyId } = credential
  return {
    kind: 'root',
    account,
    arn,
    principalArn: arn,
    userId: account,
    accessKeyId,
    tags: [],
    session: sessionOf(credential),
  }
}

/** A user, as the caller whom their key or session proves. */
export function userCaller(user: UserView, credential: Credential): UserCaller {
  const { account, arn, uniqueId, tags, userName } = user
  const session = sessionOf(credential)
  return {
    kind: 'user',
    account,
    arn,
    principalArn: arn,
    userId: uniqueId,
    uniqueId,
    accessKeyId: credential.accessKeyId,
    tags,
    userName,
    session,
  }
}

/** A session of a role, as the caller whom its token proves. */
export function roleCaller(partition: string, role: RoleView, sessionName: string, session: Session): RoleCaller {
  const { account } = session
  return {
    kind: 'assumed-role',
    account,
    arn: assumedRoleArn(partition, account, role.roleName, sessionName),
    principalArn: role.arn,
    userId: `${role.uniqueId}:${sessionName}`,
    uniqueId: role.uniqueId,
    accessKeyId: session.accessKeyId,
    tags: overlaid(role.tags, session.terms.tags),
    session,
  }
}

const ONE_HOUR_MS = 3_600_000

/** A session of a role that nobody has, as the caller whom its token would prove: for questions that nobody acts on. */
export function supposedRoleCaller(
  partition: string,
  role: RoleView,
  sessionName: string,
  now: EpochMillis,
): RoleCaller {
  const { account, roleName, uniqueId } = role
  return roleCaller(partition, role, sessionName, {
    id: '',
    accessKeyId: '',
    account,
    holder: { kind: 'assumed-role', roleName, roleId: uniqueId, sessionName, chainDepth: 0 },
    issuedAt: now,
    expiresAt: epochMillis(now + ONE_HOUR_MS),
    terms: PLAIN_TERMS,
  })
}

/**
 * A federated user, as the caller whom the token proves.
 * @param issuer - the user who asked for the session; `undefined`: the root user did
 */
export function federatedCaller(
  partition: string,
  name: string,
  issuer: UserView | undefined,
  session: Session,
): FederatedCaller {
  const { account } = session
  const arn = federatedUserArn(partition, account, name)
  return {
    kind: 'federated-user',
    account,
    arn,
    principalArn: arn,
    userId: `${account}:${name}`,
    accessKeyId: session.accessKeyId,
    tags: overlaid(issuer?.tags ?? [], session.terms.tags),
    session,
    issuer: issuer && { arn: issuer.arn, userName: issuer.userName, uniqueId: issuer.uniqueId },
  }
}

function sessionOf(credential: Credential): Session | undefined {
  return 'terms' in credential ? credential : undefined
}

/** Whom a provider of an account vouches for, as the caller whom a token proves. */
export function webIdentityCaller(
  account: AccountId,
  provider: string,
  { authorizedByIdp, keys, ...proven }: WebIdentity,
): WebIdentityCaller {
  const all = new Map([...keys, ['sts:roleauthorizedbyidp', String(authorizedByIdp)]])
  return { kind: 'web-identity', account, provider, keys: all, ...proven }
}

/** Whom a provider of an account vouches for, as the caller whom an assertion proves. */
export function samlCaller(
  { account, arn: provider, singleUse }: SamlProviderView,
  { isForOneUse, ...identity }: SamlIdentity,
): SamlCaller {
  // What AWS makes of OneTimeUse is not documented: it is taken at its word.
  return { kind: 'saml', account, provider, singleUse: singleUse || isForOneUse, ...identity }
}
