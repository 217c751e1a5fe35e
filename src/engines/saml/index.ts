/**
 * SAML 2.0 documents as plain data: metadata of identity providers, responses, assertions. Reads strictly, decrypts, and
 * says what a signature is of; verifies none, judges no time, and knows nobody. Writes what a service provider sends:
 * requests, and its own metadata. @module
 */
export { type Assertion, type ResponseFrame, readAssertion, readFrame } from './assertion.ts'
export { redirectWith } from './authn-request.ts'
export { certificateNames } from './certificate-names.ts'
export { without } from './elements.ts'
export { decryptAssertion } from './encryption.ts'
export { METADATA_LENGTH, MetadataRefused, readMetadata } from './metadata.ts'
export {
  claimedAssertion,
  claimedIssuers,
  claimedRequest,
  readResponse,
  readSigned,
  type SamlResponse,
} from './response.ts'
export { LoginRefused, ResponseRefused } from './response-refused.ts'
export { type RequestedAttribute, writeServiceProviderMetadata } from './service-provider-metadata.ts'
export { broughtCertificate } from './signature.ts'
export { type SignedInfo, signedInfoOf } from './signed-info.ts'
export type { XmlElement } from './xml.ts'
