import { type EpochMillis, InvalidParameterValue, isoSeconds } from '../../model/index.ts'
import { defineOperatorOperation } from '../../pipeline/index.ts'
import type { VirtualClock } from '../../platform/clock.ts'

/** How far which clock is moved. */
interface AdvanceClockInput {
  readonly clock: VirtualClock
  readonly ms: number
}

/**
 * Moves the clock that expiry and conditions see forward, and tells its time. For development only: elsewhere there is
 * no such clock. The record is of the time before.
 * @throws {@link InvalidParameterValue} where the clock cannot go
 */
export const advanceClock = defineOperatorOperation<AdvanceClockInput, EpochMillis>({
  action: 'rolecall:AdvanceClock',
  grants: true,
  requires: () => [{ action: 'rolecall:AdvanceClock', resource: '*' }],

  async perform({ input: { clock, ms } }) {
    try {
      clock.advance(ms)
      return clock.now()
    } catch (error) {
      throw error instanceof RangeError ? new InvalidParameterValue(error.message) : error
    }
  },

  details: ({ ms }, output) => ({
    requestParameters: { milliseconds: ms },
    responseElements: output && { now: isoSeconds(output) },
  }),
})
