import type { EndedEarly } from '../domain/sessions/index.ts'
import {
  type InstanceCredentials,
  InstanceSteering,
  type MetadataDoor,
  RequestRecording,
  SteeredCredentials,
  steeredDoor,
} from '../doors/metadata/index.ts'
import type { InstanceControls } from '../doors/steering/index.ts'
import { NoSuchEntity } from '../model/index.ts'
import type { BrokerParts } from '../pipeline/index.ts'
import type { InstanceListeners } from './instance-listeners.ts'

/** What stands between the metadata service and its clients in development, so that tests can steer it. */
export class SteeredInstances {
  readonly steering = new InstanceSteering()
  readonly credentials: SteeredCredentials
  readonly #recording = new RequestRecording()
  readonly #broker: BrokerParts

  constructor(credentials: InstanceCredentials, endedEarly: EndedEarly, broker: BrokerParts) {
    this.#broker = broker
    this.credentials = new SteeredCredentials({ credentials, steering: this.steering, endedEarly, clock: broker.clock })
  }

  /**
   * A door that answers as it is steered, and records what it is asked.
   * @param stopping - cuts off whoever is kept waiting
   */
  door(door: MetadataDoor, stopping: AbortSignal): MetadataDoor {
    const { clock, wireClock } = this.#broker
    return steeredDoor(door, { steering: this.steering, recording: this.#recording, clock, wireClock, stopping })
  }

  /**
   * The hands of a test on what `instances` serves.
   * @param origin - of the metadata listener, where an instance is read that has no address of its own
   */
  controls(instances: InstanceListeners, origin: string): InstanceControls {
    const { steering, credentials } = this
    const list = () =>
      instances.list().map(({ id, account, addresses }) => ({
        id,
        account,
        addresses: addresses.length > 0 ? addresses : [origin],
      }))
    const known = (id: string): string => {
      const ids = instances.list().map((each) => each.id)
      if (ids.includes(id)) return id
      const there = ids.length === 0 ? 'none: the directory lists no Instances' : ids.slice(0, 10).join(', ')
      throw new NoSuchEntity(`There is no instance ${id.slice(0, 64)} here. There is ${there}.`)
    }
    return {
      now: () => this.#broker.clock.now(),
      list,
      steering: (id) => steering.of(known(id)),
      steer: (id, changes) => steering.change(known(id), changes),
      reset: (id) => steering.clear(known(id)),
      rotate: (id) => credentials.rotate(known(id)),
      expire: (id) => credentials.expire(known(id)),
      requests: (id) => this.#recording.list(id === undefined ? undefined : known(id)),
      forgetRequests: (id) => this.#recording.clear(known(id)),
      onRequest: (listener) => this.#recording.listen(listener),
    }
  }

  /** As at the start: nothing is steered, handed out or recorded. */
  clear(): void {
    this.credentials.forgetAll()
    this.steering.clearAll()
    this.#recording.clear()
  }
}
