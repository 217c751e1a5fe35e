import type { RoleBody } from '../../domain/directory/index.ts'
import { UnmodifiableEntity } from './iam-faults.ts'

/** Where the roles are that services of AWS make for themselves. */
export const SERVICE_ROLE_PATH = '/aws-service-role/'

/**
 * Whether a role belongs to a service of AWS. Its path alone says that: nobody else makes a role there.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html
 */
export function isServiceLinked({ path }: Pick<RoleBody, 'path'>): boolean {
  return path.startsWith(SERVICE_ROLE_PATH)
}

/** Refuses to change a role that belongs to a service of AWS. @throws {@link UnmodifiableEntity} */
export function checkUnprotected(role: RoleBody): void {
  if (!isServiceLinked(role)) return
  throw new UnmodifiableEntity(
    `Cannot perform the operation on the protected role '${role.roleName}' - this role is only modifiable by AWS`,
  )
}
