import type { EndedEarly } from '../../domain/sessions/index.ts'
import type { Clock } from '../../platform/clock.ts'
import type { MachineSteering } from './machine-steering.ts'
import type { CredentialsSource, RoleOutcome, RoleWanted } from './role-credentials.ts'

/** What credentials are steered by. */
interface SteeredCredentialsOptions {
  readonly credentials: CredentialsSource
  readonly steering: MachineSteering
  /** Where sessions go that are to end. */
  readonly endedEarly: EndedEarly
  readonly clock: Clock
}

/** Sets remembered of one machine, so that they can be kept or ended. */
const MOST_GIVEN = 10_000

/** The credentials of machines that are steered: rotated, kept or ended when a test says so, and good for as long. */
export class SteeredCredentials implements CredentialsSource {
  readonly #options: SteeredCredentialsOptions
  /** The last credentials that a machine was given, by what they are for. */
  readonly #last = new Map<string, Map<string, RoleOutcome>>()
  /** The access keys that a container was given. */
  readonly #keys = new Map<string, Set<string>>()

  constructor(options: SteeredCredentialsOptions) {
    this.#options = options
  }

  async of(wanted: RoleWanted): Promise<RoleOutcome> {
    const { credentials, steering } = this.#options
    const { machine, key } = wanted
    const { rotation, lifetimeMs = wanted.lifetimeMs, rotateAfterMs = wanted.rotateAfterMs } = steering.of(machine)
    const last = entryOf(this.#last, machine, () => new Map<string, RoleOutcome>())
    const before = last.get(key)
    if (before !== undefined && rotation === 'stopped') return before
    const outcome = await credentials.of({ ...wanted, lifetimeMs, rotateAfterMs })
    // What says why there are no credentials is not kept.
    if (outcome === before || outcome.kind !== 'granted') return outcome
    last.delete(key)
    dropOldest(last)
    last.set(key, outcome)
    if (!isInstance(machine)) {
      const keys = entryOf(this.#keys, machine, () => new Set<string>())
      dropOldest(keys)
      keys.add(outcome.credentials.accessKeyId)
    }
    return outcome
  }

  /** The next fetch gets others; those before stay good until their end. */
  rotate(machine: string): void {
    this.#options.credentials.forget(machine)
    this.#last.delete(machine)
  }

  /** Those that were handed out count as expired from now on; the next fetch gets others, unless rotation is stopped. */
  expire(machine: string): void {
    const { credentials, endedEarly, clock } = this.#options
    // Sessions of instances say whose they are.
    if (isInstance(machine)) endedEarly.endInstance(machine, clock.now())
    for (const key of this.#keys.get(machine) ?? []) endedEarly.add(key)
    this.#keys.delete(machine)
    credentials.forget(machine)
  }

  forget(machine: string): void {
    this.#options.credentials.forget(machine)
    this.#last.delete(machine)
    this.#keys.delete(machine)
  }

  forgetAll(): void {
    this.#options.credentials.forgetAll()
    this.#last.clear()
    this.#keys.clear()
  }
}

function isInstance(machine: string): boolean {
  return machine.startsWith('i-')
}

function entryOf<Value>(map: Map<string, Value>, key: string, otherwise: () => Value): Value {
  const value = map.get(key) ?? otherwise()
  map.set(key, value)
  return value
}

function dropOldest(kept: { readonly size: number; keys(): Iterable<string>; delete(key: string): boolean }): void {
  for (const oldest of kept.keys()) {
    if (kept.size < MOST_GIVEN) break
    kept.delete(oldest)
  }
}
