import assert from 'node:assert/strict'
import { test } from 'node:test'
import { example, SAMPLE } from './sample-instance.ts'
import { MD, START, serve } from './service.ts'

const iso = (ms: number) => new Date(ms).toISOString().replace('.000', '')
const ACTION = `${MD}spot/instance-action`
const TERMINATION = `${MD}spot/termination-time`
const REBALANCE = `${MD}events/recommendations/rebalance`
const EVENT = {
  EventId: 'instance-event-04c8e1f7a9d23b605',
  Code: 'system-reboot',
  Description: 'scheduled reboot',
  NotBefore: '2026-03-09T03:00:00Z',
  NotAfter: '2026-03-09T05:00:00Z',
} as const

test('an ordinary instance is told of no interruption, and of no events', async (t) => {
  const { get } = await serve(t)
  for (const path of [ACTION, TERMINATION, REBALANCE, `${MD}spot`, `${MD}autoscaling/target-lifecycle-state`]) {
    assert.equal((await get(path)).status, 404)
  }
  for (const path of ['scheduled', 'history']) {
    assert.equal((await get(`${MD}events/maintenance/${path}`)).body, '[]')
  }
})

test('a spot instance is told two minutes before it is terminated, and not a moment earlier', async (t) => {
  const Time = iso(START + 600_000)
  const { get, advance } = await serve(t, { ...SAMPLE, SpotInterruption: { Action: 'terminate', Time } })
  advance(479_999)
  assert.equal((await get(ACTION)).status, 404)
  assert.ok(!(await get(MD)).body.includes('spot/'))
  advance(1)
  assert.equal((await get(ACTION)).body, JSON.stringify({ action: 'terminate', time: Time }))
  assert.equal((await get(TERMINATION)).body, Time)
  assert.equal((await get(`${MD}spot/`)).body, 'instance-action\ntermination-time')
  advance(3_600_000)
  assert.equal((await get(TERMINATION)).body, Time)
})

test('a spot instance that is stopped has no termination time', async (t) => {
  const Time = iso(START + 60_000)
  const { get } = await serve(t, { ...SAMPLE, SpotInterruption: { Action: 'stop', Time } })
  assert.equal((await get(ACTION)).body, JSON.stringify({ action: 'stop', time: Time }))
  assert.equal((await get(TERMINATION)).status, 404)
})

test('hibernation begins with its notice', async (t) => {
  const Time = iso(START + 60_000)
  const { get, advance } = await serve(t, { ...SAMPLE, SpotInterruption: { Action: 'hibernate', Time } })
  assert.equal((await get(ACTION)).status, 404)
  advance(60_000)
  assert.equal((await get(ACTION)).body, JSON.stringify({ action: 'hibernate', time: Time }))
})

test('a rebalance recommendation stays once it was given', async (t) => {
  const RebalanceNoticeTime = iso(START + 1000)
  const { get, advance } = await serve(t, { ...SAMPLE, RebalanceNoticeTime })
  assert.equal((await get(REBALANCE)).status, 404)
  advance(1000)
  const { body } = await get(REBALANCE)
  assert.equal(body, JSON.stringify({ noticeTime: RebalanceNoticeTime }))
  advance(3_600_000)
  assert.equal((await get(REBALANCE)).body, body)
})

test('of several notices each comes at its own time', async (t) => {
  const RebalanceNoticeTime = iso(START + 1000)
  const SpotInterruption = { Action: 'terminate', Time: iso(START + 122_000) } as const
  const { get, advance } = await serve(t, { ...SAMPLE, RebalanceNoticeTime, SpotInterruption })
  advance(1000)
  assert.deepEqual([(await get(REBALANCE)).status, (await get(ACTION)).status], [200, 404])
  advance(1000)
  assert.deepEqual([(await get(REBALANCE)).status, (await get(ACTION)).status], [200, 200])
})

test('events are listed as EC2 lists them; what is over moves to the history and says how it ended', async (t) => {
  const service = await serve(t, { ...SAMPLE, MaintenanceEvents: [EVENT, { ...EVENT, Code: 'instance-stop' }] })
  const read = async (path: string) => JSON.parse((await service.get(`${MD}events/maintenance/${path}`)).body)
  assert.equal((await read('scheduled')).length, 2)
  assert.deepEqual(Object.keys((await read('scheduled'))[0]), [
    ...['NotBefore', 'Code', 'Description', 'EventId', 'NotAfter', 'State'],
  ])
  await service.change({
    ...SAMPLE,
    MaintenanceEvents: [EVENT, { ...EVENT, Code: 'instance-stop', State: 'canceled' }],
  })
  assert.equal((await read('scheduled')).length, 1)
  const [canceled] = await read('history')
  assert.deepEqual([canceled.State, canceled.Description], ['canceled', '[Canceled] scheduled reboot'])
})

test('an event is written letter by letter as at EC2', async (t) => {
  const service = await serve(t, { ...SAMPLE, MaintenanceEvents: [EVENT] })
  const { body } = await service.get(`${MD}events/maintenance/scheduled`)
  assert.equal(
    body,
    `[
  {
    "NotBefore" : "09 Mar 2026 03:00:00 GMT",
    "Code" : "system-reboot",
    "Description" : "scheduled reboot",
    "EventId" : "instance-event-04c8e1f7a9d23b605",
    "NotAfter" : "09 Mar 2026 05:00:00 GMT",
    "State" : "active"
  }
]`,
  )
  assert.equal(example('meta-data/events/maintenance/scheduled'), '[]')
})

test('the state that a group wants an instance in is what the file says', async (t) => {
  const Metadata = { 'meta-data/autoscaling/target-lifecycle-state': 'Terminated' }
  const { get } = await serve(t, { ...SAMPLE, Metadata })
  assert.equal((await get(`${MD}autoscaling/target-lifecycle-state`)).body, 'Terminated')
})
