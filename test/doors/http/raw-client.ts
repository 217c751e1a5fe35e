import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../../../src/platform/telemetry/index.ts'

/** A connection on which a test sends what no HTTP client would. */
export class RawClient {
  readonly #socket: Socket
  #received = ''
  #closed = false

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (text) => {
      this.#received += text
    })
    // A reset is one of the ways in which a server may end a connection.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#closed = true
    })
  }

  static async open(port: number): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new RawClient(socket)
  }

  get closed(): boolean {
    return this.#closed
  }

  send(text: string): void {
    this.#socket.write(text, 'latin1')
  }

  /** Lets go of what the server has sent so far. */
  forget(): void {
    this.#received = ''
  }

  leave(): void {
    this.#socket.destroy()
  }

  /** Waits until the server has closed the connection; what it sent before that. */
  async untilClosed(): Promise<string> {
    await eventually(() => this.#closed)
    return this.#received
  }

  /** Waits until the server has sent a text; what it sent up to then. */
  async until(text: string): Promise<string> {
    await eventually(() => this.#received.includes(text))
    return this.#received
  }
}

/** Sends one text on a connection of its own; what comes back until the server closes. */
export async function exchange(port: number, text: string): Promise<string> {
  const client = await RawClient.open(port)
  client.send(text)
  return client.untilClosed()
}

/** Waits for a condition, five seconds at most. */
export async function eventually(condition: () => boolean): Promise<void> {
  for (let waitedMs = 0; !condition(); waitedMs += 5) {
    if (waitedMs > 5000) throw new Error('waited in vain')
    await sleep(5)
  }
}

/** A logger that remembers its events. */
export function listeningLogger(): Logger & { readonly events: string[] } {
  const events: string[] = []
  const log = (event: string): void => {
    events.push(event)
  }
  return { events, debug: log, info: log, warn: log, error: log }
}
