import type { MetadataFault, Steering } from '../../domain/instances/index.ts'
import { asksFor } from './metadata-path.ts'

const NOTHING: Steering = Object.freeze({})

/** How instances, tasks and pods are steered now: in memory alone, and gone with the process. */
export class MachineSteering {
  readonly #steering = new Map<string, Steering>()
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
   */
  takeFault(id: string, method: string, target: string): MetadataFault | undefined {
    const { faults } = this.of(id)
    if (faults === undefined) return undefined
    const index = faults.findIndex(
      (fault) =>
        (fault.method === undefined || fault.method === method) &&
        (fault.path === undefined || asksFor(target, fault.path)),
    )
    const fault = faults[index]
    if (fault?.times === undefined) return fault
    const left = fault.times > 1 ? [{ ...fault, times: fault.times - 1 }] : []
    this.#steering.set(id, { ...this.of(id), faults: faults.toSpliced(index, 1, ...left) })
    return fault
  }
}
