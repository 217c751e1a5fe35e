/** Wires a node together and starts and stops it: the only place that names adapters. @module */

export { operatorCalls } from './operator-calls.ts'
export { prepareNode } from './prepare-node.ts'
export { type Broker, type BrokerClient, type BrokerOptions, startBroker, startInProcess } from './start-broker.ts'
export { type RunningNode, startNode } from './start-node.ts'
