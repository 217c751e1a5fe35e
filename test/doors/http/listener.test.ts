import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { get as getOverTls } from 'node:https'
import { connect, createServer } from 'node:net'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import supertest from 'supertest'
import { adminApp, type ListenerOptions, startListener } from '../../../src/doors/http/index.ts'
import { Secret } from '../../../src/model/index.ts'
import { eventually, exchange, listeningLogger, RawClient } from './raw-client.ts'

const OPTIONS: ListenerOptions = {
  listen: { host: '127.0.0.1', port: 0 },
  flag: '--listen',
  maxHeaderBytes: 4096,
  requestTimeoutMs: 10_000,
  idleTimeoutMs: 60_000,
  maxConnections: 100,
  logger: listeningLogger(),
}
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

const hello: RequestListener = (_request, response) => {
  response.end('hello')
}

/** Answers when the test says so. */
function held(): { readonly handler: RequestListener; readonly begun: () => boolean; release(): void } {
  let release: (() => void) | undefined
  return {
    handler: (_request, response) => {
      release = () => response.end('held')
    },
    begun: () => release !== undefined,
    release: () => release?.(),
  }
}

test('an address in use is named, with the flag that chooses another', async () => {
  const first = await startListener(hello, OPTIONS)
  try {
    await assert.rejects(startListener(hello, { ...OPTIONS, listen: { host: '127.0.0.1', port: first.port } }), {
      message: `127.0.0.1:${first.port} is in use; choose another address with --listen`,
    })
  } finally {
    await first.stop(0)
  }
})

test('an address of another machine is named as such', async () => {
  await assert.rejects(
    startListener(hello, { ...OPTIONS, listen: { host: '192.0.2.1', port: 0 }, flag: '--admin-listen' }),
    {
      message: '192.0.2.1:0 is no address of this machine; choose another address with --admin-listen',
    },
  )
})

test('headers above the limit are answered with 431, and the connection ends', async () => {
  const listener = await startListener(hello, OPTIONS)
  const answer = await exchange(listener.port, `GET / HTTP/1.1\r\nHost: a\r\nA: ${'a'.repeat(5000)}\r\n\r\n`)
  assert.match(answer, /^HTTP\/1\.1 431 /)
  await listener.stop(0)
})

test('of headers none is dropped, however many there are: a check might miss the last one', async (t) => {
  const listener = await startListener((request, response) => {
    // Whether headers are dropped depends on the release of Node; that none may be is what the server is told.
    const server: unknown = Reflect.get(request.socket, 'server')
    const most: unknown = typeof server === 'object' && server !== null && Reflect.get(server, 'maxHeadersCount')
    response.end(`${most} ${request.headers['x-last']} ${request.rawHeaders.length}.`)
  }, OPTIONS)
  t.after(() => listener.stop(0))
  const answer = await exchange(
    listener.port,
    `GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${'a:\r\n'.repeat(900)}X-Last: seen\r\n\r\n`,
  )
  assert.match(answer, /\r\n0 seen 1806\.$/)
})

test('a connection beyond the limit is closed at once, and one that ends makes room', async () => {
  const logger = listeningLogger()
  const listener = await startListener(hello, { ...OPTIONS, maxConnections: 2, logger })
  const [first, second] = [await RawClient.open(listener.port), await RawClient.open(listener.port)]
  const third = await RawClient.open(listener.port)
  assert.equal(await third.untilClosed(), '')
  assert.deepEqual(logger.events, ['connection.dropped'])
  second.send(GET)
  await second.until('hello')
  first.leave()
  await eventually(() => first.closed)
  const next = await RawClient.open(listener.port)
  next.send(GET)
  await next.until('hello')
  await listener.stop(0)
})

const SLOW: readonly (readonly [rule: string, sent: string])[] = [
  ['nothing', ''],
  ['half a head', 'GET / HTTP/1.1\r\nHos'],
  ['half a body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc'],
]

for (const [rule, sent] of SLOW) {
  test(`a client that sends ${rule} and then waits is answered with 408, and the connection ends`, async () => {
    const listener = await startListener(() => undefined, { ...OPTIONS, requestTimeoutMs: 50 })
    assert.match(await exchange(listener.port, sent), /^HTTP\/1\.1 408 /)
    await listener.stop(0)
  })
}

