/** The actions of IAM on when services were used last, and by which policies they can be. @module */
import type { IamOperations } from '../define.ts'
import { generateServiceLastAccessedDetails } from './generate-service-last-accessed-details.ts'
import { getServiceLastAccessedDetails } from './get-service-last-accessed-details.ts'
import { getServiceLastAccessedDetailsWithEntities } from './get-service-last-accessed-details-with-entities.ts'
import { listPoliciesGrantingServiceAccess } from './list-policies-granting-service-access.ts'

/** What can be asked of the use of services. */
export const LAST_ACCESSED_ACTIONS: IamOperations = [
  ['GenerateServiceLastAccessedDetails', generateServiceLastAccessedDetails],
  ['GetServiceLastAccessedDetails', getServiceLastAccessedDetails],
  ['GetServiceLastAccessedDetailsWithEntities', getServiceLastAccessedDetailsWithEntities],
  ['ListPoliciesGrantingServiceAccess', listPoliciesGrantingServiceAccess],
]
