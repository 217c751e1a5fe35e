/**
 * One listener and one Express app for the API, metadata and the operator each: limits, timeouts, drain. Bytes in,
 * bytes out; decides nothing.
 * @module
 */
export { adminApp } from './admin.ts'
export { type ApiOptions, apiApp } from './api.ts'
export { type Listener, type ListenerOptions, startListener } from './listener.ts'
export { metadataApp } from './metadata.ts'
export type { PublishedDocuments } from './published-documents.ts'
