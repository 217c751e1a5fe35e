/**
 * What the admin listener answers: health, metrics, the operator's calls and, in development, what steers the node. Checks
 * the operator's token; `Host` is for the app around it.
 * @module
 */
export { type AdminOptions, adminRoutes } from './admin-routes.ts'
