import { type Request, Router } from 'express'
import type { RecordedRequest, Steering } from '../../domain/instances/index.ts'
import { isoSeconds, machineOfPod, machineOfTask } from '../../model/index.ts'
import { describeSteering, type MachineControls, readContainerSteering, readSteering } from '../steering/index.ts'

/** What a kind of machine is named by in paths, and how it is steered. */
interface Kind {
  readonly path: string
  readonly list: string
  nameOf(params: Request['params']): string
  listed(): readonly object[]
  read(body: unknown): Steering
}

/**
 * The routes of a node in development that steer what instances, tasks and pods are answered, and tell what they asked. The
 * caller was proven before.
 */
export function machineRoutes(controls: MachineControls): Router {
  const routes: Router = Router({ caseSensitive: true, strict: true })
  for (const kind of kindsOf(controls)) {
    routes.get(`/${kind.list}`, (_request, response) => {
      response.json({ [kind.list]: kind.listed() })
    })
    addMachine(routes, kind, controls)
  }
  routes.post('/instances/:id/void-tokens', ({ params }, response) => {
    controls.voidTokens(one(params.id))
    response.json({ status: 'ok' })
  })
  routes.get('/requests', (_request, response) => {
    response.json({ requests: controls.requests().map(described) })
  })
  routes.delete('/requests', (_request, response) => {
    controls.forgetRequests()
    response.json({ status: 'ok' })
  })
  return routes
}

function kindsOf(controls: MachineControls): readonly Kind[] {
  const containers = (prefix: string) => controls.containers().filter(({ id }) => id.startsWith(prefix))
  return [
    {
      path: '/instances/:id',
      list: 'instances',
      nameOf: ({ id }) => one(id),
      listed: () => controls.list(),
      read: (body) => readSteering(body, controls.now()),
    },
    {
      path: '/tasks/:id',
      list: 'tasks',
      nameOf: ({ id }) => machineOfTask(one(id)),
      listed: () => containers('task/'),
      read: readContainerSteering,
    },
    {
      path: '/pods/:clusterName/:namespace/:serviceAccount',
      list: 'pods',
      nameOf: ({ clusterName, namespace, serviceAccount }) =>
        machineOfPod({
          clusterName: one(clusterName),
          namespace: one(namespace),
          serviceAccount: one(serviceAccount),
        }),
      listed: () => containers('pod/'),
      read: readContainerSteering,
    },
  ]
}

function addMachine(routes: Router, { path, nameOf, read }: Kind, controls: MachineControls): void {
  const shown = (id: string, steering: Steering) => ({ id, steering: describeSteering(steering) })
  routes.get(path, ({ params }, response) => {
    const name = nameOf(params)
    response.json(shown(name, controls.steering(name)))
  })
  routes.patch(path, ({ params, body }, response) => {
    const name = nameOf(params)
    response.json(shown(name, controls.steer(name, read(body))))
  })
  routes.delete(path, ({ params }, response) => {
    const name = nameOf(params)
    controls.reset(name)
    response.json(shown(name, controls.steering(name)))
  })
  for (const act of ['rotate', 'expire'] as const) {
    routes.post(`${path}/${act}`, ({ params }, response) => {
      controls[act](nameOf(params))
      response.json({ status: 'ok' })
    })
  }
  routes.get(`${path}/requests`, ({ params }, response) => {
    response.json({ requests: controls.requests(nameOf(params)).map(described) })
  })
  routes.delete(`${path}/requests`, ({ params }, response) => {
    controls.forgetRequests(nameOf(params))
    response.json({ status: 'ok' })
  })
}

function described({ at, ...rest }: RecordedRequest): object {
  return { at: isoSeconds(at), ...rest }
}

/** A parameter of these paths is one segment. */
function one(value: string | readonly string[] | undefined): string {
  return typeof value === 'string' ? value : ''
}
