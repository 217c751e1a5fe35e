import { type Fault, Overloaded, Throttling } from '../model/index.ts'
import type { Outcome } from '../platform/telemetry/index.ts'

/** As what a request is counted that ended in a fault. */
export function outcomeOf(fault: Fault): Outcome {
  if (fault instanceof Throttling) return 'throttled'
  if (fault instanceof Overloaded) return 'shed'
  return fault.httpStatus < 500 ? 'refused' : 'failed'
}
