import type { OperatorCaller } from '../../model/index.ts'
import type { Proven } from './proven.ts'

/**
 * The operator. Call only where the proof was seen: in the process itself, or behind the door that compares the
 * operator's token.
 */
export const AS_OPERATOR: Proven<OperatorCaller> = Object.freeze({
  caller: Object.freeze({ kind: 'operator' }),
  region: undefined,
  presigned: false,
})
