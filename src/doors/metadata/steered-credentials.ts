import type { EndedEarly } from '../../domain/sessions/index.ts'
import type { Instance } from '../../model/index.ts'
import type { Clock } from '../../platform/clock.ts'
import { faultyDocument } from './faulty-document.ts'
import type { InstanceCredentials, RoleDelivery } from './instance-credentials.ts'
import type { InstanceSteering } from './instance-steering.ts'

/** What credentials are steered by. */
interface SteeredCredentialsOptions {
  readonly credentials: Pick<InstanceCredentials, 'of' | 'forget' | 'forgetAll'>
  readonly steering: InstanceSteering
  /** Where sessions go that are to end. */
  readonly endedEarly: EndedEarly
  readonly clock: Clock
}

/** The credentials of instances that are steered: rotated, kept or ended when a test says so. */
export class SteeredCredentials implements Pick<InstanceCredentials, 'of' | 'forget' | 'forgetAll'> {
  readonly #options: SteeredCredentialsOptions
  /** The last credentials that an instance was given, by how they were fetched and for which role. */
  readonly #given = new Map<string, Map<string, Buffer>>()

  constructor(options: SteeredCredentialsOptions) {
    this.#options = options
  }

  async of(instance: Instance, roleName: string, delivery: RoleDelivery): Promise<Buffer> {
    const { steering, clock } = this.#options
    const body = await this.#document(instance, roleName, delivery)
    const fault = steering.of(instance.id).document
    return fault === undefined ? body : faultyDocument(body, fault, clock.now())
  }

  /** The next fetch gets others; those before stay good until their end. */
  rotate(id: string): void {
    this.#options.credentials.forget(id)
    this.#given.delete(id)
  }

  /** Those that were handed out count as expired from now on; the next fetch gets others, unless rotation is stopped. */
  expire(id: string): void {
    const { credentials, endedEarly, clock } = this.#options
    endedEarly.endInstance(id, clock.now())
    credentials.forget(id)
  }

  forget(id: string): void {
    this.#options.credentials.forget(id)
    this.#given.delete(id)
  }

  forgetAll(): void {
    this.#options.credentials.forgetAll()
    this.#given.clear()
  }

  async #document(instance: Instance, roleName: string, delivery: RoleDelivery): Promise<Buffer> {
    const { credentials, steering } = this.#options
    const { id } = instance
    const given = this.#given.get(id) ?? new Map<string, Buffer>()
    this.#given.set(id, given)
    const key = `${delivery} ${instance.account} ${roleName}`
    const before = given.get(key)
    if (before !== undefined && steering.of(id).rotation === 'stopped') return before
    const body = await credentials.of(instance, roleName, delivery)
    // What says why there are no credentials is not kept.
    if (body === before || !isSuccess(body)) return body
    // Of roles that it had before nothing is kept.
    for (const other of given.keys()) if (!other.endsWith(` ${roleName}`)) given.delete(other)
    given.set(key, body)
    return body
  }
}

function isSuccess(body: Buffer): boolean {
  const { Code }: { Code?: string } = JSON.parse(body.toString())
  return Code === 'Success'
}
