/**
 * The policy language: parse a document with positions, check it as AWS does when it is saved, lint it for whoever
 * writes it, compile it once, decide many requests, explain one on demand. What it does not know refuses. Knows nothing
 * of storage, HTTP or time.
 * @module
 */
export type { ApplicablePolicies } from './applicable-policies.ts'
export { type BearingStatement, bearingStatements, speaksOfResource } from './bearing.ts'
export { type CompiledPolicy, compilePolicy } from './compile-policy.ts'
export { type ConditionKey, findConditionKey, GITHUB, readOidcKey, spellConditionKey } from './condition-keys.ts'
export { readOperator } from './conditions/operators.ts'
export { contextKeysOf } from './context-keys-of.ts'
export { decide, missingAllows } from './decide.ts'
export type { Decision, StatementRef } from './decision.ts'
export { type ConditionTrace, explain, type LayerTrace, type StatementTrace, type Trace } from './explain.ts'
export { grantedServices } from './granted-services.ts'
export { KIND_NAMES } from './kind-names.ts'
export type { Finding } from './lint/finding.ts'
export { lintPolicy } from './lint/lint-policy.ts'
export { locate } from './lint/locate.ts'
export { principalArnsOf, principalIdsOf, renamePrincipals } from './named-principals.ts'
export { parsePolicy } from './parse-policy.ts'
export type { PolicyDocument, PolicyKind } from './policy-document.ts'
export { isOverSize, policySize } from './policy-size.ts'
export { printPolicy } from './print-policy.ts'
export type { AccessRequest, RequestContext, RequestPrincipal } from './request.ts'
export { type StatementSpan, statementSpans } from './statement-span.ts'
export { STS_ACTIONS, TRUST_ACTIONS } from './sts-actions.ts'
export { validatePolicy } from './validation/validate-policy.ts'
