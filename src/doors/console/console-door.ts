import type { IncomingMessage, ServerResponse } from 'node:http'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import type { Connection } from '../../pipeline/index.ts'
import type { BoundedWork } from '../../platform/bounded-work.ts'
import type { Logger } from '../../platform/telemetry/index.ts'
import type { ConsoleBroker } from './console-broker.ts'
import { Cookies } from './cookies.ts'
import type { Page } from './page.ts'
import { PageHandler } from './page-handler.ts'
import { forFault, NOT_FOUND, refusal } from './refusals.ts'
import { securityHeaders } from './security-headers.ts'
import { Sender } from './sender.ts'
import { StaticFiles } from './static-files.ts'

/** What the pages are, and what they stand on. */
interface ConsoleOptions {
  readonly broker: Pick<ConsoleBroker, 'origin' | 'factsOf' | 'sessionOf'>
  readonly pages: readonly Page[]
  /** Does the work of requests, whoever sent them: that of the listener. */
  readonly work: BoundedWork
  readonly logger: Logger
}

/** What came with a request, read and bounded by the listener. */
interface Arrival {
  readonly body: Uint8Array
  readonly connection: Connection
}

/** Answers requests for pages. */
export type ConsoleDoor = (request: IncomingMessage, response: ServerResponse, arrival: Arrival) => void

/**
 * The pages for people. Whatever is asked for has an answer: a page, a file that pages load, or a page that says what is
 * wrong.
 */
export function consoleDoor(options: ConsoleOptions): ConsoleDoor {
  const { broker } = options
  const secure = broker.origin.startsWith('https:')
  const arrivals = new WeakMap<IncomingMessage, Arrival>()
  const files = new StaticFiles()
  const cookies = new Cookies(secure)
  const sender = new Sender(files)

  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('query parser', false)
  app.enable('case sensitive routing')
  app.enable('strict routing')
  app.use(securityHeaders(secure))
  app.use(files.routes())
  app.use((_request, response, next) => {
    response.set('Cache-Control', 'no-store')
    next()
  })
  for (const page of options.pages) {
    const handler = new PageHandler(page, { ...options, cookies })
    const handle: RequestHandler = async (request, response) => {
      const arrival = arrivals.get(request)
      if (arrival === undefined) throw new Error('a request came past the listener')
      const facts = broker.factsOf(request, arrival.connection)
      const { reply, session } = await handler.answer(request, arrival.body, facts)
      sender.send(response, reply, { facts, session })
    }
    app.all(page.path, handle)
  }
  const refuseWith = (request: IncomingMessage, response: ServerResponse, reply: ReturnType<typeof refusal>): void => {
    const arrival = arrivals.get(request)
    if (arrival === undefined) response.writeHead(500, { 'Content-Length': 0 }).end()
    else sender.send(response, reply, { facts: broker.factsOf(request, arrival.connection), session: undefined })
  }
  app.use((request, response) => refuseWith(request, response, refusal(NOT_FOUND)))
  // Express tells error handlers by their four parameters.
  const onError: ErrorRequestHandler = (error, request, response, _next) => {
    // A path with a broken escape: Express gives such errors their status.
    if (error?.status === 400) return refuseWith(request, response, refusal(NOT_FOUND))
    options.logger.error('page.failed', { error })
    return response.headersSent ? response.destroy() : refuseWith(request, response, forFault(undefined, false))
  }
  app.use(onError)
  return (request, response, arrival) => {
    arrivals.set(request, arrival)
    app(request, response)
  }
}
