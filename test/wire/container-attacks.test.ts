import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { ServiceAccountTokens } from '../../src/domain/containers/index.ts'
import { epochMillis } from '../../src/model/index.ts'
import { exchange as exchangeRaw } from '../doors/http/raw-client.ts'
import { ACCOUNT, OTHER_TASK, POD, proofOf, roleArn, type Stage, stage, TASK } from './container-stage.ts'

const ECS_PATH = `/v2/credentials/${TASK}`
const EKS_PATH = '/v1/credentials'
const DAY = 86_400_000

const NOT_THE_TASK = {
  code: 'AccessDenied',
  message: 'The Authorization header is not the one of this task.',
  HTTPErrorCode: 401,
}

/** What somebody without the task's token sends instead. */
const WRONG_PROOFS: Readonly<Record<string, (set: Stage, own: string) => Promise<string> | string>> = {
  nothing: () => '',
  'the token of another task': async ({ node }) => (await proofOf(node, `task/${OTHER_TASK}`)).token,
  'the token of a pod': async ({ node }) => (await proofOf(node, POD)).token,
  'its token as a bearer': (_, own) => `Bearer ${own}`,
  'its token, and one letter more': (_, own) => `${own}A`,
  'its token without its last letter': (_, own) => own.slice(0, -1),
  'its token with another last letter': (_, own) => own.slice(0, -1) + (own.endsWith('A') ? 'B' : 'A'),
  'its token under a key that is not there': (_, own) => own.replace(/^[^.]*/, 'nobody'),
  'the id of its key alone': (_, own) => own.replace(/\..*/, '.'),
  'a text without a key': () => 'garbage',
  'eight thousand letters': () => 'a.'.repeat(4000),
}

for (const [what, make] of Object.entries(WRONG_PROOFS)) {
  test(`a task's credentials are not given for ${what}: always the same answer`, async (t) => {
    const set = await stage(t)
    const { token } = await proofOf(set.node, `task/${TASK}`)
    const { status, body } = await set.get(ECS_PATH, { Authorization: await make(set, token) })
    assert.deepEqual([status, JSON.parse(body)], [401, NOT_THE_TASK])
  })
}

test('a task that is not there is refused like one whose token is wrong', async (t) => {
  const set = await stage(t)
  const { token } = await proofOf(set.node, `task/${TASK}`)
  for (const id of ['0'.repeat(32), '..', '%2e%2e', '%00', `${TASK}/`.repeat(2), 'constructor', '__proto__']) {
    const { status, body } = await set.get(`/v2/credentials/${id}`, { Authorization: token })
    assert.deepEqual([status, JSON.parse(body)], [401, NOT_THE_TASK], id)
  }
})

/** Tokens that no cluster of this broker made, or not as they are. */
const WRONG_TOKENS: Readonly<Record<string, (own: string, set: Stage) => Promise<string> | string>> = {
  nothing: () => '',
  'the token of a task': async (_, { node }) => (await proofOf(node, `task/${TASK}`)).token,
  'a bearer of it': (own) => `Bearer ${own}`,
  'three empty segments': () => '..',
  'two segments': (own) => own.slice(0, own.lastIndexOf('.')),
  'four segments': (own) => `${own}.x`,
  'no algorithm': (own) => withHeader(own, { alg: 'none', kid: kidOf(own), typ: 'JWT' }, ''),
  'a signature under the name of its key': (own) => signedBy(own, kidOf(own)),
  'a signature under an empty key': (own) => signedBy(own, ''),
  'a header with more in it': (own) => withHeader(own, { alg: 'HS256', kid: kidOf(own), typ: 'JWT', jku: 'http://x' }),
  'a header that is padded': (own) => own.replace('.', '=.'),
  'a signature that decodes to the same bytes': (own) => own.slice(0, -1) + twinOf(own.at(-1) ?? ''),
  'the claims of another namespace': (own) => withClaims(own, 'default', 'admin'),
  'the claims of another cluster': (own) => withClaims(own, 'cluster/shop', 'cluster/bank'),
  'a later end': (own) => withClaims(own, /"exp":\d+/, '"exp":9999999999'),
  'nine thousand letters': () => `${'a'.repeat(3000)}.${'a'.repeat(3000)}.${'a'.repeat(3000)}`,
}

