/** Signing in to the pages for people. @module */
export { type ConsoleLoginInput, consoleLogin } from './console-login.ts'
