// Sends prepared requests one every few milliseconds, whether the last was answered or not, and tells how long each took.
import { Agent, request as begin } from 'node:http'
import { answerQuestions } from './child.ts'
import type { PreparedRequest } from './signed-request.ts'

/** What to send where, how often, until it is asked for the latencies. */
export type LatencyQuestion =
  | { readonly endpoint: string; readonly requests: readonly PreparedRequest[]; readonly everyMs: number }
  | { readonly end: true }

/** How long answers took, in milliseconds, from when they were asked for. */
export interface Latencies {
  readonly took: readonly number[]
  /** Answers that were not 200, and requests without any. */
  readonly failures: number
}

const agent = new Agent({ keepAlive: true, maxSockets: 256 })
let took: number[] = []
let failures = 0
let waiting: Promise<void>[] = []
let timer: NodeJS.Timeout | undefined

answerQuestions(async (question: LatencyQuestion) => {
  if ('end' in question) {
    clearInterval(timer)
    await Promise.all(waiting)
    return { took, failures } satisfies Latencies
  }
  const { endpoint, requests, everyMs } = question
  ;[took, failures, waiting] = [[], 0, []]
  let dueAt = performance.now()
  timer = setInterval(() => {
    // What a late clock missed is made up for: what it did not ask meanwhile would have been slow.
    for (; dueAt <= performance.now(); dueAt += everyMs) {
      const prepared = requests[waiting.length % requests.length]
      if (prepared !== undefined) waiting.push(one(endpoint, prepared))
    }
  }, everyMs)
  return { took: [], failures: 0 } satisfies Latencies
})

async function one(endpoint: string, { method, path, headers, body }: PreparedRequest): Promise<void> {
  const startedAt = performance.now()
  const status = await new Promise<number>((answered) => {
    const request = begin(new URL(path, endpoint), { method, headers, agent }, (response) => {
      response.resume().on('end', () => answered(response.statusCode ?? 0))
    })
    request.on('error', () => answered(0)).end(body)
  })
  took.push(performance.now() - startedAt)
  if (status !== 200) failures++
}
