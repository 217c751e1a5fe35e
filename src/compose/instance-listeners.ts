import type { Directory } from '../domain/directory/index.ts'
import { InstanceView, profileLeaves, steered } from '../domain/instances/index.ts'
import { type Listener, type ListenerOptions, metadataApp, startListener } from '../doors/http/index.ts'
import type { CredentialsSource, MachineSteering, MetadataDoor } from '../doors/metadata/index.ts'
import type { Instance, InstanceListen, InstanceProfile } from '../model/index.ts'
import type { Logger } from '../platform/telemetry/index.ts'
import type { InstanceAddress } from './instance-address.ts'

/** What instances are served with. */
export interface InstanceListenersOptions {
  readonly directory: Directory
  readonly door: MetadataDoor
  readonly credentials: Pick<CredentialsSource, 'forget'>
  /** What tests make of instances; only in development. */
  readonly steering?: MachineSteering | undefined
  /** As `metadataApp` takes it. */
  readonly holdMs: number
  readonly stopping: AbortSignal
  /** Bounds of each listener. */
  readonly bounds: Omit<ListenerOptions, 'listen' | 'flag' | 'logger'>
  /** Of the instance that has none of its own. */
  sharedListener(): Listener
  /** Told after instances or their addresses changed. */
  onChange(): Promise<void>
  readonly logger: Logger
}

interface Served {
  readonly json: string
  readonly instance: Instance
  readonly profile: InstanceProfile | undefined
  view: InstanceView
  readonly listeners: Map<string, Listener>
}

const FIRST_RETRY_MS = 100
const LONGEST_RETRY_MS = 5_000

/** The instances of the directory, each on its listeners: they come, change and go as the change log says. */
export class InstanceListeners {
  readonly #options: InstanceListenersOptions
  readonly #served = new Map<string, Served>()
  #shared: Served | undefined
  #following = Promise.resolve()
  #isDue = false
  #isBehind = false
  #isStopped = false
  #retry: NodeJS.Timeout | undefined
  #retryMs = FIRST_RETRY_MS

  constructor(options: InstanceListenersOptions) {
    this.#options = options
  }

  /** The instance that answers on the metadata listener itself. */
  get shared(): InstanceView | undefined {
    return this.#shared?.view
  }

