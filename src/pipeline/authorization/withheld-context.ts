import type { RequestContext } from '../../engines/policy/index.ts'
import type { ContextValue } from './access.ts'

/** What only the account of a resource may tell of it; the rest follows from its ARN. */
const OF_THE_RESOURCE = ['aws:resourcetag/', 'iam:resourcetag/', 'aws:resourceorgid', 'aws:resourceorgpaths'] as const

/**
 * The condition keys of a request, without those that tell of the resource what the caller's account may not know:
 * they are absent, as if there were no such resource, and it is remembered that they were asked for.
 */
export class WithheldContext implements RequestContext {
  readonly #request: RequestContext
  /** The keys that were asked for and withheld. */
  readonly asked: Set<string> = new Set()

  constructor(request: RequestContext) {
    this.#request = request
  }

  /** The value of a key; `undefined` when it is absent or withheld. @param key - in lower case */
  get(key: string): ContextValue | undefined {
    if (!OF_THE_RESOURCE.some((prefix) => key.startsWith(prefix))) return this.#request.get(key)
    this.asked.add(key)
    return undefined
  }
}
