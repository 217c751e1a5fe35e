import { checkBoundary } from '../boundaries.ts'
import { defineChange } from '../define.ts'
import { existingRole } from '../existing.ts'
import { arnText, roleName } from '../iam-types.ts'
import { checkUnprotected } from '../protected-roles.ts'
import { onNamed } from '../targets.ts'
import { roleKey } from './roles.ts'

/**
 * Sets the permissions boundary of a role. Policies that restrict who may do that see the boundary that is to be.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePermissionsBoundary.html
 */
export const putRolePermissionsBoundary = defineChange({
  action: 'iam:PutRolePermissionsBoundary',

  parse: (params) =>
    params.collect({
      roleName: params.required('RoleName', roleName),
      permissionsBoundary: params.required('PermissionsBoundary', arnText),
    }),

  requires: ({ roleName, permissionsBoundary }, caller, directory) =>
    onNamed('iam:PutRolePermissionsBoundary', 'role', roleName, caller, directory, {
      context: new Map([['iam:permissionsboundary', permissionsBoundary]]),
    }),

  async change({ input: { roleName, permissionsBoundary }, account }, edit, { directory }) {
    const role = await existingRole(edit, account, roleName)
    checkUnprotected(role)
    await checkBoundary(permissionsBoundary, account, edit, directory)
    edit.put('role', roleKey(role), account, { ...role, permissionsBoundary })
    return undefined
  },
})
