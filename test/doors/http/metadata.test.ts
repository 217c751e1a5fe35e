import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { MD, serve, TOKEN, TTL } from '../metadata/service.ts'
import { eventually, exchange } from './raw-client.ts'

const PUT = { [TTL]: '60' }

for (const [what, headers] of [
  ['another name, as after DNS rebinding', { Host: 'attacker.example' }],
  ['another name with the right port', { Host: 'attacker.example:7601' }],
  ['a name that begins like an address', { Host: '127.0.0.1.attacker.example' }],
  ['an address of another machine', { Host: '192.0.2.1' }],
  ['a page of another origin', { Origin: 'http://a.example' }],
  ['a page of any origin', { Origin: 'null' }],
  ['a page, as the browser says', { 'Sec-Fetch-Site': 'cross-site' }],
  ['a page of its own', { 'Sec-Fetch-Site': 'same-origin' }],
] as const) {
  test(`${what} gets no token, and nothing else`, async (t) => {
    const { send, token } = await serve(t)
    for (const [method, path, more] of [
      ['PUT', '/latest/api/token', PUT],
      ['GET', MD, { [TOKEN]: await token() }],
      ['OPTIONS', MD, {}],
    ] as const) {
      const seen = await send(method, path, { ...more, ...headers })
      assert.deepEqual([seen.status, seen.body], [403, ''])
      assert.equal(seen.headers['access-control-allow-origin'], undefined)
    }
  })
}

test('every name of the machine itself, and of the service at EC2, is taken', async (t) => {
  const { send, port } = await serve(t)
  const hosts = ['169.254.169.254', '[fd00:ec2::254]', `127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]
  for (const Host of hosts) assert.equal((await send('PUT', '/latest/api/token', { ...PUT, Host })).status, 200)
  assert.equal((await send('PUT', '/latest/api/token', { ...PUT, 'Sec-Fetch-Site': 'none' })).status, 200)
})

for (const hosts of [
  ['127.0.0.1', 'attacker.example'],
  ['attacker.example', '127.0.0.1'],
  ['127.0.0.1', '127.0.0.1'],
]) {
  test(`of two hosts (${hosts.join(', ')}) none is believed`, async (t) => {
    const { port } = await serve(t)
    const lines = hosts.map((host) => `Host: ${host}`).join('\r\n')
    const answer = await exchange(port, `PUT /latest/api/token HTTP/1.1\r\n${lines}\r\n${TTL}: 60\r\n\r\n`)
    assert.match(answer, /^HTTP\/1\.1 403 /)
  })
}

test('an empty Host is no name of this machine', async (t) => {
  const { port } = await serve(t)
  const answer = await exchange(port, `PUT /latest/api/token HTTP/1.1\r\nHost:\r\n${TTL}: 60\r\n\r\n`)
  assert.match(answer, /^HTTP\/1\.1 403 /)
})

test('a client of HTTP/1.0 needs no Host', async (t) => {
  const { port } = await serve(t)
  assert.match(await exchange(port, `PUT /latest/api/token HTTP/1.0\r\n${TTL}: 60\r\n\r\n`), /^HTTP\/1\.1 200 /)
})

test('a target longer than any path is refused', async (t) => {
  const { get } = await serve(t)
  assert.equal((await get(MD + 'a'.repeat(8192))).status, 414)
})

test('headers without end are refused, and others are served on', async (t) => {
  const { send } = await serve(t)
  await send('GET', MD, { x: 'a'.repeat(65_536) }).then(
    ({ status }) => assert.equal(status, 431),
    ({ code }) => assert.match(code, /ECONNRESET|EPIPE/),
  )
  assert.equal((await send('PUT', '/latest/api/token', PUT)).status, 200)
})

for (const [what, line] of [
  ['a proxy that says so', 'X-Forwarded-For: 192.0.2.7'],
  ['a page that says so', 'Origin: http://a.example'],
] as const) {
  test(`behind a thousand headers ${what} is seen still, and gets no token`, async (t) => {
    const { port } = await serve(t)
    const head = `PUT /latest/api/token HTTP/1.1\r\nHost: 127.0.0.1\r\n${TTL}: 60\r\nConnection: close\r\n`
    assert.match(await exchange(port, `${head}${'a:\r\n'.repeat(1100)}${line}\r\n\r\n`), /^HTTP\/1\.1 403 /)
    assert.match(await exchange(port, `${head}${'a:\r\n'.repeat(1100)}\r\n`), /^HTTP\/1\.1 200 /)
  })
}

test('a thousand idle connections keep nobody from being served, and are gone when they close', async (t) => {
  const { port, send } = await serve(t)
  const idle = Array.from({ length: 1000 }, () => connect(port, '127.0.0.1').on('error', () => undefined))
  t.after(() => {
    for (const socket of idle) socket.destroy()
  })
  await eventually(() => idle.every((socket) => !socket.connecting))
  assert.equal((await send('PUT', '/latest/api/token', PUT)).status, 200)
})

test('nothing that happens here is logged with a token in it', async (t) => {
  const { events, get, send } = await serve(t)
  await get(MD)
  await send('GET', MD, { [TOKEN]: 'garbage' })
  await send('PUT', '/latest/api/token', { ...PUT, Host: 'attacker.example' })
  assert.deepEqual(events, [])
})
