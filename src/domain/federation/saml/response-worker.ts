/**
 * The thread that reads and verifies responses. Its own, because all of it is work that nothing interrupts: here it can be
 * ended.
 * @module
 */
import { giveWayToOthers } from '../../../platform/thread-priority.ts'
import { readPresented } from './read-presented.ts'
import type { Given, Outcome } from './response-threads.ts'
import { verifyResponse } from './verify-response.ts'

// The libraries tell what they were given: no place of ours is for that.
Reflect.set(globalThis, 'console', new Proxy({}, { get: () => () => undefined }))
// Whoever calls with credentials does not wait for a crowd that signs in.
giveWayToOthers()

/** What the pool calls to have a response read. */
export const read = timed(readPresented)

/** What the pool calls to have a response verified. */
export const verify = timed(verifyResponse)

function timed<Task, Result>(work: (task: Task) => Result): (given: Given<Task>) => Outcome<Result> {
  return ({ task, begun }) => {
    Atomics.store(begun, 0, 1)
    Atomics.notify(begun, 0)
    try {
      return { result: work(task) }
    } catch (mistake) {
      return { mistake }
    }
  }
}
