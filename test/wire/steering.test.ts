import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { type RunningNode, startNode } from '../../src/compose/index.ts'
import { aFolder, configIn } from '../compose/samples.ts'
import { exchange, MD, type Seen, TOKEN, TTL } from '../doors/metadata/service.ts'

const ACCOUNT = '111111111111'
const ONE = 'i-00000000000000001'
const TWO = 'i-00000000000000002'
const HOUR = 3_600_000
const ROLE = `${MD}iam/security-credentials/web`
const EC2 = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
}
const DIRECTORY = {
  Accounts: [
    {
      Id: ACCOUNT,
      Roles: [{ RoleName: 'web', AssumeRolePolicyDocument: EC2 }],
      InstanceProfiles: [{ InstanceProfileName: 'web', Roles: ['web'] }],
      Instances: [
        { InstanceId: ONE, IamInstanceProfile: 'web' },
        { InstanceId: TWO, IamInstanceProfile: 'web', Listen: '127.0.0.1:0' },
      ],
    },
  ],
}

interface Document {
  readonly Code: string
  readonly AccessKeyId: string
  readonly SecretAccessKey: string
  readonly Token: string
  readonly Expiration: string
}

interface Stage {
  readonly node: RunningNode
  /** A call of the admin listener, with the operator's token unless told otherwise. */
  admin(method: string, path: string, body?: unknown, token?: string): Promise<{ status: number; json: Answer }>
  put(id?: string): Promise<Seen>
  get(path: string, id?: string, headers?: Record<string, string>): Promise<Seen>
  document(id?: string): Promise<Document>
  /** Whom the API takes credentials for, or the name of its error. */
  caller(credentials: Document): Promise<string>
}

interface Answer {
  readonly Error?: { readonly Code: string; readonly Message: string }
  readonly steering?: Record<string, unknown>
  readonly instances?: readonly object[]
  readonly requests?: readonly { readonly path: string; readonly answer: unknown; readonly at: string }[]
}

