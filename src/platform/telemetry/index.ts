/** The log and the metrics of a node. Decides nothing and keeps no request. @module */
export { createLogger, type LogFields, type Logger } from './logger.ts'
export { createMetrics, type Metrics, type Outcome } from './metrics.ts'
