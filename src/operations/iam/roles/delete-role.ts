import { type Edit, type RoleBody, reference } from '../../../domain/directory/index.ts'
import { DeleteConflict } from '../../../model/index.ts'
import { defineChange } from '../define.ts'
import { existingRole } from '../existing.ts'
import { roleName } from '../iam-types.ts'
import { checkUnprotected } from '../protected-roles.ts'
import { onNamed } from '../targets.ts'
import { roleKey } from './roles.ts'

/**
 * Deletes a role that nothing hangs on any more. Its sessions end with it, and a role of the same name that is made later
 * is another one.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html
 */
export const deleteRole = defineChange({
  action: 'iam:DeleteRole',
  parse: (params) => params.collect({ roleName: params.required('RoleName', roleName) }),
  requires: ({ roleName }, caller, directory) =>
    onNamed('iam:DeleteRole', 'role', roleName, caller, directory, { tellsBoundary: true }),

  async change({ input, account }, edit) {
    const role = await existingRole(edit, account, input.roleName)
    checkUnprotected(role)
    const conflict = await conflictOf(role, edit)
    if (conflict !== undefined) throw new DeleteConflict(`Cannot delete entity, ${conflict}`)
    edit.remove({ kind: 'role', key: roleKey(role), account })
    return undefined
  },
})

/** In which order AWS looks is not documented. */
async function conflictOf(role: RoleBody, edit: Edit): Promise<string | undefined> {
  const { account, roleName, managedPolicyArns, policies } = role
  const profiles = await edit.countReferring('instance-profile', reference.role(account, roleName))
  if (profiles > 0) return 'must remove roles from instance profile first.'
  if (managedPolicyArns.length > 0) return 'must detach all policies first.'
  return policies.length > 0 ? 'must delete policies first.' : undefined
}