async function stage(t: TestContext, { dev = true } = {}): Promise<Stage> {
  const node = await startNode(
    configIn(await aFolder(t), { data: ':memory:', dev, limits: { requestTimeoutMs: 1000 } }),
    {
      directories: [DIRECTORY],
    },
  )
  t.after(() => node.stop())
  const portOf = async (id: string): Promise<number> => {
    const own = (await node.instances()).find((each) => each.id === id)?.addresses[0]
    return Number(new URL(own ?? node.addresses.metadata).port)
  }
  const put = async (id = ONE) => exchange(await portOf(id), 'PUT', '/latest/api/token', { [TTL]: '60' })
  const get: Stage['get'] = async (path, id = ONE, headers) =>
    exchange(await portOf(id), 'GET', path, headers ?? { [TOKEN]: (await put(id)).body })
  return {
    node,
    put,
    get,
    async admin(method, path, body, token = node.operatorToken.reveal()) {
      const answer = await fetch(`${node.addresses.admin}${path}`, {
        method,
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      return { status: answer.status, json: JSON.parse(await answer.text()) }
    },
    document: async (id = ONE) => JSON.parse((await get(ROLE, id)).body),
    async caller({ AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, Token: sessionToken }) {
      const credentials = { accessKeyId, secretAccessKey, sessionToken }
      const client = new STSClient({ endpoint: node.addresses.api, region: 'us-east-1', credentials, maxAttempts: 1 })
      try {
        return (await client.send(new GetCallerIdentityCommand())).Arn ?? ''
      } catch (error) {
        return error instanceof Error ? error.name : String(error)
      }
    },
  }
}

const ARN = `arn:aws:sts::${ACCOUNT}:assumed-role/web/`

test('without --dev there is no door that steers, and nothing to steer', async (t) => {
  const { node, admin } = await stage(t, { dev: false })
  assert.equal(node.dev, undefined)
  for (const [method, path] of [
    ['GET', '/instances'],
    ['GET', `/instances/${ONE}`],
    ['PATCH', `/instances/${ONE}`],
    ['DELETE', `/instances/${ONE}`],
    ['POST', `/instances/${ONE}/rotate`],
    ['POST', `/instances/${ONE}/expire`],
    ['GET', `/instances/${ONE}/requests`],
    ['GET', '/requests'],
    ['GET', '/tasks'],
    ['PATCH', '/pods/shop/default/web'],
    ['GET', '/steering-schema'],
    ['POST', '/expire'],
  ] as const) {
    const { status, json } = await admin(method, path, method === 'GET' ? undefined : {})
    assert.deepEqual([path, status, json.Error?.Code], [path, 404, 'NotFound'])
  }
})

test('nobody steers without the token of the operator', async (t) => {
  const { node, admin } = await stage(t)
  for (const [method, path] of [
    ['GET', '/instances'],
    ['PATCH', `/instances/${ONE}`],
    ['POST', `/instances/${ONE}/expire`],
    ['GET', `/instances/${ONE}/requests`],
    ['POST', '/expire'],
  ] as const) {
    const { status } = await admin(method, path, method === 'GET' ? undefined : { hops: 2 }, 'guessed')
    assert.deepEqual([path, status], [path, 401])
  }
  assert.deepEqual(node.dev?.machines.steering(ONE), {})
})

test('an instance that there is not is named, with those that there are', async (t) => {
  const { admin } = await stage(t)
  for (const id of ['i-00000000000000009', 'constructor', '__proto__', '%2e%2e', 'x'.repeat(5000)]) {
    for (const [method, below] of [
      ['PATCH', ''],
      ['POST', '/rotate'],
      ['POST', '/expire'],
    ] as const) {
      const { status, json } = await admin(method, `/instances/${encodeURIComponent(id)}${below}`, {})
      assert.deepEqual([id, below, status, json.Error], [id, below, 404, json.Error])
      assert.ok((json.Error?.Message.length ?? 0) < 300)
    }
  }
  const { json } = await admin('GET', '/instances/i-00000000000000009')
  assert.deepEqual(json.Error, {
    Code: 'NoSuchEntity',
    Message: `There is no instance i-00000000000000009 here. There is ${ONE}, ${TWO}.`,
  })
})

test('malformed steering is refused whole: nothing of it holds', async (t) => {
  const { node, admin, get } = await stage(t)
  const { status, json } = await admin('PATCH', `/instances/${ONE}`, {
    httpEndpoint: 'disabled',
    faults: [{ latncyMs: 5 }],
  })
  assert.deepEqual([status, json.Error?.Code], [400, 'ValidationError'])
  assert.match(json.Error?.Message ?? '', /faults\.0\.latncyMs: is no member here; did you mean latencyMs\?/)
  assert.deepEqual(node.dev?.machines.steering(ONE), {})
  assert.equal((await get(MD)).status, 200)
})

test('what is no temporary access key is not expired', async (t) => {
  const { admin } = await stage(t)
  for (const body of [{}, { accessKeyId: 5 }, { accessKeyId: 'AKIA0000000000000000' }, { accessKeyId: 'ASIA' }]) {
    assert.equal((await admin('POST', '/expire', body)).status, 400)
  }
})

test('credentials rotate when they are told to, and those before stay good', async (t) => {
  const { admin, document, caller } = await stage(t)
  const before = await document()
  assert.equal((await document()).AccessKeyId, before.AccessKeyId)
  await admin('POST', `/instances/${ONE}/rotate`)
  const after = await document()
  assert.notEqual(after.AccessKeyId, before.AccessKeyId)
  assert.equal(await caller(before), `${ARN}${ONE}`)
  assert.equal(await caller(after), `${ARN}${ONE}`)
})

test('credentials expire when they are told to: the API refuses them, and others are served', async (t) => {
  const { admin, document, caller } = await stage(t)
  const [before, ofOther] = [await document(), await document(TWO)]
  await admin('POST', `/instances/${ONE}/expire`)
  assert.equal(await caller(before), 'ExpiredToken')
  assert.equal(await caller(ofOther), `${ARN}${TWO}`, 'those of another instance go on')
  assert.equal(await caller(await document()), `${ARN}${ONE}`)
})

test('rotation that is stopped serves the same past its end, which the API still sees', async (t) => {
  const { node, admin, document, caller } = await stage(t)
  await admin('PATCH', `/instances/${ONE}`, { rotation: 'stopped' })
  const before = await document()
  node.virtualClock?.advance(7 * HOUR)
  assert.deepEqual(await document(), before)
  assert.equal(await caller(before), 'ExpiredToken')
  await admin('PATCH', `/instances/${ONE}`, { rotation: null })
  assert.equal(await caller(await document()), `${ARN}${ONE}`)
})

test('where rotation is stopped too, credentials rotate when they are told to', async (t) => {
  const { admin, document } = await stage(t)
  await admin('PATCH', `/instances/${ONE}`, { rotation: 'stopped' })
  const before = await document()
  await admin('POST', `/instances/${ONE}/rotate`)
  const after = await document()
  assert.notEqual(after.AccessKeyId, before.AccessKeyId)
  assert.deepEqual(await document(), after)
})

test('a document says something wrong, and its session stays as good as it was', async (t) => {
  const { admin, get, document, caller } = await stage(t)
  const good = await document()
  const served = async (kind: string) => {
    await admin('PATCH', `/instances/${ONE}`, { document: kind })
    return (await get(ROLE)).body
  }
  const expired: Document = JSON.parse(await served('expired'))
  assert.ok(Date.parse(expired.Expiration) < Date.now())
  assert.equal(await caller(expired), `${ARN}${ONE}`)
  assert.match(JSON.parse(await served('fractional')).Expiration, /:\d\d\.123Z$/)
  assert.equal(JSON.parse(await served('incomplete')).Token, undefined)
  assert.throws(() => JSON.parse(''), SyntaxError)
  const malformed = await served('malformed')
  assert.throws(() => JSON.parse(malformed), SyntaxError)
  assert.equal(await served('empty'), '')
  const failed = await served('failed')
  assert.equal(JSON.parse(failed).Code, 'Failed')
  assert.ok(!failed.includes(good.SecretAccessKey))
  await admin('PATCH', `/instances/${ONE}`, { document: null })
  assert.deepEqual(await document(), good)
})

test('a fault is for its path and what is below it, for as many requests as it says', async (t) => {
  const { admin, put, get } = await stage(t)
  await admin('PATCH', `/instances/${ONE}`, {
    faults: [
      { path: 'api/token', answer: 403, times: 2 },
      { path: 'meta-data/iam', answer: 503 },
      { path: 'meta-data/ami', answer: 500 },
    ],
  })
  assert.deepEqual([(await put()).status, (await put()).status, (await put()).status], [403, 403, 200])
  assert.deepEqual([(await get(`${MD}iam`)).status, (await get(`//latest///meta-data/iam/info/`)).status], [503, 503])
  assert.equal((await get(`/2021-03-23/meta-data/iam/info`)).status, 503)
  assert.equal((await get(`${MD}ami-id`)).status, 200, 'a path ends where a name ends')
  assert.equal((await get(`${MD}iam`, TWO)).status, 200, 'another instance is not meant')
  const { json } = await admin('GET', `/instances/${ONE}`)
  assert.equal((json.steering?.['faults'] as object[] | undefined)?.length, 2, 'what is used up is gone')
})

test('a fault delays the answer, cuts the connection, or leaves the client waiting', async (t) => {
  const { admin, get, put } = await stage(t)
  const headers = { [TOKEN]: (await put()).body }
  await admin('PATCH', `/instances/${ONE}`, { faults: [{ latencyMs: 150 }] })
  const startedAt = performance.now()
  assert.equal((await get(`${MD}instance-id`, ONE, headers)).body, ONE)
  assert.ok(performance.now() - startedAt >= 145)
  await admin('PATCH', `/instances/${ONE}`, { faults: [{ answer: 'reset' }] })
  await assert.rejects(get(MD, ONE, headers), { code: 'ECONNRESET' })
  await admin('PATCH', `/instances/${ONE}`, { faults: [{ answer: 'none' }] })
  await assert.rejects(get(MD, ONE, headers), { code: 'ECONNRESET' })
})

test('a stop cuts off whoever is kept waiting, and waits for none of them', async (t) => {
  const { node, admin, get, put } = await stage(t)
  const headers = { [TOKEN]: (await put()).body }
  for (const [id, fault] of [
    [ONE, { latencyMs: 60_000 }],
    [TWO, { answer: 'none' }],
  ] as const) {
    await admin('PATCH', `/instances/${id}`, { faults: [fault] })
  }
  const waiting = [get(MD, ONE, headers), get(MD, TWO, headers)].map((each) =>
    assert.rejects(each, { code: 'ECONNRESET' }),
  )
  while (node.dev?.machines.requests().filter(({ path }) => path === MD).length !== 2) await setTimeout(5)
  const startedAt = performance.now()
  await Promise.all([node.stop(), ...waiting])
  assert.ok(performance.now() - startedAt < 800)
})

test('versions 1 and 2 are switched, the endpoint goes off, and clients move away', async (t) => {
  const { node, admin, get, put } = await stage(t)
  assert.equal((await get(MD, ONE, {})).status, 401)
  await admin('PATCH', `/instances/${ONE}`, { httpTokens: 'optional' })
  assert.equal((await get(MD, ONE, {})).status, 200)
  const [, seen] = node.dev?.machines.requests(ONE) ?? []
  assert.deepEqual([seen?.hasToken, seen?.answer], [false, 200], 'what came without a token is told apart')
  assert.equal((await get(MD, TWO, {})).status, 401)
  await admin('PATCH', `/instances/${ONE}`, { hops: 2 })
  await assert.rejects(put(), { code: 'ECONNRESET' }, 'an answer that may travel one hop does not arrive')
  await admin('PATCH', `/instances/${ONE}`, { httpPutResponseHopLimit: 2 })
  assert.equal((await put()).status, 200)
  await admin('PATCH', `/instances/${ONE}`, { httpEndpoint: 'disabled', faults: [{ answer: 503 }] })
  assert.equal((await put()).status, 403, 'one that is off answers nothing else')
  await admin('DELETE', `/instances/${ONE}`)
  assert.deepEqual([(await put()).status, (await get(MD, ONE, {})).status], [200, 401])
})

test('notices and lifecycle states come by the clock that is moved', async (t) => {
  const { node, admin, get } = await stage(t)
  const at = async (path: string) => {
    const { status, body } = await get(MD + path)
    return status === 200 ? body : String(status)
  }
  await admin('PATCH', `/instances/${ONE}`, {
    spotInterruption: { action: 'terminate', in: 'PT10M' },
    rebalance: { in: 'PT5M' },
    lifecycle: [{ state: 'InService' }, { state: 'Terminated', in: 'PT8M' }],
    maintenanceEvents: [{ code: 'system-reboot', in: 'P1D' }],
  })
  assert.equal(await at('spot/instance-action'), '404')
  assert.equal(await at('events/recommendations/rebalance'), '404')
  assert.equal(await at('autoscaling/target-lifecycle-state'), 'InService')
  assert.equal(JSON.parse(await at('events/maintenance/scheduled'))[0].Code, 'system-reboot')
  node.virtualClock?.advance(5 * 60_000)
  assert.match(await at('events/recommendations/rebalance'), /noticeTime/)
  node.virtualClock?.advance(3 * 60_000)
  assert.equal(JSON.parse(await at('spot/instance-action')).action, 'terminate')
  assert.equal(await at('autoscaling/target-lifecycle-state'), 'Terminated')
  await admin('PATCH', `/instances/${ONE}`, { spotInterruption: null, lifecycle: null })
  assert.equal(await at('spot/instance-action'), '404')
  assert.equal(await at('autoscaling/target-lifecycle-state'), '404')
})

test('any path is given another body, or taken away, and listings follow', async (t) => {
  const { admin, get } = await stage(t)
  await admin('PATCH', `/instances/${ONE}`, {
    metadata: {
      'meta-data/ami-id': 'ami-0',
      'meta-data/placement': null,
      'meta-data/custom/x': '1',
      'user-data': 'hi',
    },
  })
  assert.equal((await get(`${MD}ami-id`)).body, 'ami-0')
  assert.equal((await get(`${MD}placement/region`)).status, 404)
  assert.equal((await get('/latest/user-data')).body, 'hi')
  const names = (await get(MD)).body.split('\n')
  assert.ok(names.includes('custom/') && !names.includes('placement/'))
  assert.equal((await get(`${MD}custom/x`, TWO)).status, 404)
})

test('what was asked is recorded without what proves anybody, and no more than is bounded', async (t) => {
  const { node, admin, put, get } = await stage(t)
  const token = (await put()).body
  await get(`${MD}ami-id?x=1`, ONE, { [TOKEN]: token, 'User-Agent': 'x'.repeat(2000) })
  await get('/none', ONE, { [TOKEN]: token })
  await get(MD, TWO, {})
  const { json } = await admin('GET', `/instances/${ONE}/requests`)
  assert.deepEqual(
    json.requests?.map(({ path, answer }) => [path, answer]),
    [
      ['/latest/api/token', 200],
      [`${MD}ami-id?x=1`, 200],
      ['/none', 404],
    ],
  )
  assert.ok(!JSON.stringify(json).includes(token))
  assert.equal(node.dev?.machines.requests()[1]?.userAgent?.length, 512)
  assert.equal(node.dev?.machines.requests().length, 4)
  await admin('DELETE', `/instances/${ONE}/requests`)
  assert.deepEqual(
    node.dev?.machines.requests().map(({ machine }) => machine),
    [TWO],
  )
})

test('a reset takes back what was steered; the directory never had it', async (t) => {
  const { node, admin, get } = await stage(t)
  await admin('PATCH', `/instances/${ONE}`, { httpTokens: 'optional', faults: [{ answer: 503 }] })
  const [stored] = await node.broker.directory.instances()
  assert.equal(stored?.options.httpTokens, 'required')
  await admin('POST', '/reset', {})
  await node.instances()
  assert.equal((await get(MD)).status, 200)
  assert.deepEqual((await admin('GET', `/instances/${ONE}`)).json.steering, {})
  assert.equal((await admin('GET', `/instances/${ONE}/requests`)).json.requests?.length, 2)
})

test('instances are listed with where each is read', async (t) => {
  const { node, admin } = await stage(t)
  const [, two] = await node.instances()
  assert.deepEqual((await admin('GET', '/instances')).json.instances, [
    { id: ONE, account: ACCOUNT, addresses: [node.addresses.metadata] },
    { id: TWO, account: ACCOUNT, addresses: two?.addresses },
  ])
})

test('what machines are steered with is told as JSON Schema, and what all of them asked in one list', async (t) => {
  const { admin, get } = await stage(t)
  const { status, json } = await admin('GET', '/steering-schema')
  assert.equal(status, 200)
  const { instance, container } = Object(json)
  assert.deepEqual(instance.properties.httpTokens.anyOf[0].enum, ['optional', 'required'])
  assert.deepEqual(Object.keys(container.properties), ['rotation', 'lifetime', 'rotateAfter', 'faults', 'document'])
  await get(MD, ONE, {})
  await get(MD, TWO, {})
  assert.equal((await admin('GET', '/requests')).json.requests?.length, 2)
  await admin('DELETE', '/requests')
  assert.deepEqual((await admin('GET', '/requests')).json.requests, [])
})
