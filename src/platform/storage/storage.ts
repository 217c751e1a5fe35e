import type { AuditLog } from './audit-log.ts'
import type { BrowserStates } from './browser-states.ts'
import type { ChangeLog } from './change-log.ts'
import type { DirectoryStore } from './directory-store.ts'
import type { MfaDeviceStates } from './mfa-device-states.ts'
import type { ReplayGuard } from './replay-guard.ts'
import type { UsageStamps } from './usage-stamps.ts'

/** Everything that outlives the process, as one thing that opens and closes. */
export interface Storage {
  readonly directory: DirectoryStore
  readonly changes: ChangeLog
  readonly audit: AuditLog
  readonly usage: UsageStamps
  readonly replays: ReplayGuard
  readonly mfaDevices: MfaDeviceStates
  readonly browsers: BrowserStates

  /** Finishes the writes that were accepted, then lets go of the data. Calls after it reject; closing twice is harmless. */
  close(): Promise<void>
}

/** The store is closed, or its medium failed: the call did not do what it was asked. `cause` says why, for the log. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
}
