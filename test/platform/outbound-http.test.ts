import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer as createHttps } from 'node:https'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { OutboundError, type OutboundFailure } from '../../src/platform/outbound-exchange.ts'
import {
  type OutboundAnswer,
  type OutboundReply,
  outboundHttp,
  personalHttp,
} from '../../src/platform/outbound-http.ts'

const MAX = 1000

/** A server that answers every connection with these bytes, then whatever `then` does. */
async function serving(t: TestContext, head: string, then?: (socket: Socket) => void) {
  const seen: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('data', (bytes) => {
      seen.push(bytes.toString('latin1'))
      socket.write(head)
      if (then === undefined) socket.end()
      else then(socket)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { origin, seen }
}

/** Gets a document of a local issuer. */
function getting(origin: string, path = '/keys', ms = 1000): Promise<OutboundAnswer> {
  const client = outboundHttp({ localIssuers: [origin] })
  return client.get({ url: `${origin}${path}`, issuer: origin, maxBytes: MAX, signal: AbortSignal.timeout(ms) })
}

async function fails(
  answer: Promise<OutboundAnswer | OutboundReply>,
  failure: OutboundFailure,
  message?: RegExp,
): Promise<void> {
  await assert.rejects(answer, (error) => {
    assert.ok(error instanceof OutboundError, String(error))
    assert.equal(error.failure, failure, error.message)
    if (message !== undefined) assert.match(error.message, message)
    return true
  })
}

const nobody = async (): Promise<readonly string[]> => assert.fail('a name was resolved')

for (const url of [
  'http://idp.example.com/keys',
  'https://idp.example.com:8443/keys',
  'https://user@idp.example.com/keys',
  'https://user:secret@idp.example.com/keys',
  'https://127.0.0.1/keys',
  'https://127.1/keys',
  'https://0x7f.1/keys',
  'https://2130706433/keys',
  'https://0177.0.0.1/keys',
  'https://8.8.8.8/keys',
  'https://[::1]/keys',
  'https://[::ffff:7f00:1]/keys',
  'https://[2606:4700::1111]/keys',
  'http://169.254.169.254/latest/meta-data/',
  'https://169.254.169.254/',
  'file:///etc/passwd',
  'gopher://idp.example.com/',
  'data:application/json,{}',
  'javascript:0',
  '/keys',
  '',
]) {
  test(`nothing is fetched from ${url || 'nowhere'}`, async () => {
    const client = outboundHttp({ localIssuers: [], resolve: nobody })
    const signal = AbortSignal.timeout(1000)
    await fails(client.get({ url, issuer: 'https://idp.example.com', maxBytes: MAX, signal }), 'forbidden')
  })
}

for (const addresses of [
  ['127.0.0.1'],
  ['8.8.8.8', '10.0.0.1'],
  ['2606:4700::1111', '::ffff:169.254.169.254'],
  ['168.63.129.16'],
  ['x'],
]) {
  test(`a name that leads to ${addresses.join(' and ')} is not asked`, async () => {
    const client = outboundHttp({ localIssuers: [], resolve: async () => addresses })
    const signal = AbortSignal.timeout(1000)
    const url = 'https://idp.example.com/keys'
    await fails(
      client.get({ url, issuer: 'https://idp.example.com', maxBytes: MAX, signal }),
      'forbidden',
      /not public/,
    )
  })
}

test('a name is resolved once: what it leads to a moment later does not count', async () => {
  const answers = [['192.88.99.1'], ['127.0.0.1'], ['8.8.8.8'], ['127.0.0.1']]
  let asked = 0
  const client = outboundHttp({ localIssuers: [], resolve: async () => answers[asked++] ?? [] })
  const get = () => {
    const signal = AbortSignal.timeout(200)
    return client.get({ url: 'https://idp.example.com/', issuer: 'https://idp.example.com', maxBytes: MAX, signal })
  }
  await fails(get(), 'forbidden')
  assert.equal(asked, 1)
  await fails(get(), 'forbidden')
  // Nobody answers there, in a sandbox; what matters is that nothing else was asked.
  await assert.rejects(get())
  assert.equal(asked, 3)
})

test('a name that nobody knows, or that nobody answers for, is unreachable', async () => {
  for (const resolve of [async () => [], () => Promise.reject(new Error('ENOTFOUND'))]) {
    const client = outboundHttp({ localIssuers: [], resolve })
    const url = 'https://idp.example.com/keys'
    const asked = { url, issuer: url, maxBytes: MAX, signal: AbortSignal.timeout(1000) }
    await fails(client.get(asked), 'unreachable')
  }
})

test('a local issuer is reached at its own origin, on its own behalf', async (t) => {
  const { origin, seen } = await serving(
    t,
    'HTTP/1.1 200 OK\r\nCache-Control: max-age=5\r\nContent-Length: 2\r\n\r\n{}',
  )
  const answer = await getting(origin)
  assert.equal(answer.body.toString(), '{}')
  assert.equal(answer.cacheControl, 'max-age=5')
  assert.match(seen[0] ?? '', /^GET \/keys HTTP\/1\.1\r\n/)
  assert.doesNotMatch(seen[0] ?? '', /cookie|authorization/i)

  const client = outboundHttp({ localIssuers: [origin], resolve: nobody })
  const signal = AbortSignal.timeout(1000)
  const url = `${origin}/keys`
  await fails(client.get({ url, issuer: 'https://idp.example.com', maxBytes: MAX, signal }), 'forbidden')
  await fails(
    client.get({ url: url.replace('127.0.0.1', 'localhost'), issuer: origin, maxBytes: MAX, signal }),
    'forbidden',
  )
  assert.equal(seen.length, 1)
})

for (const [what, head, failure] of [
  ['a redirect', 'HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n', 'refused'],
  ['a page that is not there', 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n', 'refused'],
  ['no content', 'HTTP/1.1 204 No Content\r\n\r\n', 'refused'],
  ['a failure of the server', 'HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n', 'unreachable'],
  ['what is packed', 'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx', 'unreachable'],
  ['what ends too early', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}', 'unreachable'],
  ['what is no HTTP', 'SSH-2.0-OpenSSH\r\n', 'unreachable'],
  ['headers beyond all measure', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}\r\n\r\n{}`, 'unreachable'],
  ['nothing', '', 'unreachable'],
  ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n', 'unreachable'],
  ['one interim answer after another', 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'.repeat(50), 'unreachable'],
  ['a wish that everybody came less often', 'HTTP/1.1 429 Slow\r\nContent-Length: 0\r\n\r\n', 'unreachable'],
  ['a request that took too long', 'HTTP/1.1 408 Slow\r\nContent-Length: 0\r\n\r\n', 'unreachable'],
  ['more than there may be', `HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n${'x'.repeat(1001)}`, 'unreachable'],
] as const) {
  test(`${what} is no answer, and leads nowhere`, async (t) => {
    const { origin, seen } = await serving(t, head)
    await fails(getting(origin), failure)
    assert.equal(seen.length, 1)
  })
}

for (const [what, head, drip] of [
  ['headers', 'HTTP/1.1 200 OK\r\n', 'X-More: x\r\n'],
  ['interim answers', '', 'HTTP/1.1 102 Processing\r\n\r\n'],
  ['a slow body', 'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n', 'x'],
] as const) {
  test(`${what} that never end are left when the time is over`, async (t) => {
    const { origin } = await serving(t, head, (socket) => {
      const timer = setInterval(() => socket.write(drip), 20)
      socket.on('close', () => clearInterval(timer))
    })
    const startedAt = performance.now()
    await fails(getting(origin, '/keys', 150), 'unreachable')
    assert.ok(performance.now() - startedAt < 1000)
  })
}

test('an answer that goes over to another protocol is none, though the connection stays open', async (t) => {
  const head = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
  const { origin } = await serving(t, head, () => undefined)
  await fails(getting(origin), 'unreachable')
})

test('interim answers without end cost nothing: a few are passed over', async (t) => {
  const one = 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'
  const { origin } = await serving(t, one, (socket) => {
    const pour = (): void => {
      while (!socket.destroyed && socket.write(one.repeat(500)));
    }
    socket.on('drain', pour)
    pour()
  })
  await fails(getting(origin), 'unreachable', /interim/)

  const few = await serving(t, `${one.repeat(3)}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}`)
  assert.equal((await getting(few.origin)).body.toString(), '{}')
})

for (const encoding of ['identity', 'Identity', 'IDENTITY']) {
  test(`what is packed as ${encoding} is not packed`, async (t) => {
    const head = `HTTP/1.1 200 OK\r\nContent-Encoding: ${encoding}\r\nContent-Length: 2\r\n\r\n{}`
    assert.equal((await getting((await serving(t, head)).origin)).body.toString(), '{}')
  })
}

test('an endless body is left after as much as there may be', async (t) => {
  let written = 0
  const { origin } = await serving(t, 'HTTP/1.1 200 OK\r\n\r\n', (socket) => {
    const pour = (): void => {
      while (!socket.destroyed && socket.write('x'.repeat(65_536))) written += 65_536
    }
    socket.on('drain', pour)
    pour()
  })
  const before = process.cpuUsage()
  await fails(getting(origin), 'unreachable', /more than 1000 bytes/)
  const { user, system } = process.cpuUsage(before)
  assert.ok(user + system < 100_000, `${user + system} us`)
  assert.ok(written < 32_000_000)
})

test('nobody listens: unreachable', async (t) => {
  const { origin } = await serving(t, '')
  await fails(getting(origin.replace(/:[0-9]+$/, ':1')), 'unreachable')
})

test('a certificate that nobody vouches for is refused before anything is asked', async (t) => {
  const read = (name: string) => readFileSync(new URL(`../doors/http/fixtures/localhost.${name}.pem`, import.meta.url))
  let requests = 0
  const server = createHttps({ cert: read('cert'), key: read('key') }, (_, response) => {
    requests += 1
    response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  await fails(getting(origin), 'certificate')
  assert.equal(requests, 0)
})

/** A message to a provider, sent from a person's own machine. */
function sending(url: string, issuer = new URL(url).origin): Promise<OutboundReply> {
  const signal = AbortSignal.timeout(1000)
  return personalHttp().send({
    url,
    issuer,
    method: 'POST',
    headers: { 'x-given': '1' },
    body: 'a=b',
    maxBytes: MAX,
    signal,
  })
}

for (const [url, issuer] of [
  ['http://idp.example.com/token', 'http://idp.example.com'],
  ['http://10.0.0.1/token', 'http://10.0.0.1'],
  ['http://127.0.0.1.example.com/token', 'http://127.0.0.1.example.com'],
  ['http://localhost.example.com/token', 'http://localhost'],
  ['http://169.254.169.254/token', 'http://127.0.0.1'],
  ['http://127.0.0.1:1/token', 'https://idp.example.com'],
  ['http://127.0.0.1:1/token', 'https://127.0.0.1'],
  ['http://user@127.0.0.1:1/token', 'http://127.0.0.1:1'],
  ['ftp://127.0.0.1/token', 'http://127.0.0.1'],
] as const) {
  test(`a person's command sends nothing to ${url} for ${issuer}`, () => fails(sending(url, issuer), 'forbidden'))
}

test("a person's command reaches https anywhere, and plain http on this machine", async (t) => {
  const { origin, seen } = await serving(t, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}')
  assert.equal((await sending(origin)).body.toString(), '{}')
  for (const part of [/^POST \/ HTTP\/1\.1\r\n/, /\r\nx-given: 1\r\n/, /\r\nContent-Length: 3\r\n/, /\r\n\r\na=b$/]) {
    assert.match(seen[0] ?? '', part)
  }
  await fails(sending('https://127.0.0.1:1/token'), 'unreachable')
})

for (const status of ['400 Bad', '401 No', '503 Busy']) {
  test(`a message is answered by ${status} as well`, async (t) => {
    const { origin } = await serving(t, `HTTP/1.1 ${status}\r\nContent-Length: 2\r\n\r\n{}`)
    const answer = await sending(origin)
    assert.deepEqual([answer.status, answer.body.toString()], [Number(status.slice(0, 3)), '{}'])
  })
}

for (const status of ['301 Moved', '302 Found', '307 Temporary', '308 Permanent', '304 Same']) {
  test(`a message is not sent on by ${status}`, async (t) => {
    const { origin, seen } = await serving(t, `HTTP/1.1 ${status}\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n`)
    await fails(sending(origin), 'refused')
    assert.equal(seen.length, 1)
  })
}
