/**
 * What the admin listener answers: health, metrics, the operator's calls and, in development, the clock and
 * what steers instances. Checks the
 * operator's token; `Host` is for the app around it.
 * @module
 */
export { type AdminOptions, adminRoutes, type DevControls } from './admin-routes.ts'
export type { InstanceControls } from './instance-controls.ts'
export { readSteering } from './read-steering.ts'
export type { SteeringInput } from './steering-schema.ts'
