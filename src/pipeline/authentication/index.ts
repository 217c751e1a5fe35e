/** Who is calling: proves a signature and yields a caller. Never asks what the caller may do. @module */
export { AS_OPERATOR } from './as-operator.ts'
export { bySignature, type SignatureParts } from './by-signature.ts'
export type { Proven } from './proven.ts'
export { SigningKeys } from './signing-keys.ts'