for (const [what, make] of Object.entries(WRONG_TOKENS)) {
  test(`a pod's credentials are not given for ${what}: always the same answer`, async (t) => {
    const set = await stage(t)
    const { token } = await proofOf(set.node, POD)
    const { status, body } = await set.get(EKS_PATH, { Authorization: await make(token, set) })
    const answer = '(InvalidTokenException): The service account token is not one of this broker.\n'
    assert.deepEqual([status, body], [400, answer])
  })
}

test('a token of another broker is not taken', async (t) => {
  const [one, other] = [await stage(t), await stage(t)]
  for (const name of [`task/${TASK}`, POD]) {
    const { path, token } = await proofOf(other.node, name)
    assert.notEqual((await one.get(path, { Authorization: token })).status, 200)
  }
})

test('a service account token ends after a day, whoever still holds it', async (t) => {
  const set = await stage(t)
  const { token } = await proofOf(set.node, POD)
  set.advance(DAY - 60_000)
  assert.equal((await set.get(EKS_PATH, { Authorization: token })).status, 200)
  set.advance(61_000)
  const { status, body } = await set.get(EKS_PATH, { Authorization: token })
  assert.equal(status, 400)
  assert.match(body, /^\(ExpiredTokenException\)/)
})

test('a token opens the role of its own cluster, namespace and service account, and no other', async (t) => {
  const set = await stage(t)
  const { broker } = set.node
  const tokens = new ServiceAccountTokens({ ...broker, partition: 'aws' })
  const pod = {
    region: 'us-east-1',
    clusterName: 'shop',
    namespace: 'default',
    serviceAccount: 'web',
    podName: 'web-1',
    podUid: 'uid',
  }
  const account = (await broker.directory.account(ACCOUNT))?.id
  assert.ok(account)
  const now = broker.clock.now()
  for (const [change, status] of [
    [{}, 200],
    [{ clusterName: 'bank' }, 404],
    [{ namespace: 'other' }, 404],
    [{ serviceAccount: 'db' }, 404],
    [{ region: 'eu-central-1' }, 404],
  ] as const) {
    const token = tokens.issue({ ...pod, account, ...change }, now, epochMillis(now + 60_000))
    assert.equal((await set.get(EKS_PATH, { Authorization: token })).status, status, JSON.stringify(change))
  }
})

test('an association that names another role takes effect at once', async (t) => {
  const set = await stage(t)
  const { token } = await proofOf(set.node, POD)
  assert.equal((await set.get(EKS_PATH, { Authorization: token })).status, 200)
  const association = { ClusterName: 'shop', Namespace: 'default', ServiceAccount: 'web' }
  await set.apply({ PodIdentityAssociations: [{ ...association, RoleArn: roleArn('task') }] })
  // That role trusts ECS.
  assert.equal((await set.get(EKS_PATH, { Authorization: token })).status, 400)
})

test('only one Authorization is read: of two there is none', async (t) => {
  const set = await stage(t)
  const { token } = await proofOf(set.node, `task/${TASK}`)
  const lines = [`GET ${ECS_PATH} HTTP/1.1`, 'Host: localhost', `Authorization: ${token}`, 'Authorization: x', '', '']
  assert.match(await exchangeRaw(set.port, lines.join('\r\n')), /^HTTP\/1\.1 401 /)
})

test('what a page or another name could send is refused with nothing in the answer', async (t) => {
  const set = await stage(t)
  for (const name of [`task/${TASK}`, POD]) {
    const { path, token } = await proofOf(set.node, name)
    for (const header of [
      { Host: 'attacker.example' },
      { Host: '169.254.170.2.attacker.example' },
      { Origin: 'http://a.example' },
      { 'Sec-Fetch-Site': 'cross-site' },
    ]) {
      const { status, bytes } = await set.get(path, { Authorization: token, ...header })
      assert.deepEqual([status, bytes.length], [403, 0])
    }
    for (const Host of ['169.254.170.2', '169.254.170.23', '[fd00:ec2::23]', 'localhost:1']) {
      assert.equal((await set.get(path, { Authorization: token, Host })).status, 200, Host)
    }
  }
})

test('there is only GET: no preflight, no redirect, and nothing is written', async (t) => {
  const set = await stage(t)
  for (const path of [ECS_PATH, EKS_PATH, `/v4/${TASK}`]) {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD']) {
      const { status, headers } = await set.get(path, {}, method)
      assert.deepEqual([status, headers.allow, headers.location], [405, 'GET', undefined])
      assert.ok(Object.keys(headers).every((name) => !name.startsWith('access-control')))
    }
  }
})

