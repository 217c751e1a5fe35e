import type { Caller } from '../../model/index.ts'

/** A caller who proved who they are, and how. */
export interface Proven<Asking extends Caller> {
  readonly caller: Asking
  /** The region that the credential is scoped to; `undefined` for callers without a signature. */
  readonly region: string | undefined
  /** Whether the proof is a URL that anybody who sees it can send again. */
  readonly presigned: boolean
}
