import express, { type Express, type RequestHandler } from 'express'
import { hostCheck } from './host-check.ts'

/**
 * The app of a listener that only programs of this machine may use: `routes`, behind the check of `Host`.
 * @param hostnames - as {@link hostCheck} takes them
 */
export function localApp(routes: RequestHandler, hostnames: readonly string[]): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use(hostCheck(hostnames))
  app.use(routes)
  return app
}
