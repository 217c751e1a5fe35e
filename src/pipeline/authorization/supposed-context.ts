import { findConditionKey, type RequestContext } from '../../engines/policy/index.ts'
import type { ContextValue } from './access.ts'
import { isSettled } from './context-keys.ts'

/**
 * The condition keys of a request that nobody sent: what is supposed, before what the caller, the resource and the
 * clock settle. What only a connection could tell is absent unless it is supposed.
 */
export class SupposedContext implements RequestContext {
  readonly #supposed: ReadonlyMap<string, ContextValue>
  readonly #settled: RequestContext
  readonly #settles: (key: string) => boolean
  /** The keys that were asked for, by their names in lower case, and that only who asks could have supposed. */
  readonly notGiven: Set<string> = new Set()

  /**
   * @param supposed - by the names of the keys in lower case
   * @param settles - whether a key is known without a request, be it that it is absent
   */
  constructor(
    supposed: ReadonlyMap<string, ContextValue>,
    settled: RequestContext,
    settles: (key: string) => boolean = isSettled,
  ) {
    this.#supposed = supposed
    this.#settled = settled
    this.#settles = settles
  }

  /** The value of a key; `undefined` when it is absent. @param key - in lower case */
  get(key: string): ContextValue | undefined {
    const supposed = this.#supposed.get(key)
    if (supposed !== undefined) return asCarried(key, supposed)
    if (this.#settles(key)) return this.#settled.get(key)
    this.notGiven.add(key)
    return undefined
  }
}

/** A request carries a multivalued key as a list, also when it has one value. */
function asCarried(key: string, value: ContextValue): ContextValue {
  return typeof value === 'string' && findConditionKey(key)?.valued === 'multi' ? [value] : value
}
