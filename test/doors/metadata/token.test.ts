import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SAMPLE } from './sample-instance.ts'
import { MD, type Service, serve, TOKEN, TTL } from './service.ts'

const PATH = '/latest/api/token'
const OPTIONAL = { ...SAMPLE, MetadataOptions: { HttpTokens: 'optional' } } as const
const DISABLED = { ...SAMPLE, MetadataOptions: { HttpEndpoint: 'disabled' } } as const

for (const seconds of ['0', '21601', '', 'abc', '-5', '1.5', '1e3', '0x10', '60 60', '+60', '99999999999', '６０']) {
  test(`a token for ${JSON.stringify(seconds)} seconds is refused`, async (t) => {
    const { send } = await serve(t)
    const { status, bytes } = await send('PUT', PATH, { [TTL]: Buffer.from(seconds).toString('latin1') })
    assert.deepEqual([status, bytes.length], [400, 0])
  })
}

test('a token for no time is refused, and so is one for two', async (t) => {
  const { send } = await serve(t)
  assert.equal((await send('PUT', PATH)).status, 400)
  assert.equal((await send('PUT', PATH, { [TTL]: ['60', '60'] })).status, 400)
})

test('what a proxy hands on gets no token, whatever the header says', async (t) => {
  const { send } = await serve(t)
  for (const forwarded of ['10.0.0.1', '']) {
    const { status, body } = await send('PUT', PATH, { [TTL]: '60', 'X-Forwarded-For': forwarded })
    assert.deepEqual([status, body], [403, ''])
  }
})

test('other methods than PUT are refused, and OPTIONS tells which there are', async (t) => {
  const { send } = await serve(t)
  for (const method of ['GET', 'POST', 'DELETE', 'HEAD', 'PATCH']) {
    const { status, reason, headers } = await send(method, PATH, { [TTL]: '60' })
    assert.deepEqual([status, reason, headers.allow], [405, 'Not Allowed', 'OPTIONS, PUT'])
    assert.deepEqual([headers['content-length'], headers['content-type']], ['0', 'text/plain'])
  }
  const { status, headers } = await send('OPTIONS', PATH)
  assert.deepEqual([status, headers.allow, headers['content-length']], [200, 'OPTIONS, PUT', '0'])
})

test('a dated version gives no tokens', async (t) => {
  const { send } = await serve(t)
  for (const version of ['2021-03-23', '1.0', '2099-01-01']) {
    assert.equal((await send('PUT', `/${version}/api/token`, { [TTL]: '60' })).status, 403)
  }
})

test('a client that waits to be told to go on is refused, and is not told', async (t) => {
  const { send } = await serve(t)
  const { status, body } = await send('PUT', PATH, { [TTL]: '60', Expect: '100-continue' })
  assert.deepEqual([status, body], [417, ''])
})

test('an endpoint that is off refuses tokens and everything else', async (t) => {
  const { send } = await serve(t, DISABLED)
  for (const [method, path] of [
    ['PUT', PATH],
    ['GET', MD],
    ['OPTIONS', PATH],
    ['POST', '/x'],
  ] as const) {
    const { status, bytes } = await send(method, path, { [TTL]: '60' })
    assert.deepEqual([status, bytes.length], [403, 0])
  }
})

test('a body is read and ignored; one that is too long is refused', async (t) => {
  const { send } = await serve(t)
  assert.equal((await send('PUT', PATH, { [TTL]: '60' }, '0123456789')).status, 200)
  assert.equal((await send('PUT', PATH, { [TTL]: '60' }, 'a'.repeat(1025))).status, 413)
})

test('an answer that cannot travel as far as its client never comes; reads are not limited', async (t) => {
  const far = await serve(t, OPTIONAL, { hops: 2 })
  await assert.rejects(far.send('PUT', PATH, { [TTL]: '60' }), { code: 'ECONNRESET' })
  assert.equal((await far.send('GET', `${MD}instance-id`)).status, 200)
  await far.change({ ...SAMPLE, MetadataOptions: { HttpPutResponseHopLimit: 2 } })
  assert.equal((await far.send('PUT', PATH, { [TTL]: '60' })).status, 200)
})

