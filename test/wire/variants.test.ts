import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type SteeringInput, startTestBroker, type TestInstance } from '../../src/testing/index.ts'
import { exchange as exchangeRaw } from '../doors/http/raw-client.ts'
import { exchange, MD, type Seen, TOKEN, TTL } from '../doors/metadata/service.ts'

const ID = 'i-00000000000000001'
const EC2 = {
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
}
const account = {
  Id: '111111111111',
  Roles: [{ RoleName: 'web', AssumeRolePolicyDocument: EC2 }],
  InstanceProfiles: [{ InstanceProfileName: 'web', Roles: ['web'] }],
  Instances: [{ InstanceId: ID, IamInstanceProfile: 'web' }],
}

interface Stage {
  readonly port: number
  readonly instance: TestInstance
  /** GET with a token, unless told otherwise. */
  get(path: string, headers?: Record<string, string>, method?: string): Promise<Seen>
}

async function stage(t: TestContext, ...variants: NonNullable<SteeringInput['variants']>): Promise<Stage> {
  const broker = await startTestBroker({ directory: { Accounts: [account] } })
  t.after(() => broker.stop())
  const instance = broker.instance(ID)
  instance.steer({ variants })
  const port = Number(new URL(instance.endpoint).port)
  const { body } = await exchange(port, 'PUT', '/latest/api/token', { [TTL]: '60' })
  return {
    port,
    instance,
    get: (path, headers = {}, method = 'GET') => exchange(port, method, path, { [TOKEN]: body.trim(), ...headers }),
  }
}

/** A request without a token, byte for byte. */
const raw = (port: number, ...lines: string[]) => exchangeRaw(port, [...lines, '', ''].join('\r\n'))

test('strict: what a proxy handed on is refused, reads too, however the proxy says so', async (t) => {
  const { instance, get } = await stage(t, 'strict')
  for (const header of ['X-Forwarded-For', 'Forwarded', 'Via', 'X-Real-IP']) {
    const { status, bytes } = await get(MD, { [header]: '' })
    assert.deepEqual([header, status, bytes.length], [header, 403, 0])
  }
  assert.equal((await get(MD)).status, 200)
  instance.reset()
  assert.equal((await get(MD, { Via: 'x' })).status, 200)
})

test('legacyRedirects: a directory without its slash is redirected to where it is; nothing is told without a token', async (t) => {
  const { port, get } = await stage(t, 'legacyRedirects')
  for (const path of ['/latest', '/2021-03-23/meta-data', `${MD}iam/security-credentials`, '//latest//meta-data?x=/']) {
    const { status, headers, bytes } = await get(path)
    const [plain = ''] = path.replaceAll('//', '/').split('?')
    assert.deepEqual([path, status, headers.location], [path, 301, `http://127.0.0.1:${port}${plain}/`])
    assert.deepEqual([headers['content-length'], bytes.length], ['0', 0])
    assert.equal((await get(new URL(headers.location ?? '').pathname)).status, 200)
  }
  for (const path of ['/', `${MD}ami-id`, `${MD}iam/`, `${MD}iam/security-credentials/web`]) {
    assert.deepEqual([path, (await get(path)).status], [path, 200])
  }
  assert.equal((await get(`${MD}none`)).status, 404)
  assert.equal((await exchange(port, 'GET', '/latest', {})).status, 401)
})

test('xen: whoever has no token gets the page of old hosts, in HTTP/1.0', async (t) => {
  const { port } = await stage(t, 'xen')
  const answer = await raw(port, `GET ${MD} HTTP/1.1`, 'Host: 127.0.0.1')
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  assert.match(head, /^HTTP\/1\.0 401 Unauthorized\r\n/)
  assert.match(head, /^Content-Type: text\/html\r$/m)
  assert.match(head, /^Content-Length: 343\r$/m)
  assert.match(head, /^Date: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT$/m)
  assert.deepEqual([body.length, /<title>401 - Unauthorized<\/title>/.test(body)], [343, true])
})

test('xen: a read has a tag and ranges, and nothing is said of the token; HEAD has no body', async (t) => {
  const { get } = await stage(t, 'xen')
  const { status, headers, body } = await get(`${MD}instance-id`)
  assert.deepEqual([status, body, headers['content-length']], [200, ID, '19'])
  assert.match(headers.etag ?? '', /^"\d+"$/)
  assert.equal(headers['accept-ranges'], 'bytes')
  assert.equal(headers['x-aws-ec2-metadata-token-ttl-seconds'], undefined)
  const head = await get(`${MD}instance-id`, {}, 'HEAD')
  assert.deepEqual([head.status, head.headers.etag, head.bytes.length], [200, headers.etag, 0])
  assert.equal((await get(`${MD}none`)).bytes.length, 337)
})

test('xen: requests that come together on one connection get one answer, and the service goes on', async (t) => {
  const { port, get } = await stage(t, 'xen')
  const lines = ['GET / HTTP/1.1', 'Host: 127.0.0.1', '', 'GET / HTTP/1.1', 'Host: 127.0.0.1']
  assert.equal((await raw(port, ...lines)).match(/HTTP\/1\.0 401/g)?.length, 1)
  assert.equal((await get(MD)).status, 200)
})

test('extendedApi: credentials name their account at a path of their own; as usual there is none', async (t) => {
  const { instance, get } = await stage(t)
  const path = `${MD}iam/security-credentials-extended/`
  for (const missing of [path, `${path}web`]) assert.equal((await get(missing)).status, 404)
  assert.doesNotMatch((await get(`${MD}iam/`)).body, /extended/)
  instance.steer({ variants: ['extendedApi'] })
  assert.equal((await get(path)).body, 'web')
  assert.match((await get(`${MD}iam/`)).body, /^security-credentials-extended\/$/m)
  const plain = JSON.parse((await get(`${MD}iam/security-credentials/web`)).body)
  assert.deepEqual(JSON.parse((await get(`${path}web`)).body), { ...plain, AccountId: '111111111111' })
  assert.equal(plain.AccountId, undefined)
  assert.equal((await get(`${path}other`)).status, 404)
})

test('extendedApi: what says why there are no credentials names no account', async (t) => {
  const { instance, get } = await stage(t, 'extendedApi')
  for (const document of ['failed', 'malformed', 'empty', 'incomplete'] as const) {
    instance.steer({ document })
    const extended = await get(`${MD}iam/security-credentials-extended/web`)
    assert.deepEqual([document, extended.status], [document, 200])
    if (document === 'failed') assert.equal(JSON.parse(extended.body).AccountId, undefined)
  }
})

test('tokenNewline: session tokens, and nothing else, end with a newline', async (t) => {
  const { port, get } = await stage(t, 'tokenNewline')
  const { status, headers, body } = await exchange(port, 'PUT', '/latest/api/token', { [TTL]: '60' })
  assert.deepEqual([status, headers['content-length'], body.at(-1)], [200, '57', '\n'])
  assert.equal((await exchange(port, 'PUT', '/latest/api/token', {})).bytes.length, 0)
  assert.equal((await get(`${MD}instance-id`)).body, ID)
})
