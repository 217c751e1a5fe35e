/** Signing in to the pages for people. @module */
export { type ConsoleLoginInput, type ConsoleLoginOutput, consoleLogin } from './console-login.ts'
export { getSigninToken } from './get-signin-token.ts'
export { sessionLogin } from './session-login.ts'
