/**
 * The path every operation takes: `submit` for callers in this process, `answer` for bytes off the wire. Both prove,
 * authorize, perform and record; there is no third way. @module
 */
export { answerer } from './answer.ts'
export { type AskedByName, askedByName } from './asked-by-name.ts'
export type { AnyOperation, JsonService, QueryService } from './exchange.ts'
export {
  type Answered,
  type BrokerParts,
  defineOperation,
  defineOperatorOperation,
  defineSamlOperation,
  defineWebIdentityOperation,
  type Operation,
  type WireOperation,
} from './operation.ts'
export { type Connection, requestFacts } from './request-facts.ts'
export { stillPermitted } from './still-permitted.ts'
export { type Ask, submit } from './submit.ts'
export { askedSubmitter, type SubmitAsked } from './submit-asked.ts'
export { Throttle } from './throttle.ts'
