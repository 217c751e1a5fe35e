import assert from 'node:assert/strict'
import { test } from 'node:test'
import supertest, { type Test } from 'supertest'
import { adminApp } from '../../../src/doors/http/index.ts'
import {
  AccessDenied,
  epochMillis,
  InvalidParameterValue,
  NoSuchEntity,
  Secret,
  ServiceUnavailable,
} from '../../../src/model/index.ts'
import { listeningLogger } from '../http/raw-client.ts'

type Options = Parameters<typeof adminApp>[0]

const TOKEN = 'operator-token'
const NOON = Date.UTC(2026, 0, 1, 12)

const none = (): never => {
  throw new NoSuchEntity('There is no instance here.')
}
const NO_MACHINES: NonNullable<Options['dev']>['machines'] = {
  now: () => epochMillis(NOON),
  list: () => [],
  containers: () => [],
  steering: none,
  steer: none,
  reset: none,
  rotate: none,
  expire: none,
  voidTokens: none,
  requests: none,
  onRequest: () => () => {},
  forgetRequests: none,
}

interface Seen {
  readonly operated: unknown[]
  readonly events: string[]
  resets: number
}

function admin(changes: Partial<Options> = {}): { readonly app: ReturnType<typeof adminApp>; readonly seen: Seen } {
  const logger = listeningLogger()
  const seen: Seen = { operated: [], events: logger.events, resets: 0 }
  let now = NOON
  const options: Options = {
    ready: () => ({ ok: true }),
    metrics: async () => ({ contentType: 'text/plain; version=0.0.4; charset=utf-8', body: 'up 1\n' }),
    identityCertificates: async () => 'PEM\n',
    operatorToken: new Secret(TOKEN),
    operate: async (name, input) => {
      seen.operated.push([name, input])
      return { done: true }
    },
    dev: {
      advance: async (ms) => {
        if (ms > 1e12) throw new InvalidParameterValue('A clock stops at the year 9999.')
        now += ms
        return epochMillis(now)
      },
      reset: async () => {
        seen.resets++
      },
      expire: (key) => seen.operated.push(['expire', key]),
      machines: NO_MACHINES,
    },
    logger,
    ...changes,
  }
  return { app: adminApp(options, []), seen }
}

function authorized(test: Test): Test {
  return test.set('Authorization', `Bearer ${TOKEN}`)
}

function unauthorized(code: number): (response: { status: number; body: unknown }) => void {
  return ({ status, body }) => {
    assert.equal(status, code)
    assert.deepEqual(body, {
      Error: { Code: 'Unauthorized', Message: 'Send the operator token: Authorization: Bearer TOKEN' },
    })
  }
}

const NO_TOKEN: readonly (readonly [rule: string, authorization: string | undefined])[] = [
  ['no token', undefined],
  ['another token', 'Bearer other'],
  ['the beginning of the token', `Bearer ${TOKEN.slice(0, -1)}`],
  ['the token and more', `Bearer ${TOKEN}x`],
  ['two tokens', `Bearer ${TOKEN} ${TOKEN}`],
  ['an empty token', 'Bearer '],
  ['the token in another scheme', `Basic ${TOKEN}`],
  ['the token alone', TOKEN],
]

for (const [rule, authorization] of NO_TOKEN) {
  test(`the operator's doors answer 401 to ${rule}`, async () => {
    const { app, seen } = admin()
    for (const path of ['/operations/apply', '/clock', '/reset', '/expire', '/instances/i-0/rotate', '/nothing']) {
      const request = supertest(app).post(path).send({ advance: 'PT1H' })
      unauthorized(401)(await (authorization === undefined ? request : request.set('Authorization', authorization)))
    }
    assert.deepEqual([seen.operated, seen.resets], [[], 0])
  })
}

test('the token does not open the door to a page elsewhere', async () => {
  const { app, seen } = admin()
  await authorized(supertest(app).post('/operations/apply')).set('Host', 'evil.example').send({}).expect(403)
  await authorized(supertest(app).post('/operations/apply')).set('Origin', 'https://evil.example').send({}).expect(403)
  await authorized(supertest(app).post('/operations/apply')).type('form').send('a=b').expect(415)
  assert.deepEqual(seen.operated, [])
})

const BAD_BODIES: readonly (readonly [rule: string, body: string, status: number])[] = [
  ['half a document', '{"a":', 400],
  ['a text that is no JSON', 'abc', 400],
  ['a document that is neither object nor list', '"abc"', 400],
  ['more than 16 MiB', `"${'a'.repeat(16 * 1024 * 1024)}"`, 413],
]

for (const [rule, body, status] of BAD_BODIES) {
  test(`${rule} is answered with ${status}, and nothing of it is repeated`, async () => {
    const { app, seen } = admin()
    const response = await authorized(supertest(app).post('/operations/apply')).type('json').send(body)
    assert.equal(response.status, status)
    assert.equal(response.body.Error.Code, 'BadRequest')
    assert.doesNotMatch(response.text, /abc|"a"/)
    assert.deepEqual([seen.operated, seen.events], [[], []])
  })
}