test('a token comes as EC2 sends it: 56 characters, no newline, its time beside it', async (t) => {
  const { send } = await serve(t)
  const { status, headers, body } = await send('PUT', PATH, { [TTL]: '21600' })
  assert.equal(status, 200)
  assert.match(body, /^[A-Za-z0-9_-]{54}==$/)
  const { date, ...rest } = headers
  assert.ok(date)
  assert.deepEqual(rest, {
    'content-type': 'text/plain',
    'content-length': '56',
    'x-aws-ec2-metadata-token-ttl-seconds': '21600',
    server: 'EC2ws',
    connection: 'close',
  })
})

test('the shortest token is good for a second, and its header may be in any case', async (t) => {
  const { send } = await serve(t)
  for (const name of [TTL.toLowerCase(), TTL.toUpperCase()]) {
    const { status, headers } = await send('PUT', PATH, { [name]: '1' })
    assert.deepEqual([status, headers['x-aws-ec2-metadata-token-ttl-seconds']], [200, '1'])
  }
})

test('slashes too many do not matter', async (t) => {
  const { send } = await serve(t)
  for (const path of ['//latest/api/token', '/latest//api///token', `${PATH}/`, `${PATH}?x=1`, '/latest/api%2ftoken']) {
    assert.equal((await send('PUT', path, { [TTL]: '60' })).status, 200, path)
  }
})

async function statusWith(service: Service, token: string | string[]): Promise<number> {
  return (await service.send('GET', `${MD}instance-id`, { [TOKEN]: token })).status
}

for (const instance of [SAMPLE, OPTIONAL]) {
  test(`any number of tokens are good at once: tokens ${instance === OPTIONAL ? 'optional' : 'required'}`, async (t) => {
    const service = await serve(t, instance)
    const tokens = await Promise.all(Array.from({ length: 20 }, () => service.token()))
    assert.equal(new Set(tokens).size, 20)
    for (const token of tokens) assert.equal(await statusWith(service, token), 200)
  })
}

test('a token that is changed anywhere is refused, however it is spelled', async (t) => {
  const service = await serve(t)
  const token = await service.token()
  for (let at = 0; at < token.length; at++) {
    const other = token[at] === 'A' ? 'B' : 'A'
    assert.equal(await statusWith(service, token.slice(0, at) + other + token.slice(at + 1)), 401, `at ${at}`)
  }
  for (const spelled of [
    token.slice(0, -1),
    token.slice(0, -2),
    `${token}=`,
    `${token}A`,
    `${token} x`,
    'garbage',
    '',
  ]) {
    assert.equal(await statusWith(service, spelled), 401, spelled)
  }
  assert.equal(await statusWith(service, 'A'.repeat(10_000)), 401)
  assert.equal(await statusWith(service, [token, token]), 401)
})

test('a token ends with its time', async (t) => {
  const service = await serve(t)
  const token = await service.token(60)
  service.advance(59_999)
  assert.equal(await statusWith(service, token), 200)
  service.advance(1)
  assert.equal(await statusWith(service, token), 401)
})

test('a token that ends later than any that is given now is none: the clock was set back', async (t) => {
  const service = await serve(t)
  const [short, long] = [await service.token(21_599), await service.token(21_600)]
  assert.deepEqual([await statusWith(service, short), await statusWith(service, long)], [200, 200])
  service.advance(-1000)
  assert.deepEqual([await statusWith(service, short), await statusWith(service, long)], [200, 401])
})

test('a token ends with a start of its instance', async (t) => {
  const service = await serve(t)
  const token = await service.token()
  await service.change({ ...SAMPLE, LaunchTime: '2026-03-02T08:00:00Z' })
  assert.equal(await statusWith(service, token), 401)
})

