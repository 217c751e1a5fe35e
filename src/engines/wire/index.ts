/**
 * The AWS Query protocol: what a request asks, parameter by parameter, and the bytes of its answer. Knows no operation,
 * checks no signature, sends nothing.
 * @module
 */
export { type Envelope, envelopeFor } from './envelope.ts'
export { integer } from './integer.ts'
export type { Answer, Received } from './messages.ts'
export type { Member, Params } from './params.ts'
export { readForm } from './read-form.ts'
export { noSuchOperation, type QueryCall, type QueryOptions, readQueryCall } from './read-query-call.ts'
export { renderFault, renderResult } from './render.ts'
export type { ResultStructure } from './result.ts'
