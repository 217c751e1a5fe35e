import type { EpochMillis } from '../../model/index.ts'

/** One request of a machine for its metadata or credentials, as a test asserts on it. Neither a token nor a body is kept. */
export interface RecordedRequest {
  /** `i-...`, `task/ID` or `pod/CLUSTER/NAMESPACE/SERVICEACCOUNT`. */
  readonly machine: string
  /** By the clock that can be moved. */
  readonly at: EpochMillis
  readonly method: string
  /** As it was sent, query included; what is beyond 512 characters is cut off. */
  readonly path: string
  /** Whether a session token, or that of a container, came with it, good or not. */
  readonly hasToken: boolean
  readonly userAgent: string | undefined
  /** The status of its answer; `reset` and `none` when none was sent, `stall` when its head was, `waiting` while none is sent yet. */
  readonly answer: number | 'reset' | 'none' | 'stall' | 'waiting'
}
