import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { allCertificates } from '../domain/instances/index.ts'
import type { AdminOptions } from '../doors/admin/index.ts'
import type { ConsoleBroker } from '../doors/console/index.ts'
import {
  type ApiOptions,
  adminApp,
  apiApp,
  type Listener,
  type ListenerOptions,
  startListener,
} from '../doors/http/index.ts'
import type { DevControls } from '../doors/steering/index.ts'
import { type ClientSettings, NoSuchEntity, type Secret } from '../model/index.ts'
import { advanceClock, getAccessKey, readGetAccessKey } from '../operations/broker/index.ts'
import { CLOUDTRAIL } from '../operations/cloudtrail/index.ts'
import { IAM } from '../operations/iam/index.ts'
import { STS } from '../operations/sts/index.ts'
import { answerer, askedSubmitter } from '../pipeline/index.ts'
import { BoundedWork } from '../platform/bounded-work.ts'
import { systemClock } from '../platform/clock.ts'
import { type BrokerConfig, homeRegion } from '../platform/config/index.ts'
import { consoleBroker } from './console-broker.ts'
import { consolePages } from './console-pages.ts'
import { environmentOf as clientEnvironmentOf, type EnvironmentOptions, readGetEnvironment } from './environment-of.ts'
import type { InstanceAddress } from './instance-address.ts'
import { loginProviders } from './login-provider.ts'
import { type Addresses, operatorTokenOf, removeReadyFile, writeReadyFile } from './node-files.ts'
import { type OperatorCalls, operatorCalls } from './operator-calls.ts'
import { type NodeOptions, type PreparedNode, prepareNode } from './prepare-node.ts'
import { ProjectedTokens } from './projected-tokens.ts'
import { publishedDocuments } from './published-documents.ts'
import { type Listen, type ServedMachines, serveMachines } from './serve-machines.ts'

/** A node that serves. */
export interface RunningNode extends PreparedNode {
  /** The origins that the listeners really have. */
  readonly addresses: Addresses
  /** What pages ask of this node. */
  readonly consoleBroker: ConsoleBroker
  readonly operatorToken: Secret
  /** What only a node in development can do. */
  readonly dev: DevControls | undefined
  /** The origins where containers are answered beside the metadata listener. */
  readonly containerAddresses: readonly string[]
  /**
   * Every instance, with where its metadata is read; resolves when all changes that this node has seen are served, and
   * tokens of service accounts are in their files.
   */
  instances(): Promise<readonly InstanceAddress[]>
  /**
   * The environment in which SDKs get the credentials of an instance, a task or a pod by themselves.
   * @param name - `i-...`, `task/ID`, `task/ID/CONTAINER` or `pod/CLUSTER/NAMESPACE/SERVICEACCOUNT`, that too with
   *   `ACCOUNT/REGION/` before the cluster
   * @throws NoSuchEntity
   */
  environmentOf(name: string, options?: EnvironmentOptions): Promise<Readonly<Record<string, string>>>
  /** What a client needs to sign as a user or an account's root. @throws NoSuchEntity */
  clientSettings(principal: string): Promise<ClientSettings>
  /** Takes no more requests, finishes those under way within the configured time, and lets go of the data. */
  stop(): Promise<void>
}

/**
 * Prepares a node and starts its three listeners.
 * @throws Error with a sentence for whoever started it: as `prepareNode`, or an address that cannot be had
 */
