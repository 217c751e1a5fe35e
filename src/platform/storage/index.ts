/** What is kept, as ports: the directory, its change log, the audit log, what was used last, what browsers have begun. Adapters answer all of them at once. @module */
export {
  type AuditEntry,
  type AuditFilter,
  type AuditLog,
  type AuditPage,
  type AuditPlace,
  type AuditQuery,
  type AuditTail,
  MOST_SCANNED,
} from './audit-log.ts'
export type { BrowserShare, BrowserStates } from './browser-states.ts'
export type { ChangeEntry, ChangeLog } from './change-log.ts'
export {
  type DirectoryChange,
  type DirectoryRecord,
  type DirectoryStore,
  type RecordKind,
  type RecordName,
  StoreConflict,
} from './directory-store.ts'
export type { MfaDeviceChange, MfaDeviceState, MfaDeviceStates } from './mfa-device-states.ts'
export type { ReplayGuard } from './replay-guard.ts'
export { type Storage, StoreUnavailable } from './storage.ts'
export type { UsageKind, UsageStamp, UsageStamps } from './usage-stamps.ts'
