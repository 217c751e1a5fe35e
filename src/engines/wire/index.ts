/**
 * The dialects that AWS services speak, Query and JSON 1.1: what a request asks, parameter by parameter, and the bytes of
 * its answer. Knows no operation, checks no signature, sends nothing.
 * @module
 */
export type { JsonMembers } from './aws-json/json-members.ts'
export { isJsonCall, readJsonBody, readJsonCall } from './aws-json/read-json-call.ts'
export { renderJsonFault, renderJsonResult } from './aws-json/render-json.ts'
export { type Envelope, envelopeFor } from './envelope.ts'
export { integer } from './integer.ts'
export { type Answer, headerOf, type Received } from './messages.ts'
export type { Member, Params, Parser } from './params.ts'
export { readForm } from './read-form.ts'
export { noSuchOperation, type QueryCall, type QueryOptions, readQueryCall } from './read-query-call.ts'
export { renderFault, renderResult } from './render.ts'
export { isList, isMap, type ResultStructure, type ResultValue } from './result.ts'
export { boolean, oneOf, text } from './values.ts'
