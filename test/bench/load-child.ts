// Sends prepared requests as fast as they are answered.
import autocannon from 'autocannon'
import { answerQuestions } from './child.ts'
import type { PreparedRequest } from './signed-request.ts'

/** What to send where; the requests are sent in turn. */
export interface LoadQuestion {
  readonly endpoint: string
  readonly requests: readonly PreparedRequest[]
  readonly amount: number
}

/** How it went, from the first request to the last answer. */
export interface LoadDone {
  readonly seconds: number
  /** Answers that were not 200, and requests without any. */
  readonly failures: number
}

const CONNECTIONS = 32
// How often the generator looks whether all is done.
const SAMPLE_MS = 20

answerQuestions(async ({ endpoint, requests, amount }: LoadQuestion) => {
  const startedAt = performance.now()
  let lastAt = startedAt
  const load = autocannon({ url: endpoint, requests, amount, connections: CONNECTIONS, sampleInt: SAMPLE_MS })
  load.on('response', () => {
    lastAt = performance.now()
  })
  const stopSpinning = spin()
  const { statusCodeStats } = await load
  stopSpinning()
  const granted = statusCodeStats['200']?.count ?? 0
  return { seconds: (lastAt - startedAt) / 1000, failures: amount - granted } satisfies LoadDone
})

/**
 * Keeps this process awake. Whoever writes to a process that sleeps pays for waking it, and only a slow server finds the
 * generator asleep: the price would be counted against it.
 */
function spin(): () => void {
  let immediate = setImmediate(function again() {
    immediate = setImmediate(again)
  })
  return () => clearImmediate(immediate)
}
