/**
 * What containers of ECS and EKS show to get their credentials, and what the metadata of a task says. Knows nothing of
 * HTTP, and hands out no credentials. @module
 */
export { ServiceAccountTokens } from './service-account-tokens.ts'
export { taskDocument } from './task-document.ts'
export { TaskTokens } from './task-tokens.ts'
