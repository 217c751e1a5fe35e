import { Router } from 'express'
import type { Steering } from '../../domain/instances/index.ts'
import { isoSeconds } from '../../model/index.ts'
import { describeSteering, type InstanceControls, readSteering } from '../steering/index.ts'

/**
 * The routes below `/instances`, for a node in development alone: what the metadata of each instance answers is steered
 * here, and what was asked of it read. The caller was proven before.
 */
export function instanceRoutes(controls: InstanceControls): Router {
  const routes: Router = Router({ caseSensitive: true, strict: true })
  const shown = (id: string, steering: Steering) => ({ id, steering: describeSteering(steering) })
  routes.get('/', (_request, response) => {
    response.json({ instances: controls.list() })
  })
  routes.get('/:id', ({ params: { id } }, response) => {
    response.json(shown(id, controls.steering(id)))
  })
  routes.patch('/:id', ({ params: { id }, body }, response) => {
    response.json(shown(id, controls.steer(id, readSteering(body, controls.now()))))
  })
  routes.delete('/:id', ({ params: { id } }, response) => {
    controls.reset(id)
    response.json(shown(id, controls.steering(id)))
  })
  routes.post('/:id/rotate', ({ params: { id } }, response) => {
    controls.rotate(id)
    response.json({ status: 'ok' })
  })
  routes.post('/:id/expire', ({ params: { id } }, response) => {
    controls.expire(id)
    response.json({ status: 'ok' })
  })
  routes.get('/:id/requests', ({ params: { id } }, response) => {
    response.json({ requests: controls.requests(id).map(({ at, ...rest }) => ({ at: isoSeconds(at), ...rest })) })
  })
  routes.delete('/:id/requests', ({ params: { id } }, response) => {
    controls.forgetRequests(id)
    response.json({ status: 'ok' })
  })
  return routes
}
