/**
 * What can be done with a node in development beside its configuration, and how it is said in JSON. Does none of it, and
 * knows nothing of HTTP: programs that test read its types without those of the listeners.
 * @module
 */
export type { DevControls } from './dev-controls.ts'
export type { MachineControls } from './machine-controls.ts'
export { parseDuration } from './parse-duration.ts'
export { describeSteering, readContainerSteering, readSteering } from './read-steering.ts'
export { type ContainerSteeringInput, type SteeringInput, steeringSchemas } from './steering-schema.ts'
