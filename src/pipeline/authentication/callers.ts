import type { RoleView, UserView } from '../../domain/directory/index.ts'
import {
  type AccountId,
  assumedRoleArn,
  type RoleCaller,
  type RootCaller,
  rootArn,
  type Session,
  type UserCaller,
} from '../../model/index.ts'

/** The root user of an account, as the caller whom its key proves. */
export function rootCaller(partition: string, account: AccountId, accessKeyId: string): RootCaller {
  const arn = rootArn(partition, account)
  return { kind: 'root', account, arn, principalArn: arn, userId: account, accessKeyId, tags: [] }
}

/** A user, as the caller whom their key proves. */
export function userCaller({ account, arn, uniqueId, tags, userName }: UserView, accessKeyId: string): UserCaller {
  return { kind: 'user', account, arn, principalArn: arn, userId: uniqueId, uniqueId, accessKeyId, tags, userName }
}

/** A session of a role, as the caller whom its token proves. */
export function roleCaller(partition: string, role: RoleView, session: Session): RoleCaller {
  const { account, accessKeyId, sessionName } = session
  return {
    kind: 'assumed-role',
    account,
    arn: assumedRoleArn(partition, account, role.roleName, sessionName),
    principalArn: role.arn,
    userId: `${role.uniqueId}:${sessionName}`,
    uniqueId: role.uniqueId,
    accessKeyId,
    tags: role.tags,
    session,
  }
}
