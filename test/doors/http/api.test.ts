import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import supertest from 'supertest'
import {
  type ApiOptions,
  apiApp,
  type Listener,
  type ListenerOptions,
  startListener,
} from '../../../src/doors/http/index.ts'
import { eventually, exchange, listeningLogger, RawClient } from './raw-client.ts'

type Answer = ApiOptions['answer']
type Asked = Parameters<Answer>

const MAX_BODY = 1000
const echo: Answer = async ({ method, target, body }) => ({
  status: 200,
  headers: { 'Content-Type': 'text/plain', 'x-custom': 'a' },
  body: `${method} ${target} ${body.length} é`,
})
const logger = listeningLogger()
let answer = echo
let asked: Asked[] = []
let listener: Listener
const OPTIONS: ListenerOptions = {
  listen: { host: '127.0.0.1', port: 0 },
  flag: '--listen',
  maxHeaderBytes: 32_768,
  requestTimeoutMs: 500,
  idleTimeoutMs: 60_000,
  maxConnections: 100,
  logger,
}

const app = apiApp({
  answer: (...asking) => {
    asked.push(asking)
    return answer(...asking)
  },
  trustedProxies: [],
  maxBodyBytes: MAX_BODY,
  logger,
})

before(async () => {
  listener = await startListener(app, OPTIONS)
})
beforeEach(() => {
  answer = echo
  asked = []
  logger.events.length = 0
})
after(() => listener.stop(0))

const POST = 'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n'
const TOO_LARGE = 'HTTP/1.1 413 Payload Too Large\r\nContent-Length: 0\r\nConnection: close\r\n'

test('a body that is declared too large is refused before it is sent, with nothing in the answer', async () => {
  const client = await RawClient.open(listener.port)
  client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${MAX_BODY + 1}\r\n\r\n`)
  const response = await client.until('\r\n\r\n')
  assert.ok(response.startsWith(TOO_LARGE))
  assert.ok(response.endsWith('\r\n\r\n'))
  await client.untilClosed()
  assert.deepEqual(asked, [])
})

test('a body that turns out too large is refused, and the whole of it may still arrive', async () => {
  const size = 500_000
  const response = await exchange(
    listener.port,
    `${POST}Transfer-Encoding: chunked\r\n\r\n${size.toString(16)}\r\n${'a'.repeat(size)}\r\n0\r\n\r\n`,
  )
  assert.ok(response.startsWith(TOO_LARGE))
  assert.deepEqual(asked, [])
})

test('an HTTP client sees the 413 although it sent everything', async () => {
  const response = await fetch(listener.origin, { method: 'POST', body: 'a'.repeat(300_000) })
  assert.equal(response.status, 413)
  assert.equal(await response.text(), '')
})

test('a refused body that never ends is given up with the request', async () => {
  const client = await RawClient.open(listener.port)
  client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n`)
  assert.ok((await client.untilClosed()).startsWith(TOO_LARGE))
})

for (const [rule, framing] of [
  ['of known length', `Content-Length: ${MAX_BODY}\r\n\r\n${'a'.repeat(MAX_BODY)}`],
  ['in chunks', `Transfer-Encoding: chunked\r\n\r\n3e0\r\n${'a'.repeat(992)}\r\n8\r\n${'b'.repeat(8)}\r\n0\r\n\r\n`],
] as const) {
  test(`a body of exactly the limit is taken, ${rule}`, async () => {
    assert.match(await exchange(listener.port, POST + framing), /^HTTP\/1\.1 200 .*POST \/ 1000 /s)
  })
}

test('a client that leaves in the middle of its body is never answered', async () => {
  const client = await RawClient.open(listener.port)
  client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc')
  client.leave()
  await supertest(listener.origin).get('/').expect(200)
  assert.equal(asked.length, 1)
  assert.deepEqual(logger.events, [])
})

test('a body that is too slow is never answered but with 408', async () => {
  assert.match(await exchange(listener.port, `${POST}Content-Length: 9\r\n\r\nabc`), /^HTTP\/1\.1 408 /)
  assert.deepEqual(asked, [])
})

test('a client that leaves before its answer does no harm', async () => {
  let release: (() => void) | undefined
  answer = async (...asking) => {
    await new Promise<void>((resolve) => {
      release = resolve
    })
    return echo(...asking)
  }
  const client = await RawClient.open(listener.port)
  client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await eventually(() => release !== undefined)
  client.leave()
  await client.untilClosed()
  release?.()
  answer = echo
  await supertest(listener.origin).get('/').expect(200)
  assert.deepEqual(logger.events, [])
})

test('while stopping, an answer of the API says that it is the last on its connection', async () => {
  const releases: (() => void)[] = []
  const app = apiApp({
    answer: async () => {
      await new Promise<void>((resolve) => releases.push(resolve))
      return { status: 200, headers: { 'x-a': 'b' }, body: 'answered' }
    },
    trustedProxies: [],
    maxBodyBytes: MAX_BODY,
    logger,
  })
  const draining = await startListener(app, OPTIONS)
  const client = await RawClient.open(draining.port)
  client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await eventually(() => releases.length === 1)
  const stopped = draining.stop(5000)
  client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await eventually(() => releases.length === 2)
  for (const release of releases) release()
  await stopped
  assert.match(await client.untilClosed(), /answered.*\r\nConnection: close\r\n.*answered$/is)
})

