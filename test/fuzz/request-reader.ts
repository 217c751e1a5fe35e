import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { duplexPair } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import type { Received } from '../../src/engines/wire/index.ts'
import { readAnswers } from './read-answers.ts'

/** What Node's own HTTP server makes of some bytes: the broker can neither see nor answer anything else. */
export interface Reading {
  /** The complete requests, in order. */
  readonly requests: readonly Received[]
  /** How many answers there will be, refusals of what is no HTTP included. */
  readonly answers: number
  /** Whether something in it was no HTTP. */
  readonly broken: boolean
}

/** So many turns of the event loop without anything new mean that nothing will come. */
const QUIET_TURNS = 4

/** Reads bytes as a server without a network would. */
export class RequestReader {
  readonly #server: Server
  /** In the order in which they began; whole or not. */
  #requests: (Received | undefined)[] = []
  #broken = false

  constructor({ maxHeaderBytes }: { readonly maxHeaderBytes: number }) {
    const take = (request: IncomingMessage, response: ServerResponse): void => void this.#take(request, response)
    this.#server = createServer({ maxHeaderSize: maxHeaderBytes }, take)
    this.#server.on('checkExpectation', take)
    this.#server.on('clientError', (_error, socket) => {
      this.#broken = true
      socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n')
    })
  }

  /** Reads what one connection brought, one call after the other. */
  async read(bytes: Buffer): Promise<Reading> {
    this.#requests = []
    this.#broken = false
    const [client, server] = duplexPair()
    const output: Buffer[] = []
    client.on('data', (chunk: Buffer) => output.push(chunk))
    for (const end of [client, server]) end.on('error', () => undefined)
    this.#server.emit('connection', server)
    client.write(bytes)
    let seen = -1
    for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
      await turn()
      const now = output.length + this.#requests.length
      if (now !== seen) quiet = 0
      seen = now
    }
    client.destroy()
    server.destroy()
    const requests = this.#requests.filter((request) => request !== undefined)
    const answers = readAnswers(Buffer.concat(output), [], true).length
    return { requests, answers, broken: this.#broken }
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = this.#requests.push(undefined) - 1
    const chunks: Buffer[] = []
    try {
      for await (const chunk of request) chunks.push(chunk)
    } catch {
      return
    }
    const { method = '', url = '', rawHeaders } = request
    this.#requests[at] = { method, target: url, rawHeaders, body: Buffer.concat(chunks) }
    response.writeHead(200, { 'Content-Length': 0 }).end()
  }
}
