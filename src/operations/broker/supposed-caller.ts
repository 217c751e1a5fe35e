import type { Directory } from '../../domain/directory/index.ts'
import { type AccountCaller, accountId, type EpochMillis, parseArn, Violation } from '../../model/index.ts'
import { rootCaller, supposedRoleCaller, userCaller } from '../../pipeline/authentication/index.ts'
import { findPrincipal } from './find-principal.ts'

const SESSION = /^assumed-role\/([\w+=,.@-]{1,64})\/([\w+=,.@-]{2,64})$/
/** The session that is supposed when only a role is named. */
const SESSION_NAME = 'can'
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
    const caller = role && supposedRoleCaller(directory.partition, role, sessionName, now)
    // Partition, and the letters of the name, have to be as they would stand in the session's ARN.
    return caller?.arn === principal ? caller : undefined
  }
  const found = await findPrincipal(principal, directory)
  switch (found?.kind) {
    case 'user':
      return userCaller(found.user, NO_KEY)
    case 'role':
      return supposedRoleCaller(directory.partition, found.role, SESSION_NAME, now)
    case 'root':
      return rootCaller(directory.partition, found.account, NO_KEY)
    case undefined:
      return undefined
  }
}