test('a compressed body is answered with 415: it could unfold without end', async () => {
  const { app } = admin()
  const response = await authorized(supertest(app).post('/operations/apply'))
    .set({ 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' })
    .send('{}')
  assert.equal(response.status, 415)
})

test('a badly escaped name is answered with 400', async () => {
  const { app } = admin()
  await authorized(supertest(app).post('/operations/%zz')).send({}).expect(400)
})

test('a fault of an operation is answered in its own words', async () => {
  const { app, seen } = admin({
    operate: async () => {
      throw new AccessDenied('no', { detail: 'secret' })
    },
  })
  const response = await authorized(supertest(app).post('/operations/apply')).send({}).expect(403)
  assert.deepEqual(response.body, { Error: { Code: 'AccessDenied', Message: 'no' } })
  assert.deepEqual(seen.events, [])
})

for (const [rule, error, status, code] of [
  ['a bug', new TypeError('secret'), 500, 'InternalFailure'],
  ['a bug with a status', Object.assign(new Error('secret'), { status: 'x' }), 500, 'InternalFailure'],
  ['nothing', undefined, 500, 'InternalFailure'],
  ['a failure of ours', new ServiceUnavailable('secret'), 503, 'ServiceUnavailable'],
] as const) {
  test(`${rule} in an operation tells nothing, and is logged`, async () => {
    const { app, seen } = admin({ operate: () => Promise.reject(error) })
    const response = await authorized(supertest(app).post('/operations/apply')).send({}).expect(status)
    assert.equal(response.body.Error.Code, code)
    assert.doesNotMatch(response.text, /secret| at /)
    assert.deepEqual(seen.events, ['operator.failed'])
  })
}

test('an operation gets the name and the JSON as they are, and answers JSON', async () => {
  const { app, seen } = admin()
  const response = await authorized(supertest(app).post('/operations/apply%20it'))
    .send({ a: [1] })
    .expect(200)
  assert.deepEqual(response.body, { done: true })
  assert.deepEqual(seen.operated, [['apply it', { a: [1] }]])
})

test('an operation without input or output has undefined and null', async () => {
  const { app, seen } = admin({ operate: async (...asked) => void seen.operated.push(asked) })
  const response = await authorized(supertest(app).post('/operations/rotate')).expect(200)
  assert.equal(response.text, 'null')
  assert.deepEqual(seen.operated, [['rotate', undefined]])
})

test('health needs no token and always is', async () => {
  const response = await supertest(admin({ ready: () => ({ ok: false }) }).app)
    .get('/healthz')
    .expect(200)
  assert.deepEqual(response.body, { status: 'ok' })
  assert.equal(response.headers['cache-control'], 'no-store')
  assert.equal(response.headers['x-powered-by'], undefined)
  assert.equal(response.headers['etag'], undefined)
})

test('readiness is told with its reason', async () => {
  const waiting = admin({ ready: () => ({ ok: false, reason: 'the change log cannot be followed' }) })
  const response = await supertest(waiting.app).get('/readyz').expect(503)
  assert.deepEqual(response.body, { status: 'not ready', reason: 'the change log cannot be followed' })
  assert.deepEqual((await supertest(admin().app).get('/readyz').expect(200)).body, { status: 'ready' })
})

test('metrics come as they are rendered', async () => {
  const response = await supertest(admin().app).get('/metrics').expect(200)
  assert.equal(response.text, 'up 1\n')
  assert.equal(response.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
})

const UNMOVED = [
  'PT0S',
  'P0D',
  'P',
  'PT',
  'P1DT',
  '-PT1H',
  'PT-1H',
  '+PT1H',
  'PT1.5H',
  'P1W',
  'P1M',
  'P1Y',
  'pt1h',
  'PT1H ',
  'PT1M1H',
  '1H',
  '3600',
  '',
  'PT1H\n',
]

for (const advance of [...UNMOVED, 3600, null, ['PT1H'], undefined]) {
  test(`the clock does not move by ${JSON.stringify(advance)}`, async () => {
    const response = await authorized(supertest(admin().app).post('/clock')).send({ advance }).expect(400)
    assert.equal(response.body.Error.Code, 'InvalidParameterValue')
    assert.match(response.body.Error.Message, /^Send {"advance": "PT1H"}/)
  })
}

test('the clock does not move without a body, nor where it cannot go', async () => {
  const { app } = admin()
  await authorized(supertest(app).post('/clock')).expect(400)
  const response = await authorized(supertest(app).post('/clock')).send({ advance: 'P999999D' }).expect(400)
  assert.equal(response.body.Error.Message, 'A clock stops at the year 9999.')
})

for (const [advance, now] of [
  ['PT1H', '2026-01-01T13:00:00.000Z'],
  ['P1D', '2026-01-02T12:00:00.000Z'],
  ['P1DT1H1M1S', '2026-01-02T13:01:01.000Z'],
  ['PT90M', '2026-01-01T13:30:00.000Z'],
  ['PT0H1S', '2026-01-01T12:00:01.000Z'],
] as const) {
  test(`the clock moves by ${advance}, and tells its time`, async () => {
    const response = await authorized(supertest(admin().app).post('/clock')).send({ advance }).expect(200)
    assert.deepEqual(response.body, { now })
  })
}

test('reset forgets', async () => {
  const { app, seen } = admin()
  await authorized(supertest(app).post('/reset')).expect(200)
  assert.equal(seen.resets, 1)
})

test('outside development there is neither clock nor reset', async () => {
  const { app } = admin({ dev: undefined })
  await authorized(supertest(app).post('/clock')).send({ advance: 'PT1H' }).expect(404)
  const response = await authorized(supertest(app).post('/reset')).expect(404)
  assert.deepEqual(response.body, { Error: { Code: 'NotFound', Message: 'There is nothing here.' } })
})
