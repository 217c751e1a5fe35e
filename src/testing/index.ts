/**
 * Brokers for tests: everything is real but where data is kept, time, which a test can move, and what the metadata of
 * instances answers while a test steers it.
 * @module
 */
export type { RecordedRequest } from '../domain/instances/index.ts'
export type { ContainerSteeringInput, SteeringInput } from '../doors/steering/index.ts'
export type { AuditRecord } from './audit-records.ts'
export { startTestBroker, type TestBroker, type TestBrokerOptions, type TestClock } from './start-test-broker.ts'
export type { TestContainer, TestInstance, TestMachine } from './test-machine.ts'
export type { RequestWanted, WaitOptions } from './wait-for-request.ts'
