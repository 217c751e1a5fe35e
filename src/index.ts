/**
 * Rolecall inside another program: a security token service that speaks AWS's own wire protocols.
 * @module
 */
export { type Broker, type BrokerClient, type BrokerOptions, startBroker } from './compose/index.ts'
export { Fault } from './model/index.ts'
export { DirectoryFileError, type DirectoryInput } from './operations/loading/index.ts'
export { ConfigError } from './platform/config/index.ts'
