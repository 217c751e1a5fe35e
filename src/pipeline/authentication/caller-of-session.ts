import type { Directory, UserView } from '../../domain/directory/index.ts'
import type { EndedEarly, Sessions } from '../../domain/sessions/index.ts'
import {
  type AccountCaller,
  type AccountId,
  type EpochMillis,
  ExpiredToken,
  InvalidClientTokenId,
  type Session,
  type UserHolder,
} from '../../model/index.ts'
import { federatedCaller, roleCaller, rootCaller, userCaller } from './callers.ts'

/** What a session is judged by. */
export interface SessionSources {
  readonly directory: Directory
  readonly sessions: Sessions
  readonly endedEarly?: EndedEarly | undefined
}

/**
 * Who acts with a session, if it still counts: expiry before revocation, and that before whether anybody is still there.
 * @throws {@link ExpiredToken} when it is over
 * @throws {@link InvalidClientTokenId} when it does not count, whatever the reason
 */
export async function callerOfSession(
  session: Session,
  now: EpochMillis,
  { directory, endedEarly }: Pick<SessionSources, 'directory' | 'endedEarly'>,
): Promise<AccountCaller> {
  if (session.expiresAt <= now || endedEarly?.cover(session)) throw new ExpiredToken()
  if (await directory.isRevoked(session)) throw new InvalidClientTokenId('the session is revoked')
  const account = await directory.account(session.account)
  // A number that was free again is another account's: its root is nobody's session from before.
  if (account === undefined || account.createdAt > session.issuedAt) {
    throw new InvalidClientTokenId('the account of the session is gone')
  }
  return await sessionHolder(session, directory)
}

/**
 * The session of a token, as long as it proves somebody; `undefined` from when a signature with it would be refused.
 * For whoever handed it out: nobody signed anything.
 */
export async function sessionThatCounts(
  token: string,
  now: EpochMillis,
  parts: SessionSources,
): Promise<Session | undefined> {
  const opened = parts.sessions.open(token)
  if (opened === undefined) return undefined
  try {
    await callerOfSession(opened.session, now, parts)
    return opened.session
  } catch (error) {
    if (error instanceof ExpiredToken || error instanceof InvalidClientTokenId) return undefined
    throw error
  }
}

/** Whoever a session was made for, if they are still there. */
async function sessionHolder(session: Session, directory: Directory): Promise<AccountCaller> {
  const { account, holder } = session
  const { partition } = directory
  switch (holder.kind) {
    case 'assumed-role': {
      const role = await directory.roleNamed(account, holder.roleName)
      if (role?.uniqueId !== holder.roleId) throw new InvalidClientTokenId('the role of the session is gone')
      return roleCaller(partition, role, holder.sessionName, session)
    }
    case 'user':
      return userCaller(await userOf(account, holder, directory), session)
    case 'root':
      return rootCaller(partition, account, session)
    case 'federated-user': {
      const issuer = holder.issuer && (await userOf(account, holder.issuer, directory))
      return federatedCaller(partition, holder.name, issuer, session)
    }
  }
}

async function userOf(account: AccountId, { userName, userId }: UserHolder, directory: Directory): Promise<UserView> {
  const user = await directory.user(account, userName)
  if (user?.uniqueId !== userId) throw new InvalidClientTokenId('the user of the session is gone')
  return user
}
