import { NoSuchEntity } from '../../../model/index.ts'
import { defineChange } from '../define.ts'
import { existingUser } from '../existing.ts'
import { userName } from '../iam-types.ts'
import { onNamed } from '../targets.ts'
import { userKey } from './users.ts'

/**
 * Takes the permissions boundary of a user away. Policies that restrict who may do that see the boundary that is there.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPermissionsBoundary.html
 */
export const deleteUserPermissionsBoundary = defineChange({
  action: 'iam:DeleteUserPermissionsBoundary',
  parse: (params) => params.collect({ userName: params.required('UserName', userName) }),
  requires: ({ userName }, caller, directory) =>
    onNamed('iam:DeleteUserPermissionsBoundary', 'user', userName, caller, directory, { tellsBoundary: true }),

  async change({ input, account }, edit) {
    const user = await existingUser(edit, account, input.userName)
    // How AWS words it is not documented.
    if (user.permissionsBoundary === undefined) {
      throw new NoSuchEntity(`The user with name ${user.userName} has no permissions boundary.`)
    }
    edit.put('user', userKey(user), account, { ...user, permissionsBoundary: undefined })
    return undefined
  },
})
