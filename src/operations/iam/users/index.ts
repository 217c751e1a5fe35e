/** The actions of IAM on users. @module */
import type { Edit, UserBody } from '../../../domain/directory/index.ts'
import { attachmentActions } from '../attachments.ts'
import type { IamOperations } from '../define.ts'
import { existingUser } from '../existing.ts'
import { existingUserName, userName } from '../iam-types.ts'
import { inlinePolicyActions } from '../inline-policies.ts'
import { tagActions } from '../tags.ts'
import { onNamed } from '../targets.ts'
import { createUser } from './create-user.ts'
import { deleteUser } from './delete-user.ts'
import { deleteUserPermissionsBoundary } from './delete-user-permissions-boundary.ts'
import { getUser } from './get-user.ts'
import { listUsers } from './list-users.ts'
import { putUserPermissionsBoundary } from './put-user-permissions-boundary.ts'
import { updateUser } from './update-user.ts'
import { userKey } from './users.ts'

const put = (edit: Edit, user: UserBody) => edit.put('user', userKey(user), user.account, user)

/** What can be asked of users. */
export const USER_ACTIONS: IamOperations = [
  ['CreateUser', createUser],
  ['DeleteUser', deleteUser],
  ['DeleteUserPermissionsBoundary', deleteUserPermissionsBoundary],
  ['GetUser', getUser],
  ['ListUsers', listUsers],
  ['PutUserPermissionsBoundary', putUserPermissionsBoundary],
  ['UpdateUser', updateUser],
  ...attachmentActions({ noun: 'User', kind: 'user', parse: userName, find: existingUser, put }),
  ...inlinePolicyActions({
    noun: 'User',
    kind: 'user',
    parse: existingUserName,
    find: existingUser,
    nameOf: ({ userName }) => userName,
    put,
  }),
  ...tagActions({
    noun: 'User',
    parameter: 'UserName',
    parse: existingUserName,
    find: existingUser,
    put,
    requires: (action, name, caller, directory, context) =>
      onNamed(action, 'user', name, caller, directory, context === undefined ? {} : { context }),
  }),
]