for (const [what, head, piece] of [
  ['headers', 'GET / HTTP/1.1\r\nHost: a\r\n', 'A: a\r\n'],
  ['a body', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n', '1\r\na\r\n'],
] as const) {
  test(`a client that sends ${what} drop by drop has no more time for it than any other`, async () => {
    const listener = await startListener(() => undefined, { ...OPTIONS, requestTimeoutMs: 100 })
    const client = await RawClient.open(listener.port)
    client.send(head)
    const dripping = setInterval(() => client.send(piece), 10)
    const answer = await client.untilClosed()
    clearInterval(dripping)
    assert.match(answer, /^HTTP\/1\.1 408 /)
    await listener.stop(0)
  })
}

test('a kept connection on which no request follows is closed', async () => {
  const listener = await startListener(hello, { ...OPTIONS, idleTimeoutMs: 50 })
  const client = await RawClient.open(listener.port)
  client.send(GET)
  await client.until('hello')
  assert.match(await client.untilClosed(), /hello$/)
  await listener.stop(0)
})

test('garbage is answered with 400, and the connection ends', async () => {
  const listener = await startListener(hello, OPTIONS)
  assert.match(await exchange(listener.port, 'GARBAGE\r\n\r\n'), /^HTTP\/1\.1 400 /)
  assert.match(await exchange(listener.port, '\0\xff\x16\x03\x01\r\n\r\n'), /^HTTP\/1\.1 400 /)
  assert.match(await exchange(listener.port, 'GET / HTTP/1.1\r\n\r\n'), /^HTTP\/1\.1 400 /)
  await listener.stop(0)
})

test('two lengths for one body are refused, whichever a proxy would have believed', async () => {
  const listener = await startListener(hello, OPTIONS)
  const head = 'POST / HTTP/1.1\r\nHost: a\r\n'
  assert.match(
    await exchange(listener.port, `${head}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`),
    /^HTTP\/1\.1 400 /,
  )
  assert.match(
    await exchange(listener.port, `${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`),
    /^HTTP\/1\.1 400 /,
  )
  await listener.stop(0)
})

const APPS: readonly (readonly [name: string, app: RequestListener])[] = [
  [
    'admin',
    adminApp(
      {
        ready: () => ({ ok: true }),
        metrics: async () => ({ contentType: '', body: '' }),
        identityCertificates: async () => '',
        operatorToken: new Secret('x'),
        operate: async () => undefined,
        dev: undefined,
        logger: OPTIONS.logger,
      },
      [],
    ),
  ],
]
const EMPTY_400 = /^HTTP\/1\.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n(?:[^\r]+\r\n)*\r\n$/

for (const [name, app] of APPS) {
  for (const target of ['http://[::1/', 'http://[', 'x://[/?Action=A']) {
    test(`the ${name} listener answers the target ${target}, which is no URL, with 400 and nothing more`, async (t) => {
      const listener = await startListener(app, OPTIONS)
      t.after(() => listener.stop(0))
      const head = `POST ${target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc`
      assert.match(await exchange(listener.port, head), EMPTY_400)
    })
  }
}

test('chunks in HTTP/1.0, which has none, are refused: a proxy in between would end the request elsewhere', async (t) => {
  const listener = await startListener(hello, OPTIONS)
  t.after(() => listener.stop(0))
  const head = 'POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n'
  assert.match(await exchange(listener.port, `${head}3\r\nabc\r\n0\r\n\r\n`), EMPTY_400)
})

test('a connection without traffic is closed', async () => {
  const listener = await startListener(held().handler, { ...OPTIONS, idleTimeoutMs: 50 })
  assert.equal(await exchange(listener.port, GET), '')
  await listener.stop(0)
})

test('port 0 becomes the port the system chose, and the origin names it', async () => {
  const listener = await startListener(hello, OPTIONS)
  assert.equal(listener.host, '127.0.0.1')
  assert.equal(listener.origin, `http://127.0.0.1:${listener.port}`)
  assert.equal((await supertest(listener.origin).get('/')).text, 'hello')
  await listener.stop(0)
})

test('an IPv6 origin has brackets', async () => {
  const listener = await startListener(hello, { ...OPTIONS, listen: { host: '::1', port: 0 } })
  assert.equal(listener.origin, `http://[::1]:${listener.port}`)
  await listener.stop(0)
})

test('with a certificate it speaks TLS, and only that', async () => {
  const cert = readFileSync(new URL('./fixtures/localhost.cert.pem', import.meta.url), 'utf8')
  const key = readFileSync(new URL('./fixtures/localhost.key.pem', import.meta.url), 'utf8')
  const listener = await startListener(hello, { ...OPTIONS, tls: { cert, key } })
  assert.equal(listener.origin, `https://127.0.0.1:${listener.port}`)
  const status = await new Promise((resolve, reject) => {
    const request = getOverTls(listener.origin, { ca: cert, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    request.on('error', reject)
  })
  assert.equal(status, 200)
  assert.doesNotMatch(await exchange(listener.port, GET), /hello/)
  await listener.stop(0)
})

test('stopping lets a request finish that is under way, and takes no new connection', async () => {
  const { handler, begun, release } = held()
  const listener = await startListener(handler, OPTIONS)
  const client = await RawClient.open(listener.port)
  client.send(GET)
  await eventually(begun)
  const stopped = listener.stop(5000)
  const late = connect(listener.port, '127.0.0.1')
  const refusal = await new Promise<NodeJS.ErrnoException>((resolve) => late.on('error', resolve))
  assert.equal(refusal.code, 'ECONNREFUSED')
  release()
  await stopped
  assert.match(await client.untilClosed(), /^HTTP\/1\.1 200 .*held/s)
})

test('while stopping, a request that follows on its connection is told that it is the last', async () => {
  const { handler, begun, release } = held()
  let first = true
  const listener = await startListener((request, response) => {
    if (first) handler(request, response)
    else response.end('last')
    first = false
  }, OPTIONS)
  const client = await RawClient.open(listener.port)
  client.send(GET)
  await eventually(begun)
  const stopped = listener.stop(5000)
  client.send(GET)
  release()
  await stopped
  assert.match(await client.untilClosed(), /held.*Connection: close.*last$/s)
})

test('stopping does not wait for connections that have no request', async () => {
  const listener = await startListener(hello, OPTIONS)
  const [silent, kept] = [await RawClient.open(listener.port), await RawClient.open(listener.port)]
  kept.send(GET)
  await kept.until('hello')
  assert.equal(silent.closed || kept.closed, false)
  const before = performance.now()
  await listener.stop(60_000)
  assert.ok(performance.now() - before < 5000)
  await silent.untilClosed()
  await kept.untilClosed()
})

test('stopping cuts what is still busy when its time is over', async () => {
  const { handler, begun } = held()
  const listener = await startListener(handler, OPTIONS)
  const client = await RawClient.open(listener.port)
  client.send(GET)
  await eventually(begun)
  await listener.stop(20)
  assert.equal(await client.untilClosed(), '')
})

test('a port that another program took while connections were refused is had again when that is gone', async () => {
  const listener = await startListener(hello, OPTIONS)
  const { port } = listener
  const isAnswered = async () =>
    await fetch(listener.origin).then(
      (response) => response.ok,
      () => false,
    )
  listener.refuseAll(true)
  const other = createServer((socket) => socket.destroy()).listen(port, '127.0.0.1')
  await once(other, 'listening')
  listener.refuseAll(false)
  await delay(100)
  assert.equal(await isAnswered(), false)
  other.close()
  for (let waits = 0; waits < 100 && !(await isAnswered()); waits++) await delay(50)
  assert.ok(await isAnswered())
  await listener.stop(0)
})

test('a listener that waits for its port does not hold up its stop, and is not opened after it', async () => {
  const listener = await startListener(hello, OPTIONS)
  listener.refuseAll(true)
  const other = createServer().listen(listener.port, '127.0.0.1')
  await once(other, 'listening')
  listener.refuseAll(false)
  await delay(50)
  await listener.stop(0)
  other.close()
  await delay(800)
  await assert.rejects(fetch(listener.origin))
})
