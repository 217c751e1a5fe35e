import { ServiceAccountTokens } from '../domain/containers/index.ts'
import { InstanceTokens } from '../domain/instances/index.ts'
import type { EndedEarly } from '../domain/sessions/index.ts'
import {
  type CredentialsSource,
  type containerDoor,
  faultyDocument,
  type InstanceCredentials,
  MachineSteering,
  type MetadataDoor,
  RequestRecording,
  SteeredCredentials,
  SteeredTokens,
  steeredContainers,
  steeredDoor,
} from '../doors/metadata/index.ts'
import type { MachineControls } from '../doors/steering/index.ts'
import { NoSuchEntity } from '../model/index.ts'
import type { BrokerParts } from '../pipeline/index.ts'
import type { InstanceListeners } from './instance-listeners.ts'
import { KnownContainers } from './known-containers.ts'

/** Where machines get credentials from. */
interface Sources {
  readonly instances: CredentialsSource
  readonly containers: CredentialsSource
}

/** What stands between machines and what answers them in development, so that tests can steer it. */
export class SteeredMachines {
  readonly steering = new MachineSteering()
  readonly containers: KnownContainers
  /** The same, steered. */
  readonly credentials: { readonly instances: SteeredCredentials; readonly containers: SteeredCredentials }
  readonly tokens: SteeredTokens
  readonly #recording = new RequestRecording()
  readonly #broker: BrokerParts
  readonly #stopping: AbortSignal

  /** @param stopping - cuts off whoever is kept waiting */
  constructor(sources: Sources, endedEarly: EndedEarly, broker: BrokerParts, stopping: AbortSignal) {
    this.#broker = broker
    this.#stopping = stopping
    this.containers = new KnownContainers(broker)
    this.tokens = new SteeredTokens(new InstanceTokens(broker))
    const { steering } = this
    const { clock } = broker
    this.credentials = {
      instances: new SteeredCredentials({ credentials: sources.instances, steering, endedEarly, clock }),
      containers: new SteeredCredentials({ credentials: sources.containers, steering, endedEarly, clock }),
    }
  }

  /** Documents of instances, with what is to be wrong in them. */
  documents(credentials: Pick<InstanceCredentials, 'of'>): Pick<InstanceCredentials, 'of'> {
    const { steering } = this
    const { clock } = this.#broker
    return {
      async of(instance, ...wanted) {
        const body = await credentials.of(instance, ...wanted)
        const { document } = steering.of(instance.id)
        return document === undefined ? body : faultyDocument(body, document, clock.now())
      },
    }
  }

  /** A door that answers instances as they are steered, and records what they ask. */
  door(door: MetadataDoor): MetadataDoor {
    return steeredDoor(door, this.#doorOptions())
  }

  /** The same for containers. */
  containerDoor(door: ReturnType<typeof containerDoor>) {
    const { keyring, random, directory } = this.#broker
    const tokens = new ServiceAccountTokens({ keyring, random, partition: directory.partition })
    return steeredContainers(door, tokens, this.#doorOptions())
  }

  /**
   * The hands of a test on what machines are answered.
   * @param origin - of the metadata listener, where an instance is read that has no address of its own
   */
  controls(instances: InstanceListeners, origin: string): MachineControls {
    const { steering } = this
    const list = () =>
      instances.list().map(({ id, account, addresses }) => ({
        id,
        account,
        addresses: addresses.length > 0 ? addresses : [origin],
      }))
    const known = (name: string): string => {
      const [what, there] = /^(?:task|pod)\//.test(name)
        ? (['container', this.containers.list()] as const)
        : (['instance', instances.list()] as const)
      const names = there.map(({ id }) => id)
      if (names.includes(name)) return name
      const others = names.length === 0 ? 'none: the directory lists no such thing' : names.slice(0, 10).join(', ')
      throw new NoSuchEntity(`There is no ${what} ${name.slice(0, 64)} here. There is ${others}.`)
    }
    const sourceOf = (name: string) => this.credentials[name.startsWith('i-') ? 'instances' : 'containers']
    const changed = (name: string, change: () => void): void => {
      known(name)
      change()
    }
    return {
      now: () => this.#broker.clock.now(),
      list,
      containers: () => this.containers.list(),
      steering: (name) => steering.of(known(name)),
      steer: (name, changes) => steering.change(known(name), changes),
      reset: (name) =>
        changed(name, () => {
          steering.clear(name)
          this.#recording.clear(name)
        }),
      rotate: (name) => changed(name, () => sourceOf(name).rotate(name)),
      expire: (name) => changed(name, () => sourceOf(name).expire(name)),
      voidTokens: (id) => changed(id, () => this.tokens.voidAll(id)),
      requests: (name) => this.#recording.list(name === undefined ? undefined : known(name)),
      forgetRequests: (name) => this.#recording.clear(name === undefined ? undefined : known(name)),
      onRequest: (listener) => this.#recording.listen(listener),
    }
  }

  /** As at the start: nothing is steered, handed out or recorded. */
  clear(): void {
    this.credentials.instances.forgetAll()
    this.credentials.containers.forgetAll()
    this.steering.clearAll()
    this.#recording.clear()
  }

  #doorOptions() {
    const { clock, wireClock } = this.#broker
    return { steering: this.steering, recording: this.#recording, clock, wireClock, stopping: this.#stopping }
  }
}
