/** One-time codes of MFA devices: what they are, and that each counts once. Which devices there are it does not know. @module */
export { MfaCodes } from './mfa-codes.ts'
