/**
 * What happened: CloudTrail-shaped records of the requests of proven callers. Holds no secret and no session token;
 * requests that prove nobody do not come here. @module
 */
export type { AuditDetails, AuditEvent } from './audit-event.ts'
export { AuditTrail } from './audit-trail.ts'
export { Retention } from './retention.ts'
