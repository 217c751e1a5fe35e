import { NoSuchEntity } from '../../../model/index.ts'
import { defineChange } from '../define.ts'
import { existingInstanceProfile, existingRole } from '../existing.ts'
import { instanceProfileName, roleName } from '../iam-types.ts'
import { checkUnprotected } from '../protected-roles.ts'
import { roleKey } from '../roles/roles.ts'
import { onNamed } from '../targets.ts'
import { instanceProfileKey } from './instance-profiles.ts'

/**
 * Takes the role out of an instance profile: instances that run with it get no credentials any more.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveRoleFromInstanceProfile.html
 */
export const removeRoleFromInstanceProfile = defineChange({
  action: 'iam:RemoveRoleFromInstanceProfile',

  parse: (params) =>
    params.collect({
      instanceProfileName: params.required('InstanceProfileName', instanceProfileName),
      roleName: params.required('RoleName', roleName),
    }),

  requires: ({ instanceProfileName: profile }, caller, directory) =>
    onNamed('iam:RemoveRoleFromInstanceProfile', 'instance-profile', profile, caller, directory),

  async change({ input, account }, edit) {
    const profile = await existingInstanceProfile(edit, account, input.instanceProfileName)
    const role = await existingRole(edit, account, input.roleName)
    checkUnprotected(role)
    const { roleName: held } = profile
    if (held === undefined || roleKey({ account, roleName: held }) !== roleKey(role)) {
      const { profileName } = profile
      throw new NoSuchEntity(`Role ${role.roleName} in Instance Profile ${profileName} cannot be found.`)
    }
    const without = { ...profile, roleName: undefined, roleSince: undefined }
    edit.put('instance-profile', instanceProfileKey(profile), account, without)
    return undefined
  },
})
