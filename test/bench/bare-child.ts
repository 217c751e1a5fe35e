// The yardstick: node:http alone, which reads the same request and writes an answer of the same size.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerQuestions } from './child.ts'
import { usage } from './usage.ts'

/** The answer to give to everything; every later question is for the usage. */
export type BareQuestion =
  | { readonly headers: Readonly<Record<string, string>>; readonly body: string }
  | { readonly usage: true }

/** A server that answers. */
export interface BareStarted {
  readonly endpoint: string
}

answerQuestions(async (question: BareQuestion) => {
  if (!('body' in question)) return usage()
  const { headers, body } = question
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      Buffer.concat(chunks)
      response.writeHead(200, headers).end(body)
    })
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const { port } = server.address() as AddressInfo
  return { endpoint: `http://127.0.0.1:${port}` } satisfies BareStarted
})
