/** The actions of IAM on the roles that belong to services of AWS. @module */
import type { IamOperations } from '../define.ts'
import { createServiceLinkedRole } from './create-service-linked-role.ts'
import { deleteServiceLinkedRole } from './delete-service-linked-role.ts'
import { getServiceLinkedRoleDeletionStatus } from './get-service-linked-role-deletion-status.ts'

/** What can be asked of service-linked roles, where it is not the same as of every role. */
export const SERVICE_LINKED_ROLE_ACTIONS: IamOperations = [
  ['CreateServiceLinkedRole', createServiceLinkedRole],
  ['DeleteServiceLinkedRole', deleteServiceLinkedRole],
  ['GetServiceLinkedRoleDeletionStatus', getServiceLinkedRoleDeletionStatus],
]
