/**
 * What happened: one CloudTrail-shaped record per request of a proven caller. Holds no secret and no session token;
 * requests that prove nobody do not come here. @module
 */
export type { AuditDetails, AuditEvent } from './audit-event.ts'
export { AuditTrail } from './audit-trail.ts'
