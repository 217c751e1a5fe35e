/**
 * One-time codes of MFA devices: what they are, that each counts once, and how apps that show them are told of a device.
 * Which devices there are it does not know.
 * @module
 */
export { codeShown } from './code-steps.ts'
export { type CodesPurpose, MfaCodes } from './mfa-codes.ts'
export { otpauthUri, qrForTerminal, qrPng } from './otpauth.ts'
