/**
 * What is kept for browsers between their requests: typed, sealed, each behind a handle that only its browser holds.
 * Knows nothing of cookies, and decides nothing. @module
 */
export { BrowserHandles } from './browser-handles.ts'
export type { BrowserState, TerminalLogin } from './browser-state.ts'
export { digestOf, isDigestOf } from './digest.ts'
