import type { ApplicablePolicies } from './applicable-policies.ts'
import type { CompiledPolicy } from './compile-policy.ts'
import { conditionHolds } from './conditions/condition.ts'
import { policiesInOrder } from './decide.ts'
import type { StatementRef } from './decision.ts'
import type { AccessRequest } from './request.ts'
import {
  actionMatches,
  type CompiledStatement,
  callerMatch,
  type Question,
  questionOf,
  resourceMatches,
} from './statement.ts'
import { SHELVES, shelfOf } from './statement-index.ts'

/** A statement that speaks of the caller, the action and the resource of a request: only its conditions are open. */
export interface BearingStatement {
  readonly statement: StatementRef
  readonly effect: 'Allow' | 'Deny'
  readonly applies: boolean
  /** The keys of its conditions, as written. */
  readonly keys: readonly string[]
}

/**
 * The statements that bear on a request, of all policies, in the order in which AWS prefers to name their kinds. Looks at
 * no more statements than `decide` may, and at every condition of those, so that the context is asked for all that could
 * matter.
 */
export function bearingStatements(policies: ApplicablePolicies, request: AccessRequest): readonly BearingStatement[] {
  const question = questionOf(request, policies.boundary !== undefined)
  const found: BearingStatement[] = []
  for (const policy of policiesInOrder(policies)) collectBearing(policy, question, found)
  return found
}

/** Whether a statement of the policy speaks of the resource, to whomever and whatever it does. */
export function speaksOfResource({ statements }: CompiledPolicy, request: AccessRequest): boolean {
  const question = questionOf(request, false)
  return statements.some((statement) => resourceMatches(statement, question))
}

function collectBearing({ denies, allows }: CompiledPolicy, question: Question, into: BearingStatement[]): void {
  for (const index of [denies, allows]) {
    for (let shelf = 0; shelf < SHELVES; shelf++) {
      for (const statement of shelfOf(index, shelf, question)) {
        if (bears(statement, question)) into.push(weigh(statement, question))
      }
    }
  }
}

function bears(statement: CompiledStatement, question: Question): boolean {
  if (statement.inert || !actionMatches(statement, question)) return false
  return callerMatch(statement, question) > 0 && resourceMatches(statement, question)
}

function weigh({ ref, effect, conditions }: CompiledStatement, { request }: Question): BearingStatement {
  let applies = true
  for (const condition of conditions) if (!conditionHolds(condition, request.context)) applies = false
  return { statement: ref, effect, applies, keys: conditions.map(({ key }) => key) }
}
