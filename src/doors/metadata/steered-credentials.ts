import type { EndedEarly } from '../../domain/sessions/index.ts'
import type { Instance } from '../../model/index.ts'
import type { Clock } from '../../platform/clock.ts'
import { faultyDocument } from './faulty-document.ts'
import type { InstanceCredentials, RoleDelivery } from './instance-credentials.ts'
import type { InstanceSteering } from './instance-steering.ts'

/** What credentials are steered by. */
interface SteeredCredentialsOptions {
  readonly credentials: Pick<InstanceCredentials, 'of' | 'forget'>
  readonly steering: InstanceSteering
  /** Where sessions go that are to end. */
  readonly endedEarly: EndedEarly
  readonly clock: Clock
}

/** What an instance was given. */
interface Given {
  /** By how they were fetched and for which role: the last document. */
  readonly last: Map<string, Buffer>
  /** Of sessions that may be good yet: the newest last. */
  readonly accessKeyIds: string[]
}

/** More than ever are good at once, unless a test rotates all the time. */
const MOST_KEYS = 1000

/** The credentials of instances that are steered: rotated, kept or ended when a test says so. */
export class SteeredCredentials implements Pick<InstanceCredentials, 'of' | 'forget'> {
  readonly #options: SteeredCredentialsOptions
  readonly #given = new Map<string, Given>()

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
    this.#given.get(id)?.last.clear()
  }

  /** Those that were handed out count as expired from now on; the next fetch gets others, unless rotation is stopped. */
  expire(id: string): void {
    const { credentials, endedEarly } = this.#options
    for (const key of this.#given.get(id)?.accessKeyIds.splice(0) ?? []) endedEarly.add(key)
    credentials.forget(id)
  }

  forget(id: string): void {
    this.#options.credentials.forget(id)
    this.#given.delete(id)
  }

  async #document(instance: Instance, roleName: string, delivery: RoleDelivery): Promise<Buffer> {
    const { credentials, steering } = this.#options
    const { id } = instance
    const given: Given = this.#given.get(id) ?? { last: new Map(), accessKeyIds: [] }
    this.#given.set(id, given)
    const key = `${delivery} ${instance.account} ${roleName}`
    const before = given.last.get(key)
    if (before !== undefined && steering.of(id).rotation === 'stopped') return before
    const body = await credentials.of(instance, roleName, delivery)
    if (body === before) return body
    const { AccessKeyId: accessKeyId }: { AccessKeyId?: string } = JSON.parse(body.toString())
    // What says why there are no credentials is not kept.
    if (accessKeyId === undefined) return body
    // Of roles that it had before nothing is kept.
    for (const other of given.last.keys()) if (!other.endsWith(` ${roleName}`)) given.last.delete(other)
    given.last.set(key, body)
    if (!given.accessKeyIds.includes(accessKeyId)) given.accessKeyIds.push(accessKeyId)
    if (given.accessKeyIds.length > MOST_KEYS) given.accessKeyIds.shift()
    return body
  }
}
