import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'

/**
 * How a request ended: a grant, a refusal the caller was told, a failure of ours; over the rate of its account, or sent
 * away because there was too much to do.
 */
export type Outcome = 'granted' | 'refused' | 'failed' | 'throttled' | 'shed'

/** What operators watch. Every node has its own: nothing is global. */
export interface Metrics {
  /**
   * Counts one answered request.
   * @param operation - the action's name as the broker knows it, never as a caller sent it: each name is kept for good
   */
  requestDone(operation: string, outcome: Outcome, seconds: number): void
  /** Counts audit records that were lost for a sink: refusals and questions; a grant without its record is none. */
  auditDropped(sink: 'database' | 'json-lines', records: number): void
  /** Everything in Prometheus' text format. @see https://prometheus.io/docs/instrumenting/exposition_formats/ */
  render(): Promise<{ readonly contentType: string; readonly body: string }>
  /** Stops watching the event loop. */
  close(): void
}

// A node knows fewer operations than this. Whatever else is counted under more names shares one.
const MOST_OPERATIONS = 500
const NANOSECONDS = 1e9

/** Starts counting, and watching the event loop. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const requests = new Counter({
    name: 'rolecall_requests_total',
    help: 'Requests answered, by operation and outcome.',
    labelNames: ['operation', 'outcome'] as const,
    registers,
  })
  const seconds = new Histogram({
    name: 'rolecall_request_seconds',
    help: 'Time from the last byte of a request to its answer, by operation.',
    labelNames: ['operation'] as const,
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers,
  })
  const dropped = new Counter({
    name: 'rolecall_audit_dropped_total',
    help: 'Audit records of refusals and questions that could not be kept, by sink.',
    labelNames: ['sink'] as const,
    registers,
  })
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  gauge('rolecall_event_loop_delay_p99_seconds', 'Event loop delay since the last scrape: 99 % were shorter.', () => {
    const p99 = delay.percentile(99) / NANOSECONDS
    delay.reset()
    return p99
  })
  let utilizationBefore = performance.eventLoopUtilization()
  gauge('rolecall_event_loop_utilization', 'Share of time that the event loop was busy since the last scrape.', () => {
    const before = utilizationBefore
    utilizationBefore = performance.eventLoopUtilization()
    return performance.eventLoopUtilization(utilizationBefore, before).utilization
  })
  gauge('rolecall_resident_memory_bytes', 'Memory that the process occupies.', () => process.memoryUsage.rss())

  const operations = new Set<string>()
  return {
    requestDone(name, outcome, duration) {
      if (operations.size < MOST_OPERATIONS) operations.add(name)
      const operation = operations.has(name) ? name : 'other'
      requests.inc({ operation, outcome })
      seconds.observe({ operation }, duration)
    },
    auditDropped: (sink, records) => dropped.inc({ sink }, records),
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
    close: () => delay.disable(),
  }

  function gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  }
}
