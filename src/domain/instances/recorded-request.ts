import type { EpochMillis } from '../../model/index.ts'

/** One request to the metadata of an instance, as a test asserts on it. Neither a session token nor a body is kept. */
export interface RecordedRequest {
  readonly instance: string
  /** By the clock that can be moved. */
  readonly at: EpochMillis
  readonly method: string
  /** As it was sent, query included; what is beyond 512 characters is cut off. */
  readonly path: string
  /** Whether a session token came with it, good or not. */
  readonly hasToken: boolean
  readonly userAgent: string | undefined
  /** The status of its answer; `reset` and `none` when none was sent, `waiting` while none is sent yet. */
  readonly answer: number | 'reset' | 'none' | 'waiting'
}
