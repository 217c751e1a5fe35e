import { json, Router } from 'express'
import { InvalidParameterValue, type Secret } from '../../model/index.ts'
import type { Logger } from '../../platform/telemetry/index.ts'
import { type DevControls, parseDuration, steeringSchemas } from '../steering/index.ts'
import { answerError, refuse } from './answer-error.ts'
import { requireBearer } from './bearer-token.ts'
import { machineRoutes } from './machine-routes.ts'

/** What the admin listener shows and whom it asks. */
export interface AdminOptions {
  /** Whether this node can answer requests now, and what keeps it from that; or what will, unless somebody acts. */
  ready(): { readonly ok: boolean; readonly reason?: string | undefined; readonly warning?: string | undefined }
  metrics(): Promise<{ readonly contentType: string; readonly body: string }>
  /** The certificates that verify identity documents of instances, in PEM. */
  identityCertificates(): Promise<string>
  readonly operatorToken: Secret
  /** Submits an operation as the operator; rejects with a `Fault`. The input is whatever JSON came, unchecked. */
  operate(name: string, input: unknown): Promise<unknown>
  /** What only a node in development can do; elsewhere the paths do not exist. */
  readonly dev?: DevControls | undefined
  readonly logger: Logger
}

/** A directory of many accounts. */
const MAX_BODY = '16mb'

/**
 * The routes of the admin listener: `/healthz`, `/readyz`, `/metrics` and `/instance-identity.pem` for everybody who reaches it; all
 * else is for the operator: `POST /operations/NAME`, and in
 * development `POST /clock`, `POST /reset`, `POST /expire`, `GET /steering-schema`, `/requests` and all below `/instances`,
 * `/tasks` and `/pods`.
 */
export function adminRoutes({
  ready,
  metrics,
  identityCertificates,
  operatorToken,
  operate,
  dev,
  logger,
}: AdminOptions): Router {
  const routes: Router = Router({ caseSensitive: true, strict: true })
  routes.use((_request, response, next) => {
    response.set('Cache-Control', 'no-store')
    next()
  })
  routes.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' })
  })
  routes.get('/readyz', (_request, response) => {
    const { ok, reason, warning } = ready()
    response.status(ok ? 200 : 503).json(ok ? { status: 'ready', warning } : { status: 'not ready', reason })
  })
  routes.get('/metrics', async (_request, response) => {
    const { contentType, body } = await metrics()
    response.set('Content-Type', contentType).end(body)
  })
  // Public by nature: whoever is shown an identity document needs them.
  routes.get('/instance-identity.pem', async (_request, response) => {
    response.set('Content-Type', 'application/x-pem-file').end(await identityCertificates())
  })
  // Whatever follows is for the operator, so no route can forget the token; the body is read only after it.
  routes.use(requireBearer(operatorToken), json({ limit: MAX_BODY, inflate: false }))
  routes.post('/operations/:name', async (request, response) => {
    response.json((await operate(request.params.name, request.body)) ?? null)
  })
  if (dev !== undefined) {
    routes.post('/clock', async (request, response) => {
      response.json({ now: new Date(await dev.advance(readAdvance(request.body))).toISOString() })
    })
    routes.post('/reset', async (_request, response) => {
      await dev.reset()
      response.json({ status: 'ok' })
    })
    routes.post('/expire', (request, response) => {
      expire(dev, request.body)
      response.json({ status: 'ok' })
    })
    routes.get('/steering-schema', (_request, response) => {
      response.json(steeringSchemas())
    })
    routes.use(machineRoutes(dev.machines))
  }
  routes.use((_request, response) => refuse(response, 404, 'NotFound', 'There is nothing here.'))
  routes.use(answerError(logger))
  return routes
}

function readAdvance(body: unknown): number {
  const text = typeof body === 'object' && body !== null && 'advance' in body ? body.advance : undefined
  const ms = typeof text === 'string' ? parseDuration(text) : undefined
  if (ms === undefined || ms === 0) {
    throw new InvalidParameterValue(
      'Send {"advance": "PT1H"}: how far the clock moves forward, in whole days, hours, minutes and seconds as ISO 8601 writes them.',
    )
  }
  return ms
}

/** @throws {@link InvalidParameterValue} for what is no temporary access key */
function expire(dev: DevControls, body: unknown): void {
  const key = typeof body === 'object' && body !== null && 'accessKeyId' in body ? body.accessKeyId : undefined
  if (typeof key !== 'string' || !/^ASIA[A-Z2-7]{16}$/.test(key)) {
    throw new InvalidParameterValue(
      'Send {"accessKeyId": "ASIA..."}: the temporary access key that is to count as expired.',
    )
  }
  try {
    dev.expire(key)
  } catch (error) {
    throw error instanceof RangeError ? new InvalidParameterValue(error.message) : error
  }
}
