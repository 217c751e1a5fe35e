import { type CompiledPolicy, compilePolicy, parsePolicy } from '../../engines/policy/index.ts'
import type { SessionTerms } from '../../model/index.ts'
import type { ManagedPolicyView } from './views.ts'

/** What `findManaged` gives for a managed policy by its exact ARN. */
type FindManaged = (arn: string) => Promise<ManagedPolicyView | undefined>

/** Session policies that allow nothing. */
const NOTHING: readonly CompiledPolicy[] = Object.freeze([])

/**
 * The policies that sessions were limited by when they were made. Inline ones are compiled once, and forgotten together
 * with the session they belong to.
 */
export class SessionPolicyViews {
  readonly #findManaged: FindManaged
  readonly #inline = new WeakMap<SessionTerms, CompiledPolicy>()

  constructor(findManaged: FindManaged) {
    this.#findManaged = findManaged
  }

  /**
   * The session policies of a session; `undefined` when it was made without any. When a managed one is gone, or says
   * something else than it did then, there is no telling what it denied: the session may do nothing any more. What a
   * session may do narrows and never widens.
   */
  async of(terms: SessionTerms): Promise<readonly CompiledPolicy[] | undefined> {
    if (terms.policies === undefined) return undefined
    const { inline, managed } = terms.policies
    const policies: CompiledPolicy[] = []
    if (inline !== undefined) policies.push(this.#compiled(inline, terms))
    for (const { arn, fingerprint } of managed) {
      const view = await this.#findManaged(arn)
      if (view?.fingerprint !== fingerprint) return NOTHING
      policies.push(view.session)
    }
    return policies
  }

  #compiled(inline: string, terms: SessionTerms): CompiledPolicy {
    let policy = this.#inline.get(terms)
    if (policy === undefined) {
      policy = compilePolicy(parsePolicy(inline, 'session'), { kind: 'session', name: 'session-policy' })
      this.#inline.set(terms, policy)
    }
    return policy
  }
}
