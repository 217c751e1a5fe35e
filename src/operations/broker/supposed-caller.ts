import type { Directory, RoleView } from '../../domain/directory/index.ts'
import {
  type AccountCaller,
  accountId,
  type EpochMillis,
  epochMillis,
  PLAIN_TERMS,
  parseArn,
  Violation,
} from '../../model/index.ts'
import { roleCaller, rootCaller, userCaller } from '../../pipeline/authentication/index.ts'
import { findPrincipal } from './find-principal.ts'

const SESSION = /^assumed-role\/([\w+=,.@-]{1,64})\/([\w+=,.@-]{2,64})$/
/** The session that is supposed when only a role is named. */
const SESSION_NAME = 'can'
const ONE_HOUR_MS = 3_600_000
/** No key and no token stand behind a caller who is only supposed. */
const NO_KEY = { accessKeyId: '' }

/**
 * The caller whom a principal would be, if they asked now. `undefined` when there is none.
 * @param principal - as for `findPrincipal`, where a role stands for a session of it; or the ARN of a role session
 */
export async function supposedCaller(
  principal: string,
  now: EpochMillis,
  directory: Directory,
): Promise<AccountCaller | undefined> {
  const arn = parseArn(principal)
  if (arn?.service === 'sts') {
    const [, roleName = '', sessionName = ''] = SESSION.exec(arn.resource) ?? []
    const account = accountId(arn.account)
    const role = account instanceof Violation ? undefined : await directory.roleNamed(account, roleName)
    const caller = role && sessionOf(role, sessionName, now, directory)
    // Partition, and the letters of the name, have to be as they would stand in the session's ARN.
    return caller?.arn === principal ? caller : undefined
  }
  const found = await findPrincipal(principal, directory)
  switch (found?.kind) {
    case 'user':
      return userCaller(found.user, NO_KEY)
    case 'role':
      return sessionOf(found.role, SESSION_NAME, now, directory)
    case 'root':
      return rootCaller(directory.partition, found.account, NO_KEY)
    case undefined:
      return undefined
  }
}

function sessionOf(role: RoleView, sessionName: string, now: EpochMillis, { partition }: Directory): AccountCaller {
  const { account, roleName, uniqueId } = role
  return roleCaller(partition, role, sessionName, {
    id: '',
    ...NO_KEY,
    account,
    holder: { kind: 'assumed-role', roleName, roleId: uniqueId, sessionName, chainDepth: 0 },
    issuedAt: now,
    expiresAt: epochMillis(now + ONE_HOUR_MS),
    terms: PLAIN_TERMS,
  })
}
