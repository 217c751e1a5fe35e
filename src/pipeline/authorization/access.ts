import type { Tag } from '../../model/index.ts'

/** A value of a condition key: several only for the keys that are multivalued. */
export type ContextValue = string | readonly string[]

/**
 * One access that an operation needs: an action on a resource. `context` holds the condition keys that only this
 * operation knows, by their names in lower case.
 */
export interface Access {
  readonly action: string
  /** An ARN, or `*` for an action without resource types. */
  readonly resource: string
  /** What refusals call the resource, where AWS does not give its ARN: `role Deployer`, whether or not there is one. */
  readonly called?: string
  readonly context?: ReadonlyMap<string, ContextValue>
  /** The tags of the resource, where it has any; those of a role are known without. */
  readonly resourceTags?: readonly Tag[]
}
