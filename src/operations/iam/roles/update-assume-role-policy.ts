import { defineChange } from '../define.ts'
import { existingRole } from '../existing.ts'
import { policyDocument, roleName } from '../iam-types.ts'
import { checkUnprotected } from '../protected-roles.ts'
import { onNamed } from '../targets.ts'
import { roleKey } from './roles.ts'
import { savedTrust } from './trust-policies.ts'

/**
 * Gives a role another trust policy: whom it names is looked up anew.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html
 */
export const updateAssumeRolePolicy = defineChange({
  action: 'iam:UpdateAssumeRolePolicy',

  parse: (params) =>
    params.collect({
      roleName: params.required('RoleName', roleName),
      policyDocument: params.required('PolicyDocument', policyDocument),
    }),

  requires: ({ roleName }, caller, directory) =>
    onNamed('iam:UpdateAssumeRolePolicy', 'role', roleName, caller, directory, { tellsBoundary: true }),

  async change({ input: { roleName, policyDocument: document }, account }, edit, { directory }) {
    const role = await existingRole(edit, account, roleName)
    checkUnprotected(role)
    edit.put('role', roleKey(role), account, { ...role, ...(await savedTrust(document, directory)) })
    return undefined
  },
})
