/**
 * The pages for people. Bytes in, bytes out: whatever they do is an operation that they submit. @module
 */
export type { ConsoleBroker, ConsoleSession } from './console-broker.ts'
