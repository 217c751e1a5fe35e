import { type Directory, nameKey, type RoleBody, shownTrust } from '../../../domain/directory/index.ts'
import { iamArn } from '../../../model/index.ts'
import { encodedDocument } from '../policy-documents.ts'
import { answeredTags } from '../tags.ts'
import { answeredBoundary } from '../users/users.ts'

/** What a role's maximum session duration is when nobody says. */
export const STANDARD_SESSION_SECONDS = 3600

/** The key that a role is kept under. */
export function roleKey({ account, roleName }: Pick<RoleBody, 'account' | 'roleName'>): string {
  return nameKey(account, roleName)
}

/** A role as instance profiles answer it: what all answers about roles hold. */
export async function answeredRole(role: RoleBody, directory: Directory) {
  return {
    Path: role.path,
    RoleName: role.roleName,
    RoleId: role.uniqueId,
    Arn: iamArn(directory.partition, role.account, 'role', role.path, role.roleName),
    CreateDate: new Date(role.createdAt),
    AssumeRolePolicyDocument: encodedDocument(await shownTrust(role, directory)),
  }
}

/** A role as `CreateRole` answers it: the description is not told, and how long sessions last neither. */
export async function answeredNewRole(role: RoleBody, directory: Directory) {
  return {
    ...(await answeredRole(role, directory)),
    PermissionsBoundary: answeredBoundary(role.permissionsBoundary),
    Tags: answeredTags(role.tags),
  }
}

/** A role as lists answer it: without its tags and its boundary. */
export async function answeredListedRole(role: RoleBody, directory: Directory) {
  return {
    ...(await answeredRole(role, directory)),
    Description: role.description,
    MaxSessionDuration: role.maxSessionDurationSeconds,
  }
}
