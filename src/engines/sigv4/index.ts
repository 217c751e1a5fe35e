/**
 * Signature Version 4: reads what a client presented, says whether it matches, and signs requests of our own.
 * Keeps no keys, knows no clock and no callers; whose key it is, and whether it may be used, is asked elsewhere. @module
 */
export { type PresentedSignature, readSignature } from './read-signature.ts'
export { presignRequest, type Signer, signRequest } from './sign-request.ts'
export { signatureMatches } from './signature-matches.ts'
export type { SignedRequest } from './signed-request.ts'
export { deriveSigningKey, type SigningKey } from './signing-key.ts'
