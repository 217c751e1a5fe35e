import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Listener, startListener } from '../../../src/doors/http/index.ts'
import { localApp } from '../../../src/doors/http/local-app.ts'
import { exchange, listeningLogger } from './raw-client.ts'

const NOT_FOUND: Parameters<typeof localApp>[0] = (_request, response) => {
  response.status(404).end()
}
let listener: Listener

before(async () => {
  const logger = listeningLogger()
  listener = await startListener(localApp(NOT_FOUND, ['169.254.169.254', 'Broker.internal']), {
    listen: { host: '127.0.0.1', port: 0 },
    flag: '--metadata-listen',
    maxHeaderBytes: 16_384,
    requestTimeoutMs: 1000,
    idleTimeoutMs: 1000,
    maxConnections: 10,
    logger,
  })
})
after(() => listener.stop(0))

async function statusOf(lines: readonly string[], method = 'GET', body = ''): Promise<number> {
  const answer = await exchange(
    listener.port,
    `${method} /x HTTP/1.1\r\n${lines.join('\r\n')}\r\nConnection: close\r\n\r\n${body}`,
  )
  return Number(answer.split(' ')[1])
}

const REFUSED: readonly (readonly [rule: string, lines: readonly string[]])[] = [
  ['a name that was made to resolve to loopback', ['Host: evil.example']],
  ['such a name with the right port', ['Host: evil.example:7601']],
  ['a name that begins like localhost', ['Host: localhost.evil.example']],
  ['a name that ends like localhost', ['Host: evil-localhost']],
  ['a name that begins like loopback', ['Host: 127.0.0.1.evil.example']],
  ['loopback in a forgotten spelling', ['Host: 127.1']],
  ['loopback as a number', ['Host: 2130706433']],
  ['an address of another machine', ['Host: 192.0.2.1']],
  ['every address', ['Host: 0.0.0.0']],
  ['another IPv6 address', ['Host: [2001:db8::1]']],
  ['IPv4 loopback in IPv6 form', ['Host: [::ffff:127.0.0.1]']],
  ['credentials before a name', ['Host: localhost@evil.example']],
  ['a port that is none', ['Host: localhost:x']],
  ['an empty Host', ['Host: ']],
  ['a name with a dot at its end', ['Host: localhost.']],
  ['two hosts, the first its own', ['Host: localhost', 'Host: evil.example']],
  ['two hosts, the last its own', ['Host: evil.example', 'Host: localhost']],
  ['its own host twice', ['Host: localhost', 'hOST: localhost']],
  ['a page of another origin', ['Host: localhost', 'Origin: https://evil.example']],
  ['a page on another port of this machine', ['Host: localhost:7601', 'Origin: http://localhost:3000']],
  ['a page of another scheme', ['Host: localhost:7601', 'Origin: https://localhost:7601']],
  ['a page without an origin', ['Host: localhost', 'Origin: null']],
  ['a request across sites', ['Host: localhost', 'Sec-Fetch-Site: cross-site']],
  ['a request within a site', ['Host: localhost', 'Sec-Fetch-Site: same-site']],
]

for (const [rule, lines] of REFUSED) {
  test(`refused: ${rule}`, async () => assert.equal(await statusOf(lines), 403))
}

const TAKEN: readonly (readonly [rule: string, lines: readonly string[]])[] = [
  ['localhost', ['Host: localhost']],
  ['localhost with a port', ['Host: localhost:7601']],
  ['localhost in capitals', ['Host: LOCALHOST:7601']],
  ['loopback', ['Host: 127.0.0.1:7601']],
  ['another loopback address', ['Host: 127.255.0.9']],
  ['IPv6 loopback', ['Host: [::1]:7601']],
  ['a declared address', ['Host: 169.254.169.254']],
  ['a declared name, in any case', ['Host: broker.INTERNAL:80']],
  ['its own page', ['Host: localhost:7601', 'Origin: http://localhost:7601']],
  ['its own page, as browsers tell it', ['Host: localhost', 'Sec-Fetch-Site: same-origin']],
  ['an address typed into a browser', ['Host: localhost', 'Sec-Fetch-Site: none']],
]

for (const [rule, lines] of TAKEN) {
  test(`taken: ${rule}`, async () => assert.equal(await statusOf(lines), 404))
}

const BODIES: readonly (readonly [rule: string, lines: readonly string[], body: string, status: number])[] = [
  ['what a form posts', ['Content-Type: application/x-www-form-urlencoded', 'Content-Length: 2'], 'ab', 415],
  ['plain text', ['Content-Type: text/plain', 'Content-Length: 2'], '{}', 415],
  ['a body without a type', ['Content-Length: 2'], '{}', 415],
  ['a body in chunks without a type', ['Transfer-Encoding: chunked'], '2\r\n{}\r\n0\r\n\r\n', 415],
  ['a type that only begins like JSON', ['Content-Type: application/jsonp', 'Content-Length: 2'], '{}', 415],
  ['JSON', ['Content-Type: Application/JSON; charset=utf-8', 'Content-Length: 2'], '{}', 404],
  ['no body at all', [], '', 404],
  ['an empty body', ['Content-Length: 0'], '', 404],
]

for (const [rule, lines, body, status] of BODIES) {
  test(`${rule} is answered with ${status}`, async () => {
    assert.equal(await statusOf(['Host: localhost', ...lines], 'POST', body), status)
  })
}
