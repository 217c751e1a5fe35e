import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import express, { type RequestHandler } from 'express'
import { refuse } from './refuse.ts'

/**
 * An Express app that says nothing of itself and has no pages of its own. `handlers` answer every request; those that
 * cannot reach them, because their target is no URL, are answered with 400.
 */
export function bareApp(...handlers: readonly RequestHandler[]): RequestListener {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  for (const handler of handlers) app.use(handler)
  // Without the third argument Express would answer with a page.
  const route: (request: IncomingMessage, response: ServerResponse, done: () => void) => void = app
  return (request, response) => route(request, response, () => refuse(request, response, 400))
}
