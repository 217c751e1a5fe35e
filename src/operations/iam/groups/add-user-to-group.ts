import { nameKey, QUOTAS } from '../../../domain/directory/index.ts'
import { defineChange } from '../define.ts'
import { existingGroup, existingUser } from '../existing.ts'
import { existingUserName, groupName } from '../iam-types.ts'
import { checkQuota } from '../quotas.ts'
import { onNamed } from '../targets.ts'
import { userKey } from '../users/users.ts'
import { groupKey } from './groups.ts'

/**
 * Makes a user a member of a group, from the next request on; who is one already stays one. Policies decide by the group.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddUserToGroup.html
 */
export const addUserToGroup = defineChange({
  action: 'iam:AddUserToGroup',

  parse: (params) =>
    params.collect({
      groupName: params.required('GroupName', groupName),
      userName: params.required('UserName', existingUserName),
    }),

  requires: ({ groupName }, caller, directory) => onNamed('iam:AddUserToGroup', 'group', groupName, caller, directory),

  async change({ input, account }, edit) {
    const user = await existingUser(edit, account, input.userName)
    const group = await existingGroup(edit, account, input.groupName)
    if (user.groups.some((name) => nameKey(account, name) === groupKey(group))) return undefined
    checkQuota('GroupsPerUser', user.groups.length, QUOTAS.groupsPerUser)
    edit.put('user', userKey(user), account, { ...user, groups: [...user.groups, group.groupName] })
    return undefined
  },
})
