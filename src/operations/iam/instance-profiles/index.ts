/** The actions of IAM on instance profiles. @module */
import type { IamOperations } from '../define.ts'
import { existingInstanceProfile } from '../existing.ts'
import { instanceProfileName } from '../iam-types.ts'
import { tagActions } from '../tags.ts'
import { onNamed } from '../targets.ts'
import { addRoleToInstanceProfile } from './add-role-to-instance-profile.ts'
import { createInstanceProfile } from './create-instance-profile.ts'
import { deleteInstanceProfile } from './delete-instance-profile.ts'
import { getInstanceProfile } from './get-instance-profile.ts'
import { instanceProfileKey } from './instance-profiles.ts'
import { listInstanceProfiles } from './list-instance-profiles.ts'
import { listInstanceProfilesForRole } from './list-instance-profiles-for-role.ts'
import { removeRoleFromInstanceProfile } from './remove-role-from-instance-profile.ts'

/** What can be asked of instance profiles. */
export const INSTANCE_PROFILE_ACTIONS: IamOperations = [
  ['AddRoleToInstanceProfile', addRoleToInstanceProfile],
  ['CreateInstanceProfile', createInstanceProfile],
  ['DeleteInstanceProfile', deleteInstanceProfile],
  ['GetInstanceProfile', getInstanceProfile],
  ['ListInstanceProfiles', listInstanceProfiles],
  ['ListInstanceProfilesForRole', listInstanceProfilesForRole],
  ['RemoveRoleFromInstanceProfile', removeRoleFromInstanceProfile],
  ...tagActions({
    noun: 'InstanceProfile',
    parameter: 'InstanceProfileName',
    parse: instanceProfileName,
    tagCase: 'exact',
    find: existingInstanceProfile,
    put: (edit, profile) => edit.put('instance-profile', instanceProfileKey(profile), profile.account, profile),
    requires: (action, name, caller, directory, context) =>
      onNamed(action, 'instance-profile', name, caller, directory, context === undefined ? {} : { context }),
  }),
]