export async function startNode(config: BrokerConfig, options: NodeOptions = {}): Promise<RunningNode> {
  await using opened = new AsyncDisposableStack()
  await removeReadyFile(config)
  const providers = await loginProviders(config, systemClock)
  const node = opened.adopt(await prepareNode(config, options), (each) => each.stop())
  const { broker } = node
  const { limits, trustedProxies, redirectMissingAction } = config
  const region = homeRegion(config.partition)
  // Set at the beginning of the stop.
  const stopping = new AbortController()

  const listen: Listen = async (app, bounds) => {
    const { requestTimeoutMs, idleTimeoutMs, connections: maxConnections } = limits
    const { logger } = broker
    const listener = await startListener(app, { ...bounds, requestTimeoutMs, idleTimeoutMs, maxConnections, logger })
    opened.defer(() => listener.stop(0))
    return listener
  }

  const services = [STS, IAM, CLOUDTRAIL] as const
  const work = new BoundedWork({ running: limits.requestsAtOnce, waiting: limits.requestsWaiting })
  const submitAsked = askedSubmitter({ services, region, accountRate: limits.requestsPerSecond, work }, broker)
  const query = { cors: false, redirectMissingAction, maxParameters: limits.parameters }
  const forPages = consoleBroker({
    broker,
    browsers: node.browsers,
    loginProviders: providers,
    accountRate: limits.requestsPerSecond,
    services: [STS, IAM],
    submitAsked,
    work,
    region,
    maxParameters: limits.parameters,
    origin: () => config.publicUrl ?? api.origin,
  })
  const answer = answerer({ services, query, region, work, submitAsked }, broker)
  const apiOptions: ApiOptions = {
    answer,
    trustedProxies,
    maxBodyBytes: limits.bodyBytes,
    documents: publishedDocuments(broker, config),
    pages: consolePages({ broker: forPages, work, logger: broker.logger }),
    logger: broker.logger,
  }
  const api: Listener = await listen(apiApp(apiOptions), {
    listen: config.listen.api,
    flag: '--listen',
    maxHeaderBytes: limits.apiHeaderBytes,
    tls: await readTls(config),
  })
  broker.outboundIdentities.listensAt(api.origin)
  broker.clusterIssuers.listensAt(api.origin)
  broker.samlIdentities.listensAt(api.origin)
  const machines = await serveMachines({
    config,
    broker,
    listen,
    stopping: stopping.signal,
    onChange: () => writeReadyFile(config, readyContent()),
  })
  const { instances, metadata, containerAddresses } = machines
  opened.defer(() => instances.stop(0))
  await machines.start()
  const tokens = opened.adopt(new ProjectedTokens(node, config), (each) => each.stop())
  await tokens.start()
  node.whenMoved(() => tokens.renew())

  const endpoint = config.publicUrl ?? api.origin
  const keyOf = async (principal: string) => {
    const { secretAccessKey, ...key } = await node.operate(getAccessKey, { principal })
    return { ...key, secretAccessKey: secretAccessKey.reveal(), endpoint, region }
  }
  const environmentOf: RunningNode['environmentOf'] = (name, options) => {
    const places = { node, endpoint, metadata: metadata.origin, containers: containerAddresses, tokens }
    return clientEnvironmentOf(name, { ...places, instances: instances.list() }, options)
  }
  const calls: OperatorCalls = new Map([
    ...operatorCalls(node),
    // Of a node that listens only: the answers say where to use them.
    ['GetAccessKey', (input: unknown) => keyOf(readGetAccessKey(input).principal)],
    [
      'GetEnvironment',
      (input: unknown) => {
        const { name, ...options } = readGetEnvironment(input)
        return environmentOf(name, options)
      },
    ],
  ])
  const operatorToken = await operatorTokenOf(config)
  const dev = devControls(node, machines, tokens)
  const adminOptions: AdminOptions = {
    ready: () =>
      readiness(stopping.signal.aborted, broker.directory.isCurrent(), instances.isCurrent(), node.keyProblem()),
    metrics: () => broker.metrics.render(),
    identityCertificates: () => allCertificates(machines.documents),
    operatorToken,
    operate: async (name, input) => {
      const call = calls.get(name)
      if (call === undefined) throw new NoSuchEntity(`There is no operation ${name} here.`)
      const output = await call(input)
      // What a destroyed key signed is good for nothing any more.
      if (name === 'RotateKeys') tokens.renew()
      // What was changed is served by the time it is answered.
      await machines.settled()
      await tokens.settled()
      return output
    },
    dev,
    logger: broker.logger,
  }
  const admin = await listen(adminApp(adminOptions, [config.listen.admin.host]), {
    listen: config.listen.admin,
    flag: '--admin-listen',
    maxHeaderBytes: limits.metadataHeaderBytes,
  })

  const addresses = { api: api.origin, metadata: metadata.origin, admin: admin.origin }
  const readyContent = () => ({
    addresses,
    containers: [metadata.origin, ...containerAddresses],
    instances: instances.list().map((each) => ({
      ...each,
      addresses: each.addresses.length > 0 ? each.addresses : [metadata.origin],
    })),
    operatorToken,
  })
  await writeReadyFile(config, readyContent())
  opened.move()
  return {
    ...node,
    addresses,
    consoleBroker: forPages,
    containerAddresses,
    operatorToken,
    dev,
    async instances() {
      await machines.settled()
      await tokens.settled()
      return instances.list()
    },
    async environmentOf(name, options) {
      await machines.settled()
      return await environmentOf(name, options)
    },
    async clientSettings(principal) {
      const { accessKeyId, secretAccessKey } = await keyOf(principal)
      return { endpoint, region, credentials: { accessKeyId, secretAccessKey } }
    },
    async stop() {
      stopping.abort()
      await removeReadyFile(config)
      await Promise.all(
        [api, metadata, ...machines.containerListeners, instances].map((each) => each.stop(limits.drainMs)),
      )
      // Last, so that whoever asks is told that the node is not ready rather than nothing.
      await admin.stop(limits.drainMs)
      await tokens.stop()
      await node.stop()
    },
  }
}

