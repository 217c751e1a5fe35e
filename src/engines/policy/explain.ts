import type { ApplicablePolicies } from './applicable-policies.ts'
import type { CompiledPolicy } from './compile-policy.ts'
import { type ConditionTrace, explainCondition } from './conditions/explain-condition.ts'
import { decide, missingAllows, resourceKind } from './decide.ts'
import type { Decision, StatementRef } from './decision.ts'
import type { PolicyKind } from './policy-document.ts'
import type { AccessRequest } from './request.ts'
import {
  actionMatches,
  type CompiledStatement,
  callerMatch,
  type Question,
  questionOf,
  resourceMatches,
} from './statement.ts'

export type { ConditionTrace }

/** One statement: which of its parts kept it from applying. */
export interface StatementTrace {
  readonly statement: StatementRef
  readonly effect: 'Allow' | 'Deny'
  readonly applies: boolean
  /** `element` stands for one that the engine does not know. */
  readonly failed: readonly ('element' | 'principal' | 'action' | 'resource' | 'condition')[]
  readonly conditions: readonly ConditionTrace[]
}

/** One kind of policy, or one level of it. */
export interface LayerTrace {
  readonly kind: PolicyKind
  /** Of SCPs and RCPs: 0 is the root of the organization. */
  readonly level?: number
  /** `noMatch` says that no statement applies; `notApplicable` that the layer is not in play. */
  readonly verdict: 'allowed' | 'explicitDeny' | 'noMatch' | 'notApplicable'
  readonly policies: readonly { readonly name: string; readonly statements: readonly StatementTrace[] }[]
}

/** Everything that was considered for one request. */
export interface Trace {
  readonly decision: Decision
  /** The kinds whose Allow is required and missing, also where something denies. */
  readonly missing: readonly PolicyKind[]
  readonly layers: readonly LayerTrace[]
}

/**
 * Traces a decision for people: every policy and statement considered, every condition with what it asked and what the
 * request had. Costs far more than `decide` and agrees with it. Shows values as they are; masking is for the caller.
 */
export function explain(policies: ApplicablePolicies, request: AccessRequest): Trace {
  const { rcp = [], scp = [], resource, identity, boundary, session } = policies
  const question = questionOf(request, boundary !== undefined)
  const layer = (kind: PolicyKind, found: readonly CompiledPolicy[] | undefined): LayerTrace =>
    explainLayer(kind, found, question)
  const layers = [
    ...rcp.map((found, level) => ({ ...layer('rcp', found), level })),
    ...scp.map((found, level) => ({ ...layer('scp', found), level })),
    layer(resource?.kind ?? resourceKind(policies, question), resource && [resource]),
    layer('identity', 'account' in request.principal || identity.length > 0 ? identity : undefined),
    layer('boundary', boundary && [boundary]),
    layer('session', session),
  ]
  return { decision: decide(policies, request), missing: missingAllows(policies, request), layers }
}

function explainLayer(kind: PolicyKind, found: readonly CompiledPolicy[] | undefined, question: Question): LayerTrace {
  if (found === undefined) return { kind, verdict: 'notApplicable', policies: [] }
  const policies = found.map(({ name, statements }) => ({
    name,
    statements: statements.map((statement) => explainStatement(statement, question)),
  }))
  const applying = policies.flatMap(({ statements }) => statements).filter(({ applies }) => applies)
  if (applying.some(({ effect }) => effect === 'Deny')) return { kind, verdict: 'explicitDeny', policies }
  // AWS's own RCP, which allows everything, is on every level.
  return { kind, verdict: applying.length > 0 || kind === 'rcp' ? 'allowed' : 'noMatch', policies }
}

function explainStatement(statement: CompiledStatement, question: Question): StatementTrace {
  const { ref, effect, inert } = statement
  const conditions = statement.conditions.map((condition) => explainCondition(condition, question.request.context))
  const failed: StatementTrace['failed'][number][] = []
  if (inert) failed.push('element')
  if (callerMatch(statement, question) === 0) failed.push('principal')
  if (!actionMatches(statement, question)) failed.push('action')
  if (!resourceMatches(statement, question)) failed.push('resource')
  if (conditions.some(({ holds }) => !holds)) failed.push('condition')
  return { statement: ref, effect, applies: failed.length === 0, failed, conditions }
}
