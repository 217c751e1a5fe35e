import { NoSuchEntity } from '../../../model/index.ts'
import { defineChange } from '../define.ts'
import { existingRole } from '../existing.ts'
import { roleName } from '../iam-types.ts'
import { checkUnprotected } from '../protected-roles.ts'
import { onNamed } from '../targets.ts'
import { roleKey } from './roles.ts'

/**
 * Takes the permissions boundary of a role away. Policies that restrict who may do that see the boundary that is there.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePermissionsBoundary.html
 */
export const deleteRolePermissionsBoundary = defineChange({
  action: 'iam:DeleteRolePermissionsBoundary',
  parse: (params) => params.collect({ roleName: params.required('RoleName', roleName) }),
  requires: ({ roleName }, caller, directory) =>
    onNamed('iam:DeleteRolePermissionsBoundary', 'role', roleName, caller, directory, { tellsBoundary: true }),

  async change({ input, account }, edit) {
    const role = await existingRole(edit, account, input.roleName)
    checkUnprotected(role)
    // How AWS words it is not documented.
    if (role.permissionsBoundary === undefined) {
      throw new NoSuchEntity(`The role with name ${role.roleName} has no permissions boundary.`)
    }
    edit.put('role', roleKey(role), account, { ...role, permissionsBoundary: undefined })
    return undefined
  },
})
