import { foldCase } from '../../model/index.ts'
import { type Condition, conditionHolds } from './conditions/condition.ts'
import type { Decision, StatementRef } from './decision.ts'
import type { TextTest } from './matching/text-test.ts'
import { ACCOUNT, DIRECT, type PrincipalSet, principalMatch, sparedByNotPrincipal } from './principals.ts'
import type { AccessRequest, RequestContext } from './request.ts'

/** `Action`, `Resource` or their `Not` twins. */
export interface ListPart {
  readonly tests: readonly TextTest[]
  readonly inverted: boolean
  /** The verdict, where the element is missing or cannot be read. */
  readonly fixed: boolean | undefined
}

/** `Action` or `NotAction`. */
export interface ActionPart extends ListPart {
  /** As written, to be filed by. */
  readonly sources: readonly string[]
}

/** `Principal` or `NotPrincipal`. */
export interface PrincipalPart {
  readonly set: PrincipalSet
  readonly inverted: boolean
  readonly fixed: boolean | undefined
}

/** One statement, ready to be held against requests. */
export interface CompiledStatement {
  readonly ref: StatementRef
  readonly effect: 'Allow' | 'Deny'
  /** The decision when this statement alone grants. */
  readonly granted: Decision
  /** An Allow that holds an element which the engine does not know: it never applies. */
  readonly inert: boolean
  /** Absent where the policy is attached to the caller. */
  readonly principal: PrincipalPart | undefined
  readonly action: ActionPart
  /** Absent where the statement speaks of the resource that the policy is attached to. */
  readonly resource: ListPart | undefined
  readonly conditions: readonly Condition[]
}

/** One request as statements are asked about it. */
export interface Question {
  readonly request: AccessRequest
  /** In lower case. */
  readonly action: string
  /** The action's prefix. */
  readonly service: string
  /** Whether the caller has a permissions boundary. */
  readonly bounded: boolean
}

/** Prepares a request for many statements. */
export function questionOf(request: AccessRequest, bounded: boolean): Question {
  const action = foldCase(request.action)
  return { request, action, service: action.slice(0, Math.max(action.indexOf(':'), 0)), bounded }
}

/** How the statement applies to the request: as `callerMatch`, 0 when any part of it does not. */
export function statementMatch(statement: CompiledStatement, question: Question): number {
  if (statement.inert || !actionMatches(statement, question)) return 0
  const match = callerMatch(statement, question)
  if (match === 0 || !resourceMatches(statement, question) || !conditionsHold(statement, question)) return 0
  return match
}

/** Whether the statement speaks of the action. */
export function actionMatches({ action: part }: CompiledStatement, { action, request }: Question): boolean {
  return part.fixed ?? anyTest(part.tests, action, request.context) !== part.inverted
}

/** Whether the statement speaks of the resource. */
export function resourceMatches({ resource: part }: CompiledStatement, { request }: Question): boolean {
  if (part === undefined) return true
  return part.fixed ?? anyTest(part.tests, request.resource, request.context) !== part.inverted
}

function anyTest(tests: readonly TextTest[], text: string, context: RequestContext): boolean {
  for (const test of tests) if (test(text, context)) return true
  return false
}

/** How the statement speaks of the caller: a union of DIRECT, ISSUER and ACCOUNT, 0 for not at all. */
export function callerMatch({ principal: part, effect }: CompiledStatement, { request, bounded }: Question): number {
  if (part === undefined) return DIRECT
  if (part.fixed !== undefined) return part.fixed ? DIRECT : 0
  if (!part.inverted) return principalMatch(part.set, request.principal, effect === 'Deny')
  // AWS: a Deny with NotPrincipal spares nobody who has a permissions boundary.
  if (effect === 'Deny') return !bounded && sparedByNotPrincipal(part.set, request.principal) ? 0 : DIRECT
  // An Allow for all but some names nobody, so it counts as no more than delegation.
  return principalMatch(part.set, request.principal, true) === 0 ? ACCOUNT : 0
}

/** Whether every condition holds. */
function conditionsHold({ conditions }: CompiledStatement, { request }: Question): boolean {
  for (const condition of conditions) if (!conditionHolds(condition, request.context)) return false
  return true
}
