import { nameKey } from '../../../domain/directory/index.ts'
import { NoSuchEntity } from '../../../model/index.ts'
import { defineChange } from '../define.ts'
import { existingGroup, existingUser } from '../existing.ts'
import { existingUserName, groupName } from '../iam-types.ts'
import { onNamed } from '../targets.ts'
import { userKey } from '../users/users.ts'
import { groupKey } from './groups.ts'

/**
 * Takes a user out of a group, from the next request on. Policies decide by the group.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveUserFromGroup.html
 */
export const removeUserFromGroup = defineChange({
  action: 'iam:RemoveUserFromGroup',

  parse: (params) =>
    params.collect({
      groupName: params.required('GroupName', groupName),
      userName: params.required('UserName', existingUserName),
    }),

  requires: ({ groupName }, caller, directory) =>
    onNamed('iam:RemoveUserFromGroup', 'group', groupName, caller, directory),

  async change({ input, account }, edit) {
    const user = await existingUser(edit, account, input.userName)
    const group = await existingGroup(edit, account, input.groupName)
    const groups = user.groups.filter((name) => nameKey(account, name) !== groupKey(group))
    // What AWS answers for who is in the group no more is not documented.
    if (groups.length === user.groups.length) {
      throw new NoSuchEntity(`User ${user.userName} is not in group ${group.groupName}.`)
    }
    edit.put('user', userKey(user), account, { ...user, groups })
    return undefined
  },
})
