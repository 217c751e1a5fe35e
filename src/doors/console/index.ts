/**
 * The pages for people: a form to sign in, whom they are signed in as, credentials to take away. Bytes in, bytes out:
 * whatever they do is an operation that they submit. @module
 */
export { allPages } from './all-pages.ts'
export type { ConsoleBroker, ConsoleSession, PendingPasswordChange, SwitchableRoles } from './console-broker.ts'
export { type ConsoleDoor, consoleDoor } from './console-door.ts'
export type { FinishedSignIn, OidcOffer, OidcSignIns } from './oidc-sign-ins.ts'
export type { SamlOffer, SamlSignIns } from './saml-sign-ins.ts'
export type { SigninTokens } from './signin-tokens.ts'
