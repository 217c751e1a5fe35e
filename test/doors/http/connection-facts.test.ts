import assert from 'node:assert/strict'
import { test } from 'node:test'
import supertest from 'supertest'
import { apiApp } from '../../../src/doors/http/index.ts'
import { listeningLogger } from './raw-client.ts'

type Headers = Readonly<Record<string, string>>

/** What the API takes the connection for, when a client on this machine sends these headers. */
async function connectionSeen(trustedProxies: readonly string[], headers: Headers): Promise<unknown> {
  const app = apiApp({
    answer: async (_received, connection) => ({ status: 200, headers: {}, body: JSON.stringify(connection) }),
    trustedProxies,
    maxBodyBytes: 0,
    logger: listeningLogger(),
  })
  const response = await supertest(app).get('/').set(headers).buffer(true)
  return response.status === 200 ? JSON.parse(response.text) : `${response.status} ${response.text}`
}

const LOCAL = ['127.0.0.0/8']
const CHAIN = ['127.0.0.0/8', '10.0.0.0/8', '2001:db8::/32']

const RULES: readonly (readonly [
  rule: string,
  proxies: readonly string[],
  headers: Headers,
  ip: string,
  secure: boolean,
])[] = [
  [
    'without trusted proxies nobody speaks for others',
    [],
    { 'x-forwarded-for': '192.0.2.7', 'x-forwarded-proto': 'https' },
    '127.0.0.1',
    false,
  ],
  [
    'a peer outside the trusted networks is not believed',
    ['10.0.0.0/8', '::1/128'],
    { 'x-forwarded-for': '192.0.2.7', 'x-forwarded-proto': 'https' },
    '127.0.0.1',
    false,
  ],
  [
    'what stands left of the nearest stranger is a claim of his',
    LOCAL,
    { 'x-forwarded-for': '203.0.113.1, 192.0.2.7' },
    '192.0.2.7',
    false,
  ],
  [
    'even when he claims to be a trusted proxy',
    CHAIN,
    { 'x-forwarded-for': '203.0.113.1, 10.0.0.1, 192.0.2.7' },
    '192.0.2.7',
    false,
  ],
  [
    'a trusted proxy names its client',
    LOCAL,
    { 'x-forwarded-for': '192.0.2.7', 'x-forwarded-proto': 'https' },
    '192.0.2.7',
    true,
  ],
  [
    'a chain of trusted proxies is passed over',
    CHAIN,
    { 'x-forwarded-for': '192.0.2.7, 10.0.0.1, 2001:db8::1' },
    '192.0.2.7',
    false,
  ],
  [
    'a chain of nothing but proxies ends at the farthest',
    CHAIN,
    { 'x-forwarded-for': '10.0.0.2,10.0.0.1' },
    '10.0.0.2',
    false,
  ],
  ['an address may have a port', LOCAL, { 'x-forwarded-for': '192.0.2.7:4711' }, '192.0.2.7', false],
  [
    'an IPv6 address may have brackets and a port',
    LOCAL,
    { 'x-forwarded-for': '[2001:DB8:0::7]:4711' },
    '2001:db8::7',
    false,
  ],
  [
    'an IPv4 address in IPv6 form is an IPv4 address',
    LOCAL,
    { 'x-forwarded-for': '::ffff:192.0.2.7' },
    '192.0.2.7',
    false,
  ],
  [
    'an IPv6 address loses its zone, which means something to the proxy alone',
    LOCAL,
    { 'x-forwarded-for': '[fe80::7%eth0]:4711' },
    'fe80::7',
    false,
  ],
  [
    'only the nearest proxy tells how it was reached',
    LOCAL,
    { 'x-forwarded-for': '192.0.2.7', 'x-forwarded-proto': 'https, http' },
    '192.0.2.7',
    false,
  ],
  [
    'the scheme may be in any case',
    LOCAL,
    { 'x-forwarded-for': '192.0.2.7', 'x-forwarded-proto': 'http,HTTPS ' },
    '192.0.2.7',
    true,
  ],
]

const UNREADABLE: readonly (readonly [rule: string, proxies: readonly string[], headers: Headers])[] = [
  ['that names nobody', LOCAL, {}],
  ['that names nobody but tells a scheme', LOCAL, { 'x-forwarded-proto': 'https' }],
  ['with an empty header', LOCAL, { 'x-forwarded-for': '' }],
  ['whose last entry is empty', LOCAL, { 'x-forwarded-for': '192.0.2.7,' }],
  ['whose last entry is a word', LOCAL, { 'x-forwarded-for': '192.0.2.7, unknown' }],
  ['whose last entry is a decimal', LOCAL, { 'x-forwarded-for': '192.0.2.7, 1' }],
  ['whose last entry is an octal address', LOCAL, { 'x-forwarded-for': '010.0.0.1' }],
  ['behind another that names a word', CHAIN, { 'x-forwarded-for': '192.0.2.7, unknown, 10.0.0.1' }],
  ['behind another that names nobody', CHAIN, { 'x-forwarded-for': ', 10.0.0.1' }],
]

for (const [rule, proxies, headers] of UNREADABLE) {
  test(`a trusted proxy ${rule} is answered with 400: its own address is no client's`, async () => {
    assert.equal(await connectionSeen(proxies, headers), '400 ')
  })
}

for (const [rule, proxies, headers, sourceIp, secureTransport] of RULES) {
  test(rule, async () => assert.deepEqual(await connectionSeen(proxies, headers), { sourceIp, secureTransport }))
}
