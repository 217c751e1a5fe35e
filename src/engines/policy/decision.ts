import type { PolicyKind } from './policy-document.ts'

/** Points at one statement: for audit, refusals and explanations. */
export interface StatementRef {
  /** The name the policy was compiled under. */
  readonly policy: string
  readonly kind: PolicyKind
  readonly sid?: string
  /** Position in the `Statement` list, from 0. */
  readonly index: number
  /** Where the statement starts in the document, in UTF-16 units. */
  readonly offset: number
}

/** What a request comes to, and why. Frozen, and shared between requests where it can be. */
export interface Decision {
  readonly outcome: 'allowed' | 'implicitDeny' | 'explicitDeny'
  /**
   * Of an explicit deny, the kinds that hold a matching Deny; of an implicit one, the kinds whose Allow was required
   * and missing. The first is the one that AWS would name.
   */
  readonly blame: readonly PolicyKind[]
  /** The statements that deny, or those that grant. */
  readonly statements: readonly StatementRef[]
}

/** The kinds in the order in which AWS prefers to name them; the place of a kind is its bit in a set of kinds. */
const BLAME_ORDER: readonly PolicyKind[] = ['rcp', 'scp', 'resource', 'trust', 'identity', 'boundary', 'session']

/** One kind as a set of kinds, to be joined with others by `|`. */
export function kindBit(kind: PolicyKind): number {
  return 1 << BLAME_ORDER.indexOf(kind)
}

const NO_BLAME: readonly PolicyKind[] = Object.freeze([])
const NO_STATEMENTS: readonly StatementRef[] = Object.freeze([])

/** The decision that these statements grant. */
export function allowedBy(...statements: readonly StatementRef[]): Decision {
  return Object.freeze({ outcome: 'allowed', blame: NO_BLAME, statements: Object.freeze(statements) })
}

/** The decision that these statements deny. */
export function explicitDeny(statements: readonly StatementRef[]): Decision {
  const blame = BLAME_ORDER.filter((kind) => statements.some((statement) => statement.kind === kind))
  return Object.freeze({ outcome: 'explicitDeny', blame: Object.freeze(blame), statements: Object.freeze(statements) })
}

/** Every implicit deny there can be: a refusal is not made anew for each request. */
const IMPLICIT_DENIES: readonly Decision[] = Array.from({ length: 1 << BLAME_ORDER.length }, (_, missing) =>
  Object.freeze({
    outcome: 'implicitDeny',
    blame: Object.freeze(BLAME_ORDER.filter((kind) => (missing & kindBit(kind)) !== 0)),
    statements: NO_STATEMENTS,
  }),
)

/** The decision that an Allow of each kind in the set was required and is missing. */
export function implicitDeny(missing: number): Decision {
  const decision = IMPLICIT_DENIES[missing]
  if (decision === undefined) throw new RangeError(`${missing} is no set of kinds`)
  return decision
}
