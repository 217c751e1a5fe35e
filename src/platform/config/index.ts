/**
 * What a node is told from outside: defaults < file < environment < flags, checked once into a frozen `BrokerConfig`.
 * Also which regions a partition has. Reads `process.env` nowhere: it is passed in.
 * @module
 */
export { type BrokerConfig, isInMemory, type Listen, type LogLevel } from './broker-config.ts'
export { closest } from './closest.ts'
export { ConfigError } from './config-error.ts'
export { CONTAINER_ADDRESSES } from './container-addresses.ts'
export { type BrokerSettings, type ConfigSources, loadConfig } from './load-config.ts'
export type { LoginDoor } from './login-doors.ts'
export { readConfigFile } from './read-config-file.ts'
export { homeRegion, isRegion } from './regions.ts'
export { STANDARD_KEY_ROTATION } from './schema.ts'
export { SETTINGS, type Setting } from './settings.ts'
