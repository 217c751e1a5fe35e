import { nameKey } from '../../../domain/directory/index.ts'
import { EntityAlreadyExists, uniqueId } from '../../../model/index.ts'
import { requestTags } from '../../../pipeline/authorization/index.ts'
import { checkBoundary } from '../boundaries.ts'
import { defineInventingChange } from '../define.ts'
import { InvalidInput } from '../iam-faults.ts'
import { arnText, maxSessionDuration, path, policyDocument, roleDescription, roleName } from '../iam-types.ts'
import { isServiceLinked } from '../protected-roles.ts'
import { checkQuota } from '../quotas.ts'
import { checkTags, readTags } from '../tags.ts'
import { onNew } from '../targets.ts'
import { answeredNewRole, STANDARD_SESSION_SECONDS } from './roles.ts'
import { savedTrust } from './trust-policies.ts'

/**
 * Makes a role, which may do nothing yet. Whom its trust policy names has to exist: not even the role itself does.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
 */
export const createRole = defineInventingChange({
  action: 'iam:CreateRole',

  parse(params) {
    const input = params.collect({
      path: params.optional('Path', path, '/'),
      roleName: params.required('RoleName', roleName),
      assumeRolePolicyDocument: params.required('AssumeRolePolicyDocument', policyDocument),
      description: params.optional('Description', roleDescription, undefined),
      maxSessionDuration: params.optional('MaxSessionDuration', maxSessionDuration, STANDARD_SESSION_SECONDS),
      permissionsBoundary: params.optional('PermissionsBoundary', arnText, undefined),
      tags: readTags(params),
    })
    checkTags(input.tags)
    return input
  },

  requires({ path, roleName: name, permissionsBoundary, tags }, caller, directory) {
    const context = requestTags(tags)
    if (permissionsBoundary !== undefined) context.set('iam:permissionsboundary', permissionsBoundary)
    return onNew('iam:CreateRole', 'role', { path, name }, caller, directory, context)
  },

  invent: ({ account }, { random }) => uniqueId('AROA', account, random.bytes(6)),

  async change({ input, account, now }, edit, { directory }, uniqueId) {
    const { path, roleName, permissionsBoundary, tags } = input
    // How AWS words it is not documented.
    if (isServiceLinked({ path })) throw new InvalidInput(`Path ${path} is reserved for roles of AWS services.`)
    const trust = await savedTrust(input.assumeRolePolicyDocument, directory)
    const key = nameKey(account, roleName)
    if ((await edit.stored('role', key)) !== undefined) {
      throw new EntityAlreadyExists(`Role with name ${roleName} already exists.`)
    }
    checkQuota('RolesPerAccount', await edit.count('role', account), directory.quotas.rolesPerAccount)
    await checkBoundary(permissionsBoundary, account, edit, directory)
    const role = {
      account,
      roleName,
      path,
      uniqueId,
      createdAt: now,
      description: input.description,
      maxSessionDurationSeconds: input.maxSessionDuration,
      ...trust,
      managedPolicyArns: [],
      policies: [],
      permissionsBoundary,
      tags,
    }
    edit.put('role', key, account, role)
    return { Role: await answeredNewRole(role, directory) }
  },
})
