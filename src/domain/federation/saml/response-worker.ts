/**
 * The thread that verifies responses. Its own, because all of it is work that nothing interrupts: here it can be ended.
 * @module
 */
import { giveWayToOthers } from '../../../platform/thread-priority.ts'
import { type BegunTask, type Verification, verifyResponse } from './verify-response.ts'

// The libraries tell what they were given: no place of ours is for that.
Reflect.set(globalThis, 'console', new Proxy({}, { get: () => () => undefined }))
// Whoever calls with credentials does not wait for a crowd that signs in.
giveWayToOthers()

/** What the pool calls. */
export default function verify({ begun, ...task }: BegunTask): Verification {
  Atomics.store(begun, 0, 1)
  Atomics.notify(begun, 0)
  return verifyResponse(task)
}
