/**
 * May they: gathers the policies that apply to an access, asks the engine, and yields a permitted call or a refusal in
 * AWS's words. The only place that makes permitted calls. @module
 */
export type { Access, ContextValue } from './access.ts'
export { authorize, type Petition } from './authorize.ts'
export type { PermittedCall } from './permitted-call.ts'