test('a connection that sends thousands of requests ahead is refused, and others are served', async (t) => {
  // Reading the crowd takes a busy machine longer than the others here may take to arrive.
  const patient = await startListener(app, { ...OPTIONS, requestTimeoutMs: 10_000 })
  t.after(() => patient.stop(0))
  const asking = await RawClient.open(patient.port)
  asking.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(2000))
  // On a connection that nobody kept from before: such a one may be closing.
  assert.match(await exchange(patient.port, `${POST}Content-Length: 0\r\n\r\n`), /^HTTP\/1\.1 200 /)
  // Closed on requests that nobody read, the connection may be reset, and the 503 be lost.
  assert.match(await asking.untilClosed(), /^(?:HTTP\/1\.1 (?:200|503) )/)
  assert.ok(asked.length > 32 && asked.length < 1000, `${asked.length} were asked`)
})

for (const target of ['http://[::1/', 'http://[', 'x://[/?Action=A', 'http://localhost/', '*']) {
  test(`the target ${target} is handed on as it came, like any other`, async () => {
    const answered = await exchange(listener.port, `${POST.replace('/', target)}\r\n`)
    assert.match(answered, /^HTTP\/1\.1 200 /)
    assert.equal(asked[0]?.[0].target, target)
  })
}

test('an answer that fails is a bare 500 and an error in the log', async () => {
  answer = async () => {
    throw new Error('a bug')
  }
  const response = await supertest(listener.origin).get('/').expect(500)
  assert.equal(response.text, '')
  assert.deepEqual(logger.events, ['answer.failed'])
})

test('an answer that no header can hold is a bare 500', async () => {
  answer = async () => ({ status: 200, headers: { 'x-a': 'a\r\nx-b: b' }, body: '' })
  const response = await supertest(listener.origin).get('/').expect(500)
  assert.equal(response.headers['x-b'], undefined)
})

test('garbage after a request does not become part of it', async () => {
  const client = await RawClient.open(listener.port)
  client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nabGARBAGE\r\n\r\n')
  await client.untilClosed()
  assert.ok(asked.every(([{ body }]) => Buffer.from(body).toString() === 'ab'))
})

test('requests in one packet are answered one by one, in order', async () => {
  const response = await exchange(listener.port, `GET /1 HTTP/1.1\r\nHost: a\r\n\r\n${POST}Content-Length: 2\r\n\r\nab`)
  assert.match(response, /GET \/1 0 .*POST \/ 2 /s)
})

test('an answer has its own headers, a length and a date, and tells nothing of its making', async () => {
  const { headers, text } = await supertest(listener.origin).get('/').expect(200)
  assert.equal(text, 'GET / 0 é')
  assert.deepEqual(Object.keys(headers).sort(), ['connection', 'content-length', 'content-type', 'date', 'x-custom'])
  assert.equal(headers['content-length'], '10')
})

test('the answer to HEAD has no body', async () => {
  const response = await exchange(listener.port, 'HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  assert.match(response, /^HTTP\/1\.1 200 OK\r\n/)
  assert.ok(response.endsWith('\r\n\r\n'))
})

test('a request is handed on as it came: method, target, headers and bytes', async () => {
  const head =
    'PATCH /%zz/../?a=%20+&a#x HTTP/1.1\r\nHost: a\r\nX-B: 1\r\nx-b:  2 \r\nContent-Length: 3\r\nConnection: close\r\n\r\n'
  await exchange(listener.port, `${head}\0\xffé`)
  const [[received, connection] = assert.fail('nothing was asked')] = asked
  assert.equal(received.method, 'PATCH')
  assert.equal(received.target, '/%zz/../?a=%20+&a#x')
  assert.deepEqual(received.rawHeaders, [
    'Host',
    'a',
    'X-B',
    '1',
    'x-b',
    '2',
    'Content-Length',
    '3',
    'Connection',
    'close',
  ])
  assert.deepEqual(Buffer.from(received.body), Buffer.from('\0\xffé', 'latin1'))
  assert.deepEqual(connection, { sourceIp: '127.0.0.1', secureTransport: false })
})

test("what a trusted proxy adds behind a thousand headers of its client counts, and not the client's own claim", async (t) => {
  const behindProxy = await startListener(
    apiApp({
      answer: async (_received, { sourceIp }) => ({ status: 200, headers: {}, body: `from ${sourceIp}.` }),
      trustedProxies: ['127.0.0.0/8'],
      maxBodyBytes: MAX_BODY,
      logger,
    }),
    OPTIONS,
  )
  t.after(() => behindProxy.stop(0))
  const claimed = `X-Forwarded-For: 198.51.100.1\r\n${'a:\r\n'.repeat(1100)}`
  const seen = await exchange(behindProxy.port, `${POST}${claimed}X-Forwarded-For: 192.0.2.7\r\n\r\n`)
  assert.match(seen, /from 192\.0\.2\.7\.$/)
})
