// Sends prepared requests all at once, each on a connection of its own: a new one, or the one of the request before it.
import { Agent, request as begin } from 'node:http'
import { constants, setPriority } from 'node:os'
import { answerQuestions } from './child.ts'
import type { PreparedRequest } from './signed-request.ts'

/** What to send where, to be sent when it is said; and whether connections are new. */
export type CrowdQuestion =
  | { readonly endpoint: string; readonly requests: readonly PreparedRequest[]; readonly anew: boolean }
  | { readonly send: true }

/** How many requests are to be sent. */
export interface CrowdReady {
  readonly count: number
}

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
let agent: Agent | false = false

answerQuestions(async (question: CrowdQuestion) => {
  if ('requests' in question) {
    ;({ endpoint, requests } = question)
    if (!question.anew) agent ||= new Agent({ keepAlive: true })
    return { count: requests.length } satisfies CrowdReady
  }
  const startedAt = performance.now()
  const statuses = await Promise.all(requests.map(sent))
  const failures = statuses.filter((status) => status !== 200).length
  return { seconds: (performance.now() - startedAt) / 1000, failures } satisfies CrowdDone
})

/** The status of the answer; 0 without any. */
function sent({ method, path, headers, body }: PreparedRequest): Promise<number> {
  return new Promise((answered) => {
    const request = begin(new URL(path, endpoint), { method, headers, agent }, (response) => {
      response.resume().on('end', () => answered(response.statusCode ?? 0))
    })
    request.on('error', () => answered(0)).end(body)
  })
}
