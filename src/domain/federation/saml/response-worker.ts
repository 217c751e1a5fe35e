/**
 * The thread that reads and verifies responses. Its own, because all of it is work that nothing interrupts: here it can be
 * ended.
 * @module
 */
import { giveWayToOthers } from '../../../platform/thread-priority.ts'
import { readPresented } from './read-presented.ts'
import { verifyResponse } from './verify-response.ts'

/** What a thread is given: something to do, and where to say that it has begun with it. */
export interface Given<Task> {
  readonly task: Task
  readonly begun: Int32Array
}

/** What came of it. A mistake of ours is told, so that it is not taken for a thread that ended. */
export type Outcome<Result> = { readonly result: Result } | { readonly mistake: unknown }

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
