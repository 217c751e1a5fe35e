/**
 * When access keys, roles, passwords and actions were used last: noted for every request without waiting for anything,
 * written once a minute, and never a change of the directory. @module
 */
export { Usage } from './usage.ts'
