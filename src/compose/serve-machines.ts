import type { RequestListener } from 'node:http'
import { ServiceAccountTokens, TaskTokens } from '../domain/containers/index.ts'
import { IdentityDocuments, InstanceTokens } from '../domain/instances/index.ts'
import { type Listener, type ListenerOptions, metadataApp } from '../doors/http/index.ts'
import {
  ContainerCredentials,
  containerDoor,
  InstanceCredentials,
  type MetadataDoor,
  metadataDoor,
  RoleCredentials,
} from '../doors/metadata/index.ts'
import type { BrokerParts } from '../pipeline/index.ts'
import type { BrokerConfig } from '../platform/config/index.ts'
import { InstanceListeners } from './instance-listeners.ts'
import { SteeredMachines } from './steered-machines.ts'

/** Starts a listener of a node, with the bounds that all have. */
export type Listen = (
  app: RequestListener,
  bounds: Pick<ListenerOptions, 'listen' | 'flag' | 'maxHeaderBytes' | 'tls' | 'takesExpectations'>,
) => Promise<Listener>

/** What machines are served with. */
interface ServeMachinesOptions {
  readonly config: BrokerConfig
  readonly broker: BrokerParts
  readonly listen: Listen
  readonly stopping: AbortSignal
  /** Told after instances or their addresses changed. */
  onChange(): Promise<void>
}

/** Instances, tasks and pods, with where they are answered. */
export interface ServedMachines {
  readonly documents: IdentityDocuments
  readonly instances: InstanceListeners
  /** The listener that every kind is answered on. */
  readonly metadata: Listener
  /** Those for containers alone, and their origins. */
  readonly containerListeners: readonly Listener[]
  readonly containerAddresses: readonly string[]
  /** Only in development. */
  readonly steered: SteeredMachines | undefined
  /** Serves what the directory says, and follows it from then on. @throws Error when an address cannot be had */
  start(): Promise<void>
  /** Resolves when everything that this node has seen of the directory is served. */
  settled(): Promise<void>
}

/** At least two of an instance are in use at a time: fetched with a session token, and without. */
const MOST_OF_INSTANCE = 2
/** Every pod of a service account has its own. */
const MOST_OF_CONTAINER = 10_000
/** Where only containers are answered. */
const NO_INSTANCE = { instance: undefined, hops: 1 } as const

/** Opens what machines are answered on: the metadata listener, and those for containers. */
export async function serveMachines(options: ServeMachinesOptions): Promise<ServedMachines> {
  const { config, broker, listen, stopping, onChange } = options
  const { limits } = config
  const { directory, clock, logger, endedEarly } = broker
  const isCurrent = (): boolean => instances.isCurrent()
  const held = {
    instances: new RoleCredentials(broker, { most: MOST_OF_INSTANCE, isCurrent }),
    containers: new RoleCredentials(broker, { most: MOST_OF_CONTAINER }),
  }
  const steered = endedEarly && new SteeredMachines(held, endedEarly, broker, stopping)
  const sources = steered?.credentials ?? held
  const ofInstances = new InstanceCredentials(sources.instances, broker)
  const documents = new IdentityDocuments(broker.keyring)
  const tokens = steered?.tokens ?? new InstanceTokens(broker)
  const plain = metadataDoor({ clock, tokens, documents, credentials: steered?.documents(ofInstances) ?? ofInstances })
  const door = steered?.door(plain) ?? plain
  const plainContainers = containerDoor({
    directory,
    clock,
    wireClock: broker.wireClock,
    isLimited: limits.requestsPerSecond > 0,
    random: broker.random,
    taskTokens: new TaskTokens(broker),
    serviceAccountTokens: new ServiceAccountTokens({ ...broker, partition: config.partition }),
    credentials: new ContainerCredentials(sources.containers, broker),
  })
  const containers = steered?.containerDoor(plainContainers) ?? plainContainers
  const sharedDoor: MetadataDoor = (request, asking) => containers(request) ?? door(request, asking)

  const bounds = { maxHeaderBytes: limits.metadataHeaderBytes, takesExpectations: true }
  const app = { door: sharedDoor, holdMs: limits.requestTimeoutMs, stopping, logger }
  const instances = new InstanceListeners({
    directory,
    door,
    credentials: sources.instances,
    steering: steered?.steering,
    holdMs: app.holdMs,
    stopping,
    bounds: {
      ...bounds,
      requestTimeoutMs: limits.requestTimeoutMs,
      idleTimeoutMs: limits.idleTimeoutMs,
      maxConnections: limits.connections,
    },
    sharedListener: () => metadata,
    onChange,
    logger,
  })
  const shared = { ...app, client: () => ({ instance: instances.shared, hops: 1 }), host: config.listen.metadata.host }
  const metadata = await listen(metadataApp(shared), {
    ...bounds,
    listen: config.listen.metadata,
    flag: '--metadata-listen',
  })
  const containerListeners: Listener[] = []
  for (const each of config.listen.containers) {
    const alone = metadataApp({ ...app, client: () => NO_INSTANCE, host: each.host })
    containerListeners.push(await listen(alone, { ...bounds, listen: each, flag: '--container-listen' }))
  }
  return {
    documents,
    instances,
    metadata,
    containerListeners,
    containerAddresses: containerListeners.map(({ origin }) => origin),
    steered,
    async start() {
      await steered?.containers.start()
      await instances.start()
    },
    async settled() {
      await steered?.containers.settled()
      await instances.settled()
    },
  }
}
