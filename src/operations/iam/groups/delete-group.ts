import { reference } from '../../../domain/directory/index.ts'
import { DeleteConflict } from '../../../model/index.ts'
import { defineChange } from '../define.ts'
import { existingGroup } from '../existing.ts'
import { groupName } from '../iam-types.ts'
import { onNamed } from '../targets.ts'
import { groupKey } from './groups.ts'

/** Deletes a group that nobody is in and nothing hangs on. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroup.html */
export const deleteGroup = defineChange({
  action: 'iam:DeleteGroup',
  parse: (params) => params.collect({ groupName: params.required('GroupName', groupName) }),
  requires: ({ groupName }, caller, directory) => onNamed('iam:DeleteGroup', 'group', groupName, caller, directory),

  async change({ input, account }, edit) {
    const group = await existingGroup(edit, account, input.groupName)
    const members = await edit.countReferring('user', reference.group(account, group.groupName))
    // In which order AWS looks is not documented.
    const conflict =
      (members > 0 && 'must remove users from group first.') ||
      (group.managedPolicyArns.length > 0 && 'must detach all policies first.') ||
      (group.policies.length > 0 && 'must delete policies first.')
    if (conflict) throw new DeleteConflict(`Cannot delete entity, ${conflict}`)
    edit.remove({ kind: 'group', key: groupKey(group), account })
    return undefined
  },
})
