/** Brokers for tests: everything is real but where data is kept, and time, which a test can move. @module */
export { startTestBroker, type TestBroker, type TestBrokerOptions } from './start-test-broker.ts'
