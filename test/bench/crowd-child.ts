// Sends prepared requests all at once, each on a connection of its own.
import { constants, setPriority } from 'node:os'
import { answerQuestions } from './child.ts'
import { type PreparedRequest, send } from './signed-request.ts'

/** What to send where, to be sent when it is said. */
export type CrowdQuestion =
  | { readonly endpoint: string; readonly requests: readonly PreparedRequest[] }
  | { readonly send: true }

/** How it went, from the first request to the last answer. */
export interface CrowdDone {
  readonly seconds: number
  /** Answers that were not 200, and requests without any. */
  readonly failures: number
}

// In earnest those who crowd are elsewhere: here they give way to who measures, on the same core.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL)

let endpoint = ''
let requests: readonly PreparedRequest[] = []

answerQuestions(async (question: CrowdQuestion) => {
  if ('requests' in question) {
    ;({ endpoint, requests } = question)
    return { seconds: 0, failures: 0 } satisfies CrowdDone
  }
  const startedAt = performance.now()
  const ended = await Promise.allSettled(requests.map((request) => send(endpoint, request)))
  const failures = ended.filter(({ status }) => status === 'rejected').length
  return { seconds: (performance.now() - startedAt) / 1000, failures } satisfies CrowdDone
})
