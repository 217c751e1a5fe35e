import { nameKey, type UserBody } from '../../../domain/directory/index.ts'
import { type AccountCaller, iamArn, ValidationError } from '../../../model/index.ts'
import { answeredTags } from '../tags.ts'

/**
 * The name of the user that an action is on: the one that is named, or else the one who signed.
 * @throws {@link ValidationError} when nobody is named and no user signed
 */
export function userNameOr(named: string | undefined, caller: AccountCaller): string {
  if (named !== undefined) return named
  if (caller.kind === 'user') return caller.userName
  throw new ValidationError('Must specify userName when calling with non-User credentials')
}

/** The key that a user is kept under. */
export function userKey({ account, userName }: Pick<UserBody, 'account' | 'userName'>): string {
  return nameKey(account, userName)
}

/** A user as lists answer it. */
export function answeredUser(user: UserBody, partition: string) {
  return {
    Path: user.path,
    UserName: user.userName,
    UserId: user.uniqueId,
    Arn: iamArn(partition, user.account, 'user', user.path, user.userName),
    CreateDate: new Date(user.createdAt),
  }
}

/** A user as actions on it alone answer it. */
export function answeredUserInFull(user: UserBody, partition: string) {
  return {
    ...answeredUser(user, partition),
    PermissionsBoundary: answeredBoundary(user.permissionsBoundary),
    Tags: answeredTags(user.tags),
  }
}

/** A permissions boundary as actions answer it. */
export function answeredBoundary(arn: string | undefined) {
  return arn === undefined ? undefined : { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: arn }
}
