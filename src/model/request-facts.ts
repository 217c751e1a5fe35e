import type { EpochMillis } from './epoch-millis.ts'

/** What is known of a request besides its content: read once when it arrives, the same for every step. */
export interface RequestFacts {
  /** A UUID: the answer, the log and the audit record carry it. */
  readonly requestId: string
  /** The instant that expiry, conditions and rotation see; virtual where the clock can be moved. */
  readonly now: EpochMillis
  /** The client's address, from the socket or from a trusted proxy; `undefined` for callers in the same process. */
  readonly sourceIp: string | undefined
  readonly secureTransport: boolean
  readonly userAgent: string | undefined
  readonly referer: string | undefined
}
