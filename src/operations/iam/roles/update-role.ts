import { defineChange } from '../define.ts'
import { existingRole } from '../existing.ts'
import { maxSessionDuration, roleDescription, roleName } from '../iam-types.ts'
import { checkUnprotected } from '../protected-roles.ts'
import { onNamed } from '../targets.ts'
import { roleKey } from './roles.ts'

/**
 * Changes the description of a role, and how long its sessions may last; what is not given stays. Of a service-linked
 * role only the description changes.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html
 */
export const updateRole = defineChange({
  action: 'iam:UpdateRole',

  parse: (params) =>
    params.collect({
      roleName: params.required('RoleName', roleName),
      description: params.optional('Description', roleDescription, undefined),
      maxSessionDuration: params.optional('MaxSessionDuration', maxSessionDuration, undefined),
    }),

  requires: ({ roleName }, caller, directory) =>
    onNamed('iam:UpdateRole', 'role', roleName, caller, directory, { tellsBoundary: true }),

  async change({ input, account }, edit) {
    const role = await existingRole(edit, account, input.roleName)
    if (input.maxSessionDuration !== undefined) checkUnprotected(role)
    edit.put('role', roleKey(role), account, {
      ...role,
      description: input.description ?? role.description,
      maxSessionDurationSeconds: input.maxSessionDuration ?? role.maxSessionDurationSeconds,
    })
    return {}
  },
})