test('paths are read as the metadata service reads them, and lead nowhere else', async (t) => {
  const set = await stage(t)
  const { path, token } = await proofOf(set.node, `task/${TASK}`)
  for (const spelled of [`/${path}`, `${path}/`, `${path}?x=1`, path.replaceAll('/', '//')]) {
    assert.equal((await set.get(spelled, { Authorization: token })).status, 200, spelled)
  }
  for (const [spelled, status] of [
    ['/v2/credentials', 400],
    ['/v2/credentials/', 400],
    ['/v2/credentialsx', 404],
    ['/v2/../v2/credentials', 404],
    ['/v1/credentials/x', 404],
    ['/v4', 404],
    ['/v4/', 404],
    ['/v4/../v2', 404],
    ['/v4/%2e%2e/x', 404],
    [`/v4/${TASK}`, 404],
    [`/v4/${TASK}-0000000000/task`, 404],
  ] as const) {
    const answer = await set.get(spelled, { Authorization: token })
    assert.equal(answer.status, status, spelled)
    assert.equal(answer.headers.location, undefined)
  }
})

test('headers of 64 KiB end the connection, not the process', async (t) => {
  const set = await stage(t)
  const { path, token } = await proofOf(set.node, POD)
  const { status } = await set.get(path, { Authorization: 'a'.repeat(65_536) }).catch(() => ({ status: 431 }))
  assert.equal(status, 431)
  assert.equal((await set.get(path, { Authorization: token })).status, 200)
})

test('the metadata of a task says what ECS says, and nothing that nobody measured', async (t) => {
  const set = await stage(t)
  const uri = (await set.node.environmentOf(`task/${TASK}`))['ECS_CONTAINER_METADATA_URI_V4'] ?? ''
  const path = new URL(uri).pathname
  const container = JSON.parse((await set.get(path)).body)
  const arn = `arn:aws:ecs:us-east-1:${ACCOUNT}:task/prod/${TASK}`
  assert.equal(container.DockerId, path.slice('/v4/'.length))
  assert.equal(container.Labels['com.amazonaws.ecs.task-arn'], arn)
  const { status, headers, body } = await set.get(`${path}/task`)
  assert.deepEqual([status, headers['content-type']], [200, 'application/json'])
  const task = JSON.parse(body)
  assert.deepEqual([task.TaskARN, task.Family, task.Revision], [arn, 'shop', '1'])
  assert.deepEqual(task.Containers, [container])
  for (const more of ['/stats', '/task/stats', '/x', '/task/x']) {
    const missing = await set.get(path + more)
    assert.equal(missing.status, 404)
    assert.equal(typeof JSON.parse(missing.body), 'string')
  }
})

test('the metadata service of EC2 is still there beside them', async (t) => {
  const { get } = await stage(t, { Instances: [{ InstanceId: 'i-00000000000000001' }] })
  assert.equal((await get('/latest/meta-data/')).status, 401)
  assert.equal((await get('/v1/x')).status, 401)
})

test('an instance on an address of its own is no endpoint of containers', async (t) => {
  const set = await stage(t, { Instances: [{ InstanceId: 'i-00000000000000001', Listen: 0 }] })
  const { AWS_EC2_METADATA_SERVICE_ENDPOINT: own = '' } = await set.node.environmentOf('i-00000000000000001')
  const { path, token } = await proofOf(set.node, POD)
  assert.equal((await fetch(own + path, { headers: { Authorization: token } })).status, 401)
})

function kidOf(token: string): string {
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function withHeader(token: string, header: object, signature = token.split('.')[2] ?? ''): string {
  return `${encoded(header)}.${token.split('.')[1]}.${signature}`
}

function signedBy(token: string, key: string): string {
  const signed = token.slice(0, token.lastIndexOf('.'))
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
}

function withClaims(token: string, from: string | RegExp, to: string): string {
  const [header, claims = '', signature] = token.split('.')
  const text = Buffer.from(claims, 'base64url').toString()
  assert.notEqual(text.replace(from, to), text)
  return `${header}.${Buffer.from(text.replace(from, to)).toString('base64url')}.${signature}`
}

/** Of 32 bytes the last letter holds two bits that nobody reads. */
function twinOf(letter: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return alphabet.charAt(alphabet.indexOf(letter) ^ 1)
}
