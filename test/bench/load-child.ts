// Sends prepared requests as fast as they are answered.
import { connect } from 'node:net'
import autocannon from 'autocannon'
import { answerQuestions } from './child.ts'
import { type PreparedRequest, send } from './signed-request.ts'

/** What to send where; the requests are sent in turn. */
export interface LoadQuestion {
  readonly endpoint: string
  readonly requests: readonly PreparedRequest[]
  readonly amount: number
  /** Whether each answer closes its connection. */
  readonly closing?: boolean
  /** Whether every request is sent once, and not again: those that make something. */
  readonly once?: boolean
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

answerQuestions(async (question: LoadQuestion) => {
  const stopSpinning = spin()
  try {
    if (question.once === true) return await eachOnce(question)
    return question.closing === true ? await closingLoad(question) : await steadyLoad(question)
  } finally {
    stopSpinning()
  }
})

async function steadyLoad({ endpoint, requests, amount }: LoadQuestion): Promise<LoadDone> {
  const startedAt = performance.now()
  let lastAt = startedAt
  const load = autocannon({ url: endpoint, requests, amount, connections: CONNECTIONS, sampleInt: SAMPLE_MS })
  load.on('response', () => {
    lastAt = performance.now()
  })
  const { statusCodeStats } = await load
  const granted = statusCodeStats['200']?.count ?? 0
  return { seconds: (lastAt - startedAt) / 1000, failures: amount - granted }
}

async function eachOnce({ endpoint, requests }: LoadQuestion): Promise<LoadDone> {
  const startedAt = performance.now()
  let begun = 0
  let failures = 0
  const client = async (): Promise<void> => {
    while (begun < requests.length) {
      const request = requests[begun++]
      if (request !== undefined) await send(endpoint, request).catch(() => failures++)
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, client))
  return { seconds: (performance.now() - startedAt) / 1000, failures }
}

async function closingLoad({ endpoint, requests, amount }: LoadQuestion): Promise<LoadDone> {
  const { host, port } = new URL(endpoint)
  const texts = requests.map(({ method, path, headers, body }) => {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    return `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n${lines.join('')}\r\n${body}`
  })
  const startedAt = performance.now()
  let begun = 0
  let granted = 0
  const client = async (): Promise<void> => {
    while (begun < amount) {
      const text = texts[begun++ % texts.length] ?? ''
      if ((await exchange(Number(port), text)).startsWith('HTTP/1.1 200 ')) granted++
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, client))
  return { seconds: (performance.now() - startedAt) / 1000, failures: amount - granted }
}

/** Sends one request on a connection of its own; what came until the server closed. */
function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let received = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    socket.setEncoding('latin1')
    socket.on('data', (chunk) => {
      received += chunk
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(received))
  })
}

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
