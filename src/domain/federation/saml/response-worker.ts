/**
 * The thread that reads and verifies responses. Its own, because all of it is work that nothing interrupts: here it can be
 * ended.
 * @module
 */
import { giveWayToOthers } from '../../../platform/thread-priority.ts'
import { type NotRead, type PresentedFacts, readPresented } from './read-presented.ts'
import { type Verification, type VerificationTask, verifyResponse } from './verify-response.ts'

/** Where a thread says that it has begun. */
export interface Begun {
  readonly begun: Int32Array
}

// The libraries tell what they were given: no place of ours is for that.
Reflect.set(globalThis, 'console', new Proxy({}, { get: () => () => undefined }))
// Whoever calls with credentials does not wait for a crowd that signs in.
giveWayToOthers()

/** What the pool calls to have a response read. */
export function read({ begun, text }: Begun & { readonly text: string }): PresentedFacts | NotRead {
  tell(begun)
  return readPresented(text)
}

/** What the pool calls to have a response verified. */
export function verify({ begun, ...task }: Begun & VerificationTask): Verification {
  tell(begun)
  return verifyResponse(task)
}

function tell(begun: Int32Array): void {
  Atomics.store(begun, 0, 1)
  Atomics.notify(begun, 0)
}
