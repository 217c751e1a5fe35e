import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { startTestBroker } from '../../src/testing/index.ts'
import { exchange, MD, TOKEN, TTL } from '../doors/metadata/service.ts'

const ID = 'i-00000000000000001'
const OTHER = 'i-00000000000000002'
const TASK = '0123456789abcdef0123456789abcdef'
const DIRECTORY = {
  Accounts: [
    {
      Id: '111111111111',
      Instances: [{ InstanceId: ID }, { InstanceId: OTHER, Listen: 0 }],
      Tasks: [{ TaskId: TASK }],
    },
  ],
}

async function stage(t: TestContext) {
  const broker = await startTestBroker({ directory: DIRECTORY, limits: { requestTimeoutMs: 1000 } })
  t.after(() => broker.stop())
  const portOf = (id: string) => Number(new URL(broker.instance(id).endpoint).port)
  const put = async (id = ID) => await exchange(portOf(id), 'PUT', '/latest/api/token', { [TTL]: '60' })
  return {
    broker,
    portOf,
    put,
    get: async (token: string, id = ID) => await exchange(portOf(id), 'GET', `${MD}instance-id`, { [TOKEN]: token }),
  }
}

for (const id of [ID, OTHER]) {
  const where = id === ID ? 'the metadata listener' : 'a listener of its own'
  test(`connections to an instance on ${where} are refused until it is as usual again, at the same address`, async (t) => {
    const { broker, put, portOf } = await stage(t)
    const instance = broker.instance(id)
    const port = portOf(id)
    const before = connect(port, '127.0.0.1').resume()
    await once(before, 'connect')
    instance.steer({ connections: 'refused' })
    await once(before, 'close')
    for (const _ of [1, 2]) await assert.rejects(put(id), { code: 'ECONNREFUSED' })
    assert.equal((await put(id === ID ? OTHER : ID)).status, 200, 'others are served')
    // Changed twice before anything happens, the last word counts.
    instance.steer({ connections: null })
    instance.steer({ connections: 'refused' })
    await new Promise(setImmediate)
    await assert.rejects(put(id), { code: 'ECONNREFUSED' })
    instance.reset()
    await new Promise(setImmediate)
    assert.deepEqual([(await put(id)).status, portOf(id)], [200, port])
  })
}

test('what refuses connections accepts them again for another instance, and after a reset; a broker stops all the same', async (t) => {
  const { broker, put } = await stage(t)
  broker.instance(ID).steer({ connections: 'refused' })
  await broker.apply({ Accounts: [{ Id: '111111111111', Instances: [{ InstanceId: ID, Listen: 0 }] }] }, {})
  await broker.apply({ Accounts: [{ Id: '111111111111', Instances: [{ InstanceId: 'i-00000000000000003' }] }] })
  assert.equal((await fetch(`${broker.addresses.metadata}/`)).status, 401)
  await assert.rejects(put(ID), { code: 'ECONNREFUSED' })
  await broker.reset()
  assert.equal((await put(ID)).status, 200)
  broker.instance(ID).steer({ connections: 'refused' })
  broker.instance(OTHER).steer({ connections: 'refused' })
})

test('an answer that stalls has its head, and never its body', async (t) => {
  const { broker, portOf } = await stage(t)
  const instance = broker.instance(ID)
  instance.steer({ httpTokens: 'optional', faults: [{ path: 'meta-data', answer: 'stall' }] })
  const began = instance.waitForRequest('meta-data')
  const socket = connect(portOf(ID), '127.0.0.1')
  let received = ''
  socket.on('data', (chunk) => {
    received += chunk
  })
  socket.write(`GET ${MD}instance-id HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  const startedAt = performance.now()
  await once(socket, 'close')
  assert.ok(performance.now() - startedAt > 500, 'it is held')
  assert.match(received, /^HTTP\/1\.1 200 OK\r\n/)
  assert.match(received, /\r\nContent-Length: 19\r\n(?:.+\r\n)*\r\n$/i)
  assert.equal((await began).answer, 'stall')
})

test('beyond so many a second there are faults, and others are answered; each machine is counted by itself', async (t) => {
  const { broker, put } = await stage(t)
  for (const id of [ID, OTHER]) broker.instance(id).steer({ faults: [{ perSecond: 1, answer: 429 }] })
  const asked = async (id: string) => {
    const statuses: number[] = []
    for (let nth = 0; nth < 3; nth++) statuses.push((await put(id)).status)
    return statuses
  }
  for (const id of [ID, OTHER]) assert.deepEqual(await asked(id), [200, 429, 429])
  await new Promise((resolve) => setTimeout(resolve, 1100))
  assert.equal((await put()).status, 200, 'a second later there is one more')

  broker.instance(ID).steer({ faults: [{ perSecond: 1, answer: 503, times: 1 }] })
  assert.deepEqual([(await put()).status, (await put()).status, (await put()).status], [200, 503, 200])
})

test('a task that asks too often is told so, whatever it shows', async (t) => {
  const { broker } = await stage(t)
  broker.task(TASK).steer({ faults: [{ path: 'credentials', perSecond: 1, answer: 429 }] })
  const ask = async () => (await fetch(`${broker.addresses.metadata}/v2/credentials/${TASK}`)).status
  assert.deepEqual([await ask(), await ask()], [401, 429])
})

test('session tokens that are void now are refused for good, and the next is good', async (t) => {
  const { broker, put, get } = await stage(t)
  const instance = broker.instance(ID)
  const [first, ofOther] = [(await put()).body, (await put(OTHER)).body]
  instance.voidTokens()
  const second = (await put()).body
  instance.voidTokens()
  const third = (await put()).body
  const statuses = async () => [(await get(first)).status, (await get(second)).status, (await get(third)).status]
  assert.deepEqual(await statuses(), [401, 401, 200])
  assert.equal((await get(ofOther, OTHER)).status, 200)
  instance.reset()
  assert.deepEqual(await statuses(), [401, 401, 200])
})
