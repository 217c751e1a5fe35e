import { defineChange } from '../define.ts'
import { existingInstanceProfile, existingRole } from '../existing.ts'
import { instanceProfileName, roleName } from '../iam-types.ts'
import { checkUnprotected } from '../protected-roles.ts'
import { checkQuota } from '../quotas.ts'
import { onNamed } from '../targets.ts'
import { instanceProfileKey } from './instance-profiles.ts'

/** At AWS no account can raise it. */
const ROLES_PER_PROFILE = 1

/**
 * Puts a role into an instance profile that holds none. Whoever does it hands the role to instances, whichever they will
 * be, and needs the permission for that, too.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html
 */
export const addRoleToInstanceProfile = defineChange({
  action: 'iam:AddRoleToInstanceProfile',

  parse: (params) =>
    params.collect({
      instanceProfileName: params.required('InstanceProfileName', instanceProfileName),
      roleName: params.required('RoleName', roleName),
    }),

  async requires({ instanceProfileName: profile, roleName }, caller, directory) {
    const instances = `arn:${directory.partition}:ec2:*:${caller.account}:instance/*`
    const context = new Map([
      ['iam:passedtoservice', 'ec2.amazonaws.com'],
      ['iam:associatedresourcearn', instances],
    ])
    return [
      ...(await onNamed('iam:AddRoleToInstanceProfile', 'instance-profile', profile, caller, directory)),
      ...(await onNamed('iam:PassRole', 'role', roleName, caller, directory, { context, givesArn: true })),
    ]
  },

  async change({ input, account, now }, edit) {
    const profile = await existingInstanceProfile(edit, account, input.instanceProfileName)
    const role = await existingRole(edit, account, input.roleName)
    checkUnprotected(role)
    checkQuota('InstanceSessionsPerInstanceProfile', profile.roleName === undefined ? 0 : 1, ROLES_PER_PROFILE)
    const { roleName } = role
    edit.put('instance-profile', instanceProfileKey(profile), account, { ...profile, roleName, roleSince: now })
    return undefined
  },
})
