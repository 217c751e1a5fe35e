import type { RequestListener } from 'node:http'
import type { RequestHandler } from 'express'
import { bareApp } from './bare-app.ts'
import { hostCheck } from './host-check.ts'

/**
 * The app of a listener that only programs of this machine may use: `routes`, behind the check of `Host`.
 * @param hostnames - as {@link hostCheck} takes them
 */
export function localApp(routes: RequestHandler, hostnames: readonly string[]): RequestListener {
  return bareApp(hostCheck(hostnames), routes)
}
