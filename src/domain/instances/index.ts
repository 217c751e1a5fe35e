/**
 * What an instance's metadata says: the tree of categories, session tokens, the signed identity document. Knows nothing
 * of HTTP, and hands out no credentials. @module
 */
export { allCertificates, IdentityDocuments } from './identity-documents.ts'
export { InstanceTokens } from './instance-tokens.ts'
export { InstanceView } from './instance-view.ts'
export { jsonText } from './json-text.ts'
export type { MetadataNode } from './metadata-tree.ts'
export { profileLeaves } from './profile-leaves.ts'
export type { RecordedRequest } from './recorded-request.ts'
export {
  DOCUMENT_FAULTS,
  type MetadataFault,
  type Steering,
  steered,
  VARIANTS,
  type Variant,
} from './steering.ts'
export { VERSIONS } from './versions.ts'
