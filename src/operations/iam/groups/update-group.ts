import { type Edit, type GroupBody, nameKey, reference } from '../../../domain/directory/index.ts'
import { EntityAlreadyExists, iamArn } from '../../../model/index.ts'
import { defineChange } from '../define.ts'
import { existingGroup } from '../existing.ts'
import { groupName, path } from '../iam-types.ts'
import { onNamed } from '../targets.ts'
import { userKey } from '../users/users.ts'
import { groupKey, putGroup } from './groups.ts'

/**
 * Gives a group another name or path, and with it another ARN; its members stay in it. Whoever does it needs the
 * permission for the group as it is and as it will be.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateGroup.html
 */
export const updateGroup = defineChange({
  action: 'iam:UpdateGroup',

  parse: (params) =>
    params.collect({
      groupName: params.required('GroupName', groupName),
      newPath: params.optional('NewPath', path, undefined),
      newGroupName: params.optional('NewGroupName', groupName, undefined),
    }),

  async requires({ groupName, newPath, newGroupName }, caller, directory) {
    const asIs = await onNamed('iam:UpdateGroup', 'group', groupName, caller, directory)
    const { account } = caller
    const group = await directory.group(account, groupName)
    if (group === undefined || (newPath === undefined && newGroupName === undefined)) return asIs
    const name = newGroupName ?? group.groupName
    const resource = iamArn(directory.partition, account, 'group', newPath ?? group.path, name)
    return [...asIs, { action: 'iam:UpdateGroup', resource }]
  },

  async change({ input, account }, edit) {
    const group = await existingGroup(edit, account, input.groupName)
    const renamed = {
      ...group,
      path: input.newPath ?? group.path,
      groupName: input.newGroupName ?? group.groupName,
    }
    // Another name in the same letters has the same key: its members are to name it anew all the same.
    if (renamed.groupName !== group.groupName) {
      if (groupKey(renamed) !== groupKey(group) && (await edit.stored('group', groupKey(renamed))) !== undefined) {
        throw new EntityAlreadyExists(`Group with name ${renamed.groupName} already exists.`)
      }
      edit.remove({ kind: 'group', key: groupKey(group), account })
      await takeMembersAlong(group, renamed, edit)
    }
    putGroup(edit, renamed)
    return undefined
  },
})

/** Members name their groups: each of them names it anew, all in the same commit. */
async function takeMembersAlong(group: GroupBody, renamed: GroupBody, edit: Edit): Promise<void> {
  const { account } = group
  const members = reference.group(account, group.groupName)
  const count = await edit.countReferring('user', members)
  for (const user of await edit.referring('user', members, count)) {
    const groups = user.groups.map((name) => (isSame(account, name, group) ? renamed.groupName : name))
    edit.put('user', userKey(user), account, { ...user, groups })
  }
}

function isSame(account: string, name: string, group: GroupBody): boolean {
  return nameKey(account, name) === groupKey(group)
}
