import { checkBoundary } from '../boundaries.ts'
import { defineChange } from '../define.ts'
import { existingUser } from '../existing.ts'
import { arnText, userName } from '../iam-types.ts'
import { onNamed } from '../targets.ts'
import { userKey } from './users.ts'

/**
 * Sets the permissions boundary of a user. Policies that restrict who may do that see the boundary that is to be.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPermissionsBoundary.html
 */
export const putUserPermissionsBoundary = defineChange({
  action: 'iam:PutUserPermissionsBoundary',

  parse: (params) =>
    params.collect({
      userName: params.required('UserName', userName),
      permissionsBoundary: params.required('PermissionsBoundary', arnText),
    }),

  requires: ({ userName, permissionsBoundary }, caller, directory) =>
    onNamed('iam:PutUserPermissionsBoundary', 'user', userName, caller, directory, {
      context: new Map([['iam:permissionsboundary', permissionsBoundary]]),
    }),

  async change({ input: { userName, permissionsBoundary }, account }, edit, { directory }) {
    const user = await existingUser(edit, account, userName)
    await checkBoundary(permissionsBoundary, account, edit, directory)
    edit.put('user', userKey(user), account, { ...user, permissionsBoundary })
    return undefined
  },
})
