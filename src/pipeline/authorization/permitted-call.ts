import type { RoleView } from '../../domain/directory/index.ts'
import type { Caller, RequestFacts } from '../../model/index.ts'
import type { Petition } from './petition.ts'

/**
 * A call whose caller is proven and permitted. Only `authorize` can make one, so an operation that was not authorized
 * cannot be performed: it would not compile.
 */
export class PermittedCall<Asking extends Caller, Input> {
  // Private, so that an object which merely looks like a permitted call is none.
  readonly #caller: Asking
  readonly input: Input
  readonly facts: RequestFacts
  /** The role that the access is about: it exists. `undefined` for operations on other things. */
  readonly role: RoleView | undefined
  /** The region of the credential scope; `undefined` for callers without a signature. */
  readonly region: string | undefined
  /** The directory's when the caller was proven: as long as it has that one, what was decided holds. */
  readonly version: number

  constructor({ caller, input, facts, region, version }: Petition<Asking, Input>, role: RoleView | undefined) {
    this.#caller = caller
    this.input = input
    this.facts = facts
    this.role = role
    this.region = region
    this.version = version
  }

  get caller(): Asking {
    return this.#caller
  }
}
