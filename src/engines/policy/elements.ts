import type { PolicyKind } from './policy-document.ts'

/** Which elements a statement of one kind of policy may hold; besides them `Sid`, `Effect` and `Condition`. */
export interface StatementElements {
  readonly principal: readonly string[]
  readonly action: readonly string[]
  readonly resource: readonly string[]
  /** Where false, a statement without one speaks of the resource that the policy is attached to. */
  readonly resourceRequired: boolean
}

const ACTION = ['Action', 'NotAction']
const RESOURCE = ['Resource', 'NotResource']
const ATTACHED_TO_CALLER = { principal: [], action: ACTION, resource: RESOURCE, resourceRequired: true }

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html */
export const ELEMENTS: Readonly<Record<PolicyKind, StatementElements>> = {
  identity: ATTACHED_TO_CALLER,
  boundary: ATTACHED_TO_CALLER,
  session: ATTACHED_TO_CALLER,
  scp: ATTACHED_TO_CALLER,
  resource: { principal: ['Principal', 'NotPrincipal'], action: ACTION, resource: RESOURCE, resourceRequired: false },
  trust: { principal: ['Principal'], action: ['Action'], resource: [], resourceRequired: false },
  rcp: { principal: ['Principal'], action: ['Action'], resource: RESOURCE, resourceRequired: true },
}

/** The kinds in which a resource ARN that stops early means all of the rest; in others it means nothing. */
export const PADDED_KINDS: ReadonlySet<PolicyKind> = new Set<PolicyKind>(['identity', 'boundary', 'session'])
