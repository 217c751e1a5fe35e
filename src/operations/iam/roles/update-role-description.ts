import { defineChange } from '../define.ts'
import { existingRole } from '../existing.ts'
import { roleDescription, roleName } from '../iam-types.ts'
import { onNamed } from '../targets.ts'
import { answeredRole, roleKey } from './roles.ts'

/**
 * Changes the description of a role, even of a service-linked one: the older way to do it.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRoleDescription.html
 */
export const updateRoleDescription = defineChange({
  action: 'iam:UpdateRoleDescription',

  parse: (params) =>
    params.collect({
      roleName: params.required('RoleName', roleName),
      description: params.required('Description', roleDescription),
    }),

  requires: ({ roleName }, caller, directory) =>
    onNamed('iam:UpdateRoleDescription', 'role', roleName, caller, directory, { tellsBoundary: true }),

  async change({ input: { roleName, description }, account }, edit, { directory }) {
    const role = { ...(await existingRole(edit, account, roleName)), description }
    edit.put('role', roleKey(role), account, role)
    return { Role: { ...(await answeredRole(role, directory)), Description: description } }
  },
})
