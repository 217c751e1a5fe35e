import type { RequestContext } from '../../engines/policy/index.ts'
import type { ContextValue } from './access.ts'
import { isSettled } from './context-keys.ts'

/**
 * The condition keys of a request that nobody sent: what is supposed, before what the caller, the resource and the
 * clock settle. What only a connection could tell is absent unless it is supposed.
 */
export class SupposedContext implements RequestContext {
  readonly #supposed: ReadonlyMap<string, ContextValue>
  readonly #settled: RequestContext

  /** @param supposed - by the names of the keys in lower case */
  constructor(supposed: ReadonlyMap<string, ContextValue>, settled: RequestContext) {
    this.#supposed = supposed
    this.#settled = settled
  }

  /** The value of a key; `undefined` when it is absent. @param key - in lower case */
  get(key: string): ContextValue | undefined {
    return this.#supposed.get(key) ?? (isSettled(key) ? this.#settled.get(key) : undefined)
  }
}
