import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** What was asked of the fake. */
export interface Asked {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** What it answers; nothing at all when the body is `undefined`. */
export interface FakeAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** A listener that notes what it is asked and answers what it is told. */
export interface FakeBroker extends AsyncDisposable {
  readonly origin: string
  readonly asked: readonly Asked[]
}

export async function fakeBroker(answer: (asked: Asked) => FakeAnswer): Promise<FakeBroker> {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    const { method, url, headers } = request
    const question = { method, url, headers, body: await text(request) }
    asked.push(question)
    const { status = 200, headers: added = {}, body } = answer(question)
    response.writeHead(status, { 'Content-Type': 'application/json', ...added })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    asked,
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** An error as AWS and the admin listener write it in JSON. */
export function errorAnswer(status: number, code: string, message: string): FakeAnswer {
  return { status, body: { Error: { Code: code, Message: message, Type: 'Sender' } } }
}