test('what is left of a token stands beside the answer', async (t) => {
  const service = await serve(t)
  const token = await service.token(300)
  service.advance(40_000)
  const { status, headers, body } = await service.send('GET', `${MD}instance-id`, { [TOKEN]: token })
  assert.deepEqual([status, body, headers['content-length']], [200, SAMPLE.InstanceId, '19'])
  assert.equal(headers['x-aws-ec2-metadata-token-ttl-seconds'], '260')
})

test('without a token nobody learns which paths there are', async (t) => {
  const { send } = await serve(t)
  for (const path of ['/', '/no-such-path', '/latest', `${MD}instance-id`, '/latest/user-data', '/%zz', '/../x']) {
    const { status, headers, bytes } = await send('GET', path)
    assert.deepEqual([status, bytes.length, headers['content-type']], [401, 0, 'text/plain'], path)
    assert.equal(headers['x-aws-ec2-metadata-token-ttl-seconds'], undefined)
  }
})

test('where tokens are optional, one that is no good still does not fall back to none', async (t) => {
  const service = await serve(t, OPTIONAL)
  const without = await service.send('GET', `${MD}instance-id`)
  assert.deepEqual([without.status, without.headers['x-aws-ec2-metadata-token-ttl-seconds']], [200, undefined])
  assert.equal(await statusWith(service, 'garbage'), 401)
  assert.equal(await statusWith(service, ''), 401)
  const withToken = await service.get(`${MD}instance-id`)
  assert.deepEqual([withToken.status, withToken.headers['x-aws-ec2-metadata-token-ttl-seconds']], [200, '21600'])
})

test('options that change hold from the next request on', async (t) => {
  const service = await serve(t, OPTIONAL)
  const token = await service.token()
  await service.change(SAMPLE)
  assert.equal((await service.send('GET', MD)).status, 401)
  await service.change(DISABLED)
  assert.equal(await statusWith(service, token), 403)
})

test('HEAD is GET without the body; other methods are refused, preflights too', async (t) => {
  const service = await serve(t)
  const token = await service.token()
  const { status, headers, bytes } = await service.send('HEAD', `${MD}instance-id`, { [TOKEN]: token })
  assert.deepEqual([status, headers['content-length'], bytes.length], [200, '19', 0])
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    const refused = await service.send(method, MD, { [TOKEN]: token })
    assert.deepEqual([refused.status, refused.headers.allow], [405, 'GET, HEAD'])
    assert.deepEqual(
      Object.keys(refused.headers).filter((name) => name.startsWith('access-control')),
      [],
    )
  }
})

test('reads are not refused for what a proxy adds: the token protects them', async (t) => {
  const { get } = await serve(t)
  assert.equal((await get(MD, { 'X-Forwarded-For': '10.0.0.1' })).status, 200)
})

test('a read comes as EC2 sends it', async (t) => {
  const { get } = await serve(t)
  const { date, 'last-modified': lastModified, ...rest } = (await get(`${MD}ami-id`)).headers
  assert.ok(date)
  assert.equal(lastModified, 'Mon, 02 Mar 2026 09:00:00 GMT')
  assert.deepEqual(rest, {
    'content-type': 'text/plain',
    'accept-ranges': 'none',
    'x-aws-ec2-metadata-token-ttl-seconds': '21600',
    'content-length': '21',
    server: 'EC2ws',
    connection: 'close',
  })
})

test('what is left of a token is said in whole seconds, the one that runs counted', async (t) => {
  const { send, token, advance } = await serve(t)
  const headers = { [TOKEN]: await token(60) }
  const left = async () => (await send('GET', MD, headers)).headers[TTL.toLowerCase()]
  assert.equal(await left(), '60')
  advance(1)
  assert.equal(await left(), '60')
  advance(999)
  assert.equal(await left(), '59')
  advance(58_999)
  assert.equal(await left(), '1')
})
