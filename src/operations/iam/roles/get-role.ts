import { defineRead } from '../define.ts'
import { existingRole } from '../existing.ts'
import { roleName } from '../iam-types.ts'
import { answeredRoleLastUsed } from '../last-used.ts'
import { answeredTags } from '../tags.ts'
import { onNamed } from '../targets.ts'
import { answeredBoundary } from '../users/users.ts'
import { answeredListedRole } from './roles.ts'

/**
 * Tells of a role everything that there is to tell.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html
 */
export const getRole = defineRead({
  action: 'iam:GetRole',

  parse: (params) => params.collect({ roleName: params.required('RoleName', roleName) }),

  requires: ({ roleName }, caller, directory) =>
    onNamed('iam:GetRole', 'role', roleName, caller, directory, { tellsBoundary: true }),

  async read({ input, account }, directory, { usage }) {
    const role = await existingRole(directory.records, account, input.roleName)
    return {
      Role: {
        ...(await answeredListedRole(role, directory)),
        PermissionsBoundary: answeredBoundary(role.permissionsBoundary),
        Tags: answeredTags(role.tags),
        RoleLastUsed: answeredRoleLastUsed(await usage.lastUsed('role', role.uniqueId)),
      },
    }
  },
})
