/**
 * Who is calling: proves a signature, a password, a token or assertion of an identity provider, or a browser that is
 * signed in, and yields a caller, or makes the caller whom a proof would yield, for questions that nobody acts on. Never
 * asks what the caller may do. @module
 */
export { accountNamed } from './account-named.ts'
export { AS_OPERATOR } from './as-operator.ts'
export { asService } from './as-service.ts'
export { byConsoleSession } from './by-console-session.ts'
export { checkCode, type OfferedCode, useCode } from './by-one-time-code.ts'
export { byPassword, type PresentedPassword, type ProvenPassword } from './by-password.ts'
export { bySaml, noSamlProvider, type PresentedAssertion } from './by-saml.ts'
export { byShownCredentials, type ShownCredentials } from './by-shown-credentials.ts'
export { bySignature } from './by-signature.ts'
export { byWebIdentity, type PresentedToken } from './by-web-identity.ts'
export { callerNow } from './caller-now.ts'
export { sessionThatCounts } from './caller-of-session.ts'
export { rootCaller, samlCaller, supposedRoleCaller, userCaller, webIdentityCaller } from './callers.ts'
export { issuerSearch } from './issuer-of.ts'
export type { Proven } from './proven.ts'
export { RefusedCode } from './refused-code.ts'
export { RefusedProof } from './refused-proof.ts'
export { samlSignIn } from './saml-sign-in.ts'
export { SigningKeys } from './signing-keys.ts'
