/** What the operator, the authority above accounts, can ask for. @module */
export { applyDirectory } from './apply-directory.ts'
export { checkAccess, readCheckAccess } from './check-access.ts'
export { clearDirectory } from './clear-directory.ts'
export { explainRefusal, readExplainRefusal } from './explain-refusal.ts'
export { type GetAccessKeyInput, getAccessKey, readGetAccessKey } from './get-access-key.ts'
export { listKeys } from './list-keys.ts'
export { readRevokeSessions, revokeSessions } from './revoke-sessions.ts'
export { readRotateKeys, rotateKeys } from './rotate-keys.ts'
