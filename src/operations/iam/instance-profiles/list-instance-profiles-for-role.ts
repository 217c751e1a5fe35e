import { reference } from '../../../domain/directory/index.ts'
import type { InstanceProfile } from '../../../model/index.ts'
import { defineRead } from '../define.ts'
import { existingRole } from '../existing.ts'
import { roleName } from '../iam-types.ts'
import { type Listing, pageOf, readPage } from '../pages.ts'
import { onNamed } from '../targets.ts'
import { answeredInstanceProfile, instanceProfileKey } from './instance-profiles.ts'

/**
 * Lists the instance profiles that hold a role.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfilesForRole.html
 */
export const listInstanceProfilesForRole = defineRead({
  action: 'iam:ListInstanceProfilesForRole',

  parse: (params) => params.collect({ roleName: params.required('RoleName', roleName), ...readPage(params) }),

  requires: ({ roleName }, caller, directory) =>
    onNamed('iam:ListInstanceProfilesForRole', 'role', roleName, caller, directory),

  async read({ input, account }, directory, { keyring }) {
    const { records } = directory
    const role = await existingRole(records, account, input.roleName)
    const listing: Listing<InstanceProfile> = {
      list: ['ListInstanceProfilesForRole', role.roleName],
      account,
      load: (options) => records.referring('instance-profile', reference.role(account, role.roleName), options),
      keyOf: instanceProfileKey,
    }
    const { items, IsTruncated, Marker } = await pageOf(input, listing, keyring)
    const InstanceProfiles = await Promise.all(items.map((profile) => answeredInstanceProfile(profile, directory)))
    return { InstanceProfiles, IsTruncated, Marker }
  },
})