  /** Serves what there is, and follows the directory from then on. @throws {Error} when an address cannot be had */
  async start(): Promise<void> {
    this.#options.steering?.watch((id) => {
      const served = this.#served.get(id)
      if (served === undefined) return
      served.view = this.#view(served.instance, served.profile)
      this.#refuseOrAccept(served)
    })
    for (const kind of ['instance', 'instance-profile'] as const) {
      this.#options.directory.watch(kind, () => this.#follow())
    }
    await this.#bringUpToDate(true)
  }

  /** False when what is served may not be what the directory says: reading it failed, and is tried again. */
  isCurrent(): boolean {
    return !this.#isBehind
  }

  /** Resolves when everything that this node has seen of the directory is served, or was tried to be. */
  async settled(): Promise<void> {
    await this.#following
  }

  /** Every instance, with where it is read. */
  list(): readonly InstanceAddress[] {
    return [...this.#served.values()].map(({ view: { instance }, listeners }) => ({
      id: instance.id,
      account: instance.account,
      region: instance.region,
      addresses: [...listeners.values()].map(({ origin }) => origin),
    }))
  }

  async stop(drainMs: number): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#retry)
    await this.#following
    const listeners = [...this.#served.values()].flatMap((served) => [...served.listeners.values()])
    await Promise.all(listeners.map((listener) => listener.stop(drainMs)))
  }

  /** After one another, and once for all changes of a moment. */
  #follow(): void {
    if (this.#isDue || this.#isStopped) return
    this.#isDue = true
    clearTimeout(this.#retry)
    this.#following = this.#following.then(() => this.#catchUp())
  }

  /** Never rejects; what fails is tried again, at first soon and then less often. */
  async #catchUp(): Promise<void> {
    const { onChange, logger } = this.#options
    this.#isDue = false
    if (this.#isStopped) return
    let isServed = false
    try {
      await this.#bringUpToDate(false)
      isServed = true
      await onChange()
      this.#retryMs = FIRST_RETRY_MS
    } catch (error) {
      logger.error('instances.failed', { error, retryMs: this.#retryMs })
      if (!this.#isStopped) this.#retry = setTimeout(() => this.#follow(), this.#retryMs)
      this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS)
    }
    this.#isBehind = !isServed
  }

  async #bringUpToDate(isStart: boolean): Promise<void> {
    const { directory } = this.#options
    // All is read before anything changes: a read that fails leaves everything as it was, and nobody meets half of it.
    const instances = await directory.instances()
    const profiles: (InstanceProfile | undefined)[] = []
    for (const { account, profile } of instances) {
      profiles.push(profile === undefined ? undefined : await directory.instanceProfile(account, profile))
    }
    const left = this.#replaceServed(instances, profiles)
    // Before any is opened: an address may have moved from one instance to another.
    await Promise.all(left.map((listener) => listener.stop(0)))
    for (const { id } of instances) {
      const served = this.#served.get(id)
      if (served !== undefined) await this.#openNew(served, isStart)
    }
  }

  /** Serves these instances and no others, all in one turn; gives the listeners that nobody has any more. */
  #replaceServed(instances: readonly Instance[], profiles: readonly (InstanceProfile | undefined)[]): Listener[] {
    const { credentials, steering } = this.#options
    const left: Listener[] = []
    const wanted = new Set(instances.map(({ id }) => id))
    for (const [id, { listeners }] of this.#served) {
      if (wanted.has(id)) continue
      this.#served.delete(id)
      credentials.forget(id)
      steering?.clear(id)
      left.push(...listeners.values())
    }
    let shared: Served | undefined
    for (const [index, instance] of instances.entries()) {
      const served = this.#serve(instance, profiles[index])
      if (instance.listen.length === 0) shared = served
      left.push(...takeLeft(served))
    }
    this.#shared = shared
    // It may have another instance now, or none.
    if (steering !== undefined) this.#options.sharedListener().refuseAll(this.#refuses(shared))
    return left
  }

  #refuses(served: Served | undefined): boolean {
    const { steering } = this.#options
    return served !== undefined && steering?.of(served.instance.id).connections === 'refused'
  }

  #refuseOrAccept(served: Served): void {
    const refuses = this.#refuses(served)
    if (served === this.#shared) this.#options.sharedListener().refuseAll(refuses)
    for (const listener of served.listeners.values()) listener.refuseAll(refuses)
  }

  /** The view stays while nothing of the instance changes: what it made is made once. */
  #serve(instance: Instance, profile: InstanceProfile | undefined): Served {
    const json = JSON.stringify([instance, profile])
    const before = this.#served.get(instance.id)
    if (before?.json === json) return before
    // A role that is put into the profile is assumed anew, one that comes back too: who it trusts by then is what counts.
    if (!haveSameRole(before?.profile, profile)) this.#options.credentials.forget(instance.id)
    const view = this.#view(instance, profile)
    const served = { json, instance, profile, view, listeners: before?.listeners ?? new Map<string, Listener>() }
    this.#served.set(instance.id, served)
    return served
  }

  #view(instance: Instance, profile: InstanceProfile | undefined): InstanceView {
    const { directory, steering } = this.#options
    const how = steering?.of(instance.id) ?? {}
    return new InstanceView(
      steered(instance, how),
      directory.partition,
      profileLeaves(instance, profile, how.variants?.includes('extendedApi')),
      how.lifecycle,
    )
  }

  async #openNew(served: Served, isStart: boolean): Promise<void> {
    const { bounds, door, holdMs, stopping, logger } = this.#options
    const { id, listen } = served.view.instance
    for (const [index, each] of listen.entries()) {
      const key = keyOf(each, index)
      if (served.listeners.has(key)) continue
      const client = () => ({ instance: this.#served.get(id)?.view, hops: each.hops })
      const app = metadataApp({ door, client, holdMs, stopping, host: each.host, logger })
      try {
        const listener = await startListener(app, { ...bounds, listen: each, flag: `Listen of ${id}`, logger })
        served.listeners.set(key, listener)
        this.#refuseOrAccept(served)
      } catch (error) {
        if (isStart) throw error
        // The directory says so already: the others are served, and this one is tried again with the next change.
        logger.error('instance.unreachable', { instance: id, error })
      }
    }
  }
}

/** False also when it was away in between, which nobody may have seen: several changes are looked at as one. */
function haveSameRole(one: InstanceProfile | undefined, other: InstanceProfile | undefined): boolean {
  if (one?.uniqueId !== other?.uniqueId) return false
  return one?.roleName === other?.roleName && one?.roleSince === other?.roleSince
}

/** Two listeners on a port that the system chooses are two. */
function keyOf({ host, port, hops }: InstanceListen, index: number): string {
  return `${host} ${port} ${hops}${port === 0 ? ` ${index}` : ''}`
}

/** Takes away the listeners that an instance has no more. */
function takeLeft({ view, listeners }: Served): Listener[] {
  const wanted = new Set(view.instance.listen.map(keyOf))
  const left: Listener[] = []
  for (const [key, listener] of listeners) {
    if (wanted.has(key)) continue
    listeners.delete(key)
    left.push(listener)
  }
  return left
}