function readiness(
  draining: boolean,
  followsLog: boolean,
  servesInstances: boolean,
  warning: string | undefined,
): ReturnType<AdminOptions['ready']> {
  if (draining) return { ok: false, reason: 'The node is stopping.' }
  if (!followsLog) return { ok: false, reason: 'The change log cannot be followed.' }
  if (!servesInstances) return { ok: false, reason: 'The instances of the directory cannot be read.' }
  return { ok: true, warning }
}

function devControls(node: PreparedNode, machines: ServedMachines, tokens: ProjectedTokens): DevControls | undefined {
  const { virtualClock: clock, broker, operate } = node
  const { steered, instances, metadata } = machines
  if (clock === undefined || steered === undefined) return undefined
  return {
    async advance(ms) {
      const now = await operate(advanceClock, { clock, ms })
      await tokens.settled()
      return now
    },
    async reset() {
      await node.reset()
      await machines.settled()
      await tokens.settled()
      steered.clear()
      broker.endedEarly?.clear()
    },
    expire: (accessKeyId) => broker.endedEarly?.add(accessKeyId),
    machines: steered.controls(instances, metadata.origin),
  }
}

async function readTls({ tls }: BrokerConfig): Promise<ListenerOptions['tls']> {
  if (tls === undefined) return undefined
  const cert = await readPem(tls.certFile, '--tls-cert')
  const key = await readPem(tls.keyFile, '--tls-key')
  const certificate = parsePem(
    () => new X509Certificate(cert),
    `${tls.certFile}, named by --tls-cert, holds no certificate in PEM`,
  )
  const privateKey = parsePem(
    () => createPrivateKey(key),
    `${tls.keyFile}, named by --tls-key, holds no private key in PEM`,
  )
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new Error(`The key in ${tls.keyFile} is not the one of the first certificate in ${tls.certFile}.`)
  }
  return { cert, key }
}

function parsePem<Parsed>(parse: () => Parsed, otherwise: string): Parsed {
  try {
    return parse()
  } catch (cause) {
    throw new Error(otherwise, { cause })
  }
}

async function readPem(file: string, flag: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new Error(`${file}, named by ${flag}, cannot be read`, { cause })
  }
}
