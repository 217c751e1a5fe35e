import type { Generated } from 'kysely'
import type { RecordKind, UsageKind } from '../index.ts'

/** The tables as the queries see them, whatever the dialect. `null` is the absent value. */
export interface Tables {
  readonly directory_record: {
    readonly kind: RecordKind
    readonly key: string
    readonly account: string
    readonly body: string
    readonly sealed_under: string | null
  }
  readonly directory_reference: {
    readonly kind: RecordKind
    readonly key: string
    readonly account: string
    readonly target: string
  }
  /** Kept by triggers of the schema. */
  readonly directory_count: {
    readonly account: string
    readonly kind: RecordKind
    readonly count: number
  }
  readonly change_log: {
    readonly sequence: Generated<number>
    readonly account: string
    readonly kind: RecordKind
    readonly key: string
  }
  readonly usage_stamp: {
    readonly kind: UsageKind
    readonly key: string
    readonly used_at: number
    readonly region: string | null
    readonly service: string | null
  }
  readonly one_time_value: {
    readonly sequence: Generated<number>
    readonly key: string
    readonly expires_at: number
  }
  readonly mfa_device_state: {
    readonly device: string
    /** JSON text. */
    readonly body: string
  }
  readonly browser_state: {
    readonly kind: string
    readonly key: string
    readonly value: string
    readonly expires_at: number
    /** Whose share of the kind it is part of. */
    readonly holder: string | null
  }
  /** Kept by triggers of the schema. */
  readonly browser_state_count: {
    readonly kind: string
    readonly count: number
  }
  readonly audit_event: {
    readonly sequence: Generated<number>
    readonly event_id: string
    readonly event_time: number
    readonly account: string
    readonly event_source: string
    readonly event_name: string
    readonly access_key_id: string | null
    readonly principal_arn: string | null
    readonly error_code: string | null
    readonly username: string | null
    /** 0 or 1. */
    readonly read_only: number
    /** A list of types and names, as JSON text. */
    readonly resources: string
    readonly body: string
    readonly explanation: string | null
  }
}
