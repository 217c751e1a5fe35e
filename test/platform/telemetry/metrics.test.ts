import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { type TestContext, test } from 'node:test'
import { createMetrics, type Metrics } from '../../../src/platform/telemetry/index.ts'

function metricsFor(t: TestContext): Metrics {
  const metrics = createMetrics()
  t.after(() => metrics.close())
  return metrics
}

async function sample(metrics: Metrics, name: string): Promise<number> {
  const { body } = await metrics.render()
  const line = body.split('\n').find((candidate) => candidate.startsWith(`${name} `))
  return Number(line?.slice(name.length))
}

test('however many names are counted, the series stay bounded and no request is lost', async (t) => {
  const metrics = metricsFor(t)
  for (let index = 0; index < 2000; index++) metrics.requestDone(`made-up-${index}`, 'refused', 0.001)
  metrics.requestDone('made-up-0', 'refused', 0.001)
  assert.equal(await sample(metrics, 'rolecall_requests_total{operation="other",outcome="refused"}'), 1500)
  assert.equal(await sample(metrics, 'rolecall_requests_total{operation="made-up-0",outcome="refused"}'), 2)
  const { body } = await metrics.render()
  assert.equal(body.match(/^rolecall_requests_total\{/gm)?.length, 501)
})

test('nodes of one process count apart', async (t) => {
  const [one, other] = [metricsFor(t), metricsFor(t)]
  one.requestDone('sts:AssumeRole', 'granted', 0.001)
  assert.ok((await one.render()).body.includes('sts:AssumeRole'))
  assert.ok(!(await other.render()).body.includes('sts:AssumeRole'))
})

test('requests are counted by operation and outcome, and their seconds by operation', async (t) => {
  const metrics = metricsFor(t)
  metrics.requestDone('sts:AssumeRole', 'granted', 0.002)
  metrics.requestDone('sts:AssumeRole', 'granted', 0.004)
  metrics.requestDone('sts:AssumeRole', 'refused', 0.5)
  assert.equal(await sample(metrics, 'rolecall_requests_total{operation="sts:AssumeRole",outcome="granted"}'), 2)
  assert.equal(await sample(metrics, 'rolecall_requests_total{operation="sts:AssumeRole",outcome="refused"}'), 1)
  assert.equal(await sample(metrics, 'rolecall_request_seconds_bucket{le="0.005",operation="sts:AssumeRole"}'), 2)
  assert.equal(await sample(metrics, 'rolecall_request_seconds_count{operation="sts:AssumeRole"}'), 3)
  assert.equal(await sample(metrics, 'rolecall_request_seconds_sum{operation="sts:AssumeRole"}'), 0.506)
})

test('the event loop and the memory are watched, and the text names its format', async (t) => {
  const metrics = metricsFor(t)
  await new Promise((resolve) => setTimeout(resolve, 30))
  const busyUntil = performance.now() + 60
  while (performance.now() < busyUntil);
  await new Promise((resolve) => setTimeout(resolve, 30))
  assert.ok((await sample(metrics, 'rolecall_event_loop_delay_p99_seconds')) > 0.03)
  const utilization = await sample(metrics, 'rolecall_event_loop_utilization')
  assert.ok(utilization > 0 && utilization <= 1)
  assert.ok((await sample(metrics, 'rolecall_resident_memory_bytes')) > 1e7)
  assert.match((await metrics.render()).contentType, /^text\/plain; version=0\.0\.4/)
})

test('a node that counts does not keep its process alive', () => {
  const telemetry = new URL('../../../src/platform/telemetry/index.ts', import.meta.url)
  const script = `import { createMetrics } from '${telemetry}'; createMetrics()`
  const { status } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { timeout: 10_000 })
  assert.equal(status, 0)
})
