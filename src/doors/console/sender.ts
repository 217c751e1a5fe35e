import type { ServerResponse } from 'node:http'
import type { RequestFacts } from '../../model/index.ts'
import type { ConsoleSession } from './console-broker.ts'
import { renderDocument } from './html.ts'
import { layout } from './layout.ts'
import type { Reply } from './reply.ts'
import type { StaticFiles } from './static-files.ts'

interface Addressee {
  readonly facts: RequestFacts
  readonly session: ConsoleSession | undefined
}

/** Writes replies. */
export class Sender {
  readonly #files: StaticFiles

  constructor(files: StaticFiles) {
    this.#files = files
  }

  /** Headers and body leave in one write; to HEAD, headers only. */
  send(response: ServerResponse, reply: Reply, { facts, session }: Addressee): void {
    response.setHeader('x-amzn-RequestId', facts.requestId)
    for (const name in reply.headers) response.setHeader(name, reply.headers[name] ?? '')
    if (reply.cookies !== undefined) response.setHeader('Set-Cookie', reply.cookies)
    if (reply.kind === 'elsewhere') {
      // 303: whatever was sent, the next is read.
      response.writeHead(303, { Location: reply.location, 'Content-Length': 0 }).end()
      return
    }
    const isPage = reply.kind === 'shown'
    const type = isPage ? 'text/html; charset=utf-8' : reply.type
    const body = isPage ? renderDocument(layout(reply, { files: this.#files, facts, session })) : reply.body
    response.writeHead(reply.status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) }).end(body)
  }
}
