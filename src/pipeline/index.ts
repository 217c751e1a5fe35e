/**
 * The path every operation takes: `submit` for callers in this process, `answer` for bytes off the wire. Both prove,
 * authorize, perform and record; there is no third way. @module
 */
export { answerer, type Connection } from './answer.ts'
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
export { stillPermitted } from './still-permitted.ts'
export { type Ask, submit } from './submit.ts'
