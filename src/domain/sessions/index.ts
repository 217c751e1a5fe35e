/**
 * Temporary credentials: mints them, seals what they mean into the session token, and opens it again. Never decides who
 * may have them, and does not look at expiry or at the directory. @module
 */
export { EndedEarly } from './ended-early.ts'
export { packedSize } from './packed-size.ts'
export { type SessionRequest, Sessions } from './sessions.ts'
