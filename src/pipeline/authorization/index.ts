/**
 * May they: gathers the policies that apply to an access, asks the engine, and yields a permitted call or a refusal in
 * AWS's words; or, for a question that nobody acts on, how it would be decided. The only place that makes permitted
 * calls. @module
 */
export type { Access, ContextValue } from './access.ts'
export { authorize } from './authorize.ts'
export { type DeniedAccess, deniedAccess } from './denied-access.ts'
export { type AccessExplanation, explainAccess, explainExchange } from './explain-access.ts'
export type { PermittedCall } from './permitted-call.ts'
export { requestTags } from './request-tags.ts'
export { type SimulatedAccess, type Supposition, simulateAccess } from './simulate-access.ts'
export { weighExchange } from './weigh-exchange.ts'
