import { DeleteConflict } from '../../../model/index.ts'
import { defineChange } from '../define.ts'
import { existingInstanceProfile } from '../existing.ts'
import { instanceProfileName } from '../iam-types.ts'
import { onNamed } from '../targets.ts'
import { instanceProfileKey } from './instance-profiles.ts'

/**
 * Deletes an instance profile that holds no role, even of instances that run with it: they are left without.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteInstanceProfile.html
 */
export const deleteInstanceProfile = defineChange({
  action: 'iam:DeleteInstanceProfile',

  parse: (params) =>
    params.collect({ instanceProfileName: params.required('InstanceProfileName', instanceProfileName) }),

  requires: ({ instanceProfileName: name }, caller, directory) =>
    onNamed('iam:DeleteInstanceProfile', 'instance-profile', name, caller, directory),

  async change({ input, account }, edit) {
    const profile = await existingInstanceProfile(edit, account, input.instanceProfileName)
    if (profile.roleName !== undefined) {
      throw new DeleteConflict('Cannot delete entity, must remove roles from instance profile first.')
    }
    edit.remove({ kind: 'instance-profile', key: instanceProfileKey(profile), account })
    return undefined
  },
})
