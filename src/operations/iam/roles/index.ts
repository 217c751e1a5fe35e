/** The actions of IAM on roles. @module */
import type { Edit, RoleBody } from '../../../domain/directory/index.ts'
import { attachmentActions } from '../attachments.ts'
import type { IamOperations } from '../define.ts'
import { existingRole } from '../existing.ts'
import { roleName } from '../iam-types.ts'
import { inlinePolicyActions } from '../inline-policies.ts'
import { checkUnprotected } from '../protected-roles.ts'
import { tagActions } from '../tags.ts'
import { onNamed } from '../targets.ts'
import { createRole } from './create-role.ts'
import { deleteRole } from './delete-role.ts'
import { deleteRolePermissionsBoundary } from './delete-role-permissions-boundary.ts'
import { getRole } from './get-role.ts'
import { listRoles } from './list-roles.ts'
import { putRolePermissionsBoundary } from './put-role-permissions-boundary.ts'
import { roleKey } from './roles.ts'
import { updateAssumeRolePolicy } from './update-assume-role-policy.ts'
import { updateRole } from './update-role.ts'
import { updateRoleDescription } from './update-role-description.ts'

const put = (edit: Edit, role: RoleBody) => edit.put('role', roleKey(role), role.account, role)

/** What can be asked of roles. */
export const ROLE_ACTIONS: IamOperations = [
  ['CreateRole', createRole],
  ['DeleteRole', deleteRole],
  ['DeleteRolePermissionsBoundary', deleteRolePermissionsBoundary],
  ['GetRole', getRole],
  ['ListRoles', listRoles],
  ['PutRolePermissionsBoundary', putRolePermissionsBoundary],
  ['UpdateAssumeRolePolicy', updateAssumeRolePolicy],
  ['UpdateRole', updateRole],
  ['UpdateRoleDescription', updateRoleDescription],
  ...attachmentActions({
    noun: 'Role',
    kind: 'role',
    parse: roleName,
    find: existingRole,
    put,
    checkChangeable: checkUnprotected,
  }),
  ...inlinePolicyActions({
    noun: 'Role',
    kind: 'role',
    parse: roleName,
    find: existingRole,
    nameOf: ({ roleName }) => roleName,
    put,
    checkChangeable: checkUnprotected,
  }),
  // Tags are the account's own even on a service-linked role.
  ...tagActions({
    noun: 'Role',
    parameter: 'RoleName',
    parse: roleName,
    find: existingRole,
    put,
    requires: (action, name, caller, directory, context) =>
      onNamed(action, 'role', name, caller, directory, context === undefined ? {} : { context }),
  }),
]
