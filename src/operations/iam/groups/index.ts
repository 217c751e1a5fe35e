/** The actions of IAM on groups, and on who is in them. A group is no principal: nothing is ever asked in its name. @module */
import { attachmentActions } from '../attachments.ts'
import type { IamOperations } from '../define.ts'
import { existingGroup } from '../existing.ts'
import { groupName } from '../iam-types.ts'
import { inlinePolicyActions } from '../inline-policies.ts'
import { addUserToGroup } from './add-user-to-group.ts'
import { createGroup } from './create-group.ts'
import { deleteGroup } from './delete-group.ts'
import { getGroup } from './get-group.ts'
import { putGroup } from './groups.ts'
import { listGroups } from './list-groups.ts'
import { listGroupsForUser } from './list-groups-for-user.ts'
import { removeUserFromGroup } from './remove-user-from-group.ts'
import { updateGroup } from './update-group.ts'

/** What can be asked of groups. */
export const GROUP_ACTIONS: IamOperations = [
  ['AddUserToGroup', addUserToGroup],
  ['CreateGroup', createGroup],
  ['DeleteGroup', deleteGroup],
  ['GetGroup', getGroup],
  ['ListGroups', listGroups],
  ['ListGroupsForUser', listGroupsForUser],
  ['RemoveUserFromGroup', removeUserFromGroup],
  ['UpdateGroup', updateGroup],
  ...attachmentActions({ noun: 'Group', kind: 'group', parse: groupName, find: existingGroup, put: putGroup }),
  ...inlinePolicyActions({
    noun: 'Group',
    kind: 'group',
    parse: groupName,
    find: existingGroup,
    nameOf: ({ groupName }) => groupName,
    put: putGroup,
  }),
]
