/** The actions of IAM on users. @module */
import type { IamOperations } from '../define.ts'
import { existingUser } from '../existing.ts'
import { existingUserName } from '../iam-types.ts'
import { inlinePolicyActions } from '../inline-policies.ts'
import { tagActions } from '../tags.ts'
import { onNamed } from '../targets.ts'
import { createUser } from './create-user.ts'
import { deleteUser } from './delete-user.ts'
import { getUser } from './get-user.ts'
import { listUsers } from './list-users.ts'
import { updateUser } from './update-user.ts'
import { userKey } from './users.ts'

/** What can be asked of users. */
export const USER_ACTIONS: IamOperations = [
  ['CreateUser', createUser],
  ['DeleteUser', deleteUser],
  ['GetUser', getUser],
  ['ListUsers', listUsers],
  ['UpdateUser', updateUser],
  ...inlinePolicyActions({
    noun: 'User',
    kind: 'user',
    parse: existingUserName,
    find: existingUser,
    nameOf: ({ userName }) => userName,
    put: (edit, user) => edit.put('user', userKey(user), user.account, user),
  }),
  ...tagActions({
    noun: 'User',
    parameter: 'UserName',
    parse: existingUserName,
    find: existingUser,
    put: (edit, user) => edit.put('user', userKey(user), user.account, user),
    requires: (action, name, caller, directory, context) =>
      onNamed(action, 'user', name, caller, directory, context === undefined ? {} : { context }),
  }),
]
