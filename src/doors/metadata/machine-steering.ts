import type { MetadataFault, Steering } from '../../domain/instances/index.ts'
import type { EpochMillis } from '../../model/index.ts'
import { RateLimiter } from '../../platform/rate-limiter.ts'
import { asksFor } from './metadata-path.ts'

const NOTHING: Steering = Object.freeze({})

/** How instances, tasks and pods are steered now: in memory alone, and gone with the process. */
export class MachineSteering {
  readonly #steering = new Map<string, Steering>()
  /** How often a fault lets requests pass by. */
  readonly #rates = new WeakMap<MetadataFault, RateLimiter<true>>()
  #changed: (id: string) => void = () => {}

  /** Has somebody told which machine is steered otherwise from now on. */
  watch(changed: (id: string) => void): void {
    this.#changed = changed
  }

  of(id: string): Steering {
    return this.#steering.get(id) ?? NOTHING
  }

  /** Steers a machine otherwise: members of `changes` replace those before, `undefined` is as usual again. */
  change(id: string, changes: Steering): Steering {
    const now = { ...this.of(id), ...changes }
    this.#steering.set(id, now)
    this.#changed(id)
    return now
  }

  /** Back to what the directory says. */
  clear(id: string): void {
    if (this.#steering.delete(id)) this.#changed(id)
  }

  clearAll(): void {
    for (const id of [...this.#steering.keys()]) this.clear(id)
  }

  /**
   * The fault that a request meets, which is one less of those it is for.
   * @param target - as it was sent
   * @param now - real time, by which rates are counted
   */
  takeFault(id: string, method: string, target: string, now: EpochMillis): MetadataFault | undefined {
    const { faults } = this.of(id)
    if (faults === undefined) return undefined
    const index = faults.findIndex(
      (fault) =>
        (fault.method === undefined || fault.method === method) &&
        (fault.path === undefined || asksFor(target, fault.path)) &&
        this.#isBeyondRate(fault, now),
    )
    const fault = faults[index]
    if (fault?.times === undefined) return fault
    const left = fault.times > 1 ? [this.#onceLess(fault, fault.times)] : []
    this.#steering.set(id, { ...this.of(id), faults: faults.toSpliced(index, 1, ...left) })
    return fault
  }

  #isBeyondRate(fault: MetadataFault, now: EpochMillis): boolean {
    const { perSecond } = fault
    if (perSecond === undefined) return true
    const rate = this.#rates.get(fault) ?? new RateLimiter<true>({ perSecond, burst: perSecond })
    this.#rates.set(fault, rate)
    return rate.take(true, now) > 0
  }

  /** Another fault that counts its requests on. */
  #onceLess(fault: MetadataFault, times: number): MetadataFault {
    const left = { ...fault, times: times - 1 }
    const rate = this.#rates.get(fault)
    if (rate !== undefined) this.#rates.set(left, rate)
    return left
  }
}
