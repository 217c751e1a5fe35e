import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { commandLine, type Surroundings, temporaryHome } from './command-line.ts'
import { errorAnswer, type FakeAnswer, fakeBroker } from './fake-broker.ts'

const READY: FakeAnswer = { body: { status: 'ready' } }
const STS = errorAnswer(400, 'InvalidAction', 'Could not find operation AreYouThere for version 2011-06-15')

/** One thing that is wrong, and how it is told: the line, then what to do. */
interface Trouble {
  readonly rule: string
  readonly admin?: FakeAnswer
  readonly api?: FakeAnswer
  readonly nodeVersion?: string
  readonly args?: (home: string) => readonly string[]
  readonly environment?: (home: string, origin: string) => Readonly<Record<string, string>>
  readonly prepare?: (home: string) => void
  readonly says: RegExp
}

const TROUBLES: readonly Trouble[] = [
  {
    rule: 'a Node that is too old',
    nodeVersion: '20.20.0',
    says: /^problem {2}Node +20\.20\.0\n +-> install Node 24/m,
  },
  {
    rule: 'a broker that is not ready, and why',
    admin: { status: 503, body: { status: 'not ready', reason: 'The node is stopping.' } },
    says: /^problem {2}admin +\S+ is not ready: The node is stopping\.\n +-> look into the log/m,
  },
  {
    rule: 'something else behind the admin address',
    admin: { status: 404, body: 'nothing' },
    says: /^problem {2}admin +\S+ is not ready: answers 404\n/m,
  },
  {
    rule: 'something else behind the address of the API',
    api: { body: 'hello' },
    says: /^problem {2}API +\S+ answers, but not as STS\n +-> name the API with --endpoint/m,
  },
  {
    rule: 'clocks that are more than 15 minutes apart',
    api: { ...STS, headers: { Date: 'Thu, 01 Jan 2026 00:00:00 GMT' } },
    says: /^problem {2}clock +\d+ seconds between this machine and the API\n +-> set the clocks/m,
  },
  {
    rule: 'an API that does not tell its time',
    api: { ...STS, headers: { Date: 'noon' } },
    says: /^problem {2}clock +the API does not tell its time\n/m,
  },
  {
    rule: 'a data folder that others can write to',
    prepare: (home) => chmodSync(join(home, 'data'), 0o770),
    says: /^problem {2}data +others can write to (\S+)\n +-> chmod go-w \1\n/m,
  },
  {
    rule: 'a file in the data folder that others can read',
    prepare: (home) => chmodSync(join(home, 'data', 'operator-token'), 0o644),
    says: /^problem {2}data +others can open (\S+operator-token)\n +-> chmod go= \1\n/m,
  },
  {
    rule: 'a data folder that is none',
    args: (home) => ['--data', join(home, 'data', 'operator-token')],
    says: /^problem {2}data +\S+ cannot be looked into \(ENOTDIR\)\n/m,
  },
  {
    rule: 'a key that others can read',
    prepare: (home) => writeFileSync(join(home, 'keys', 'session-seal.1.json'), '{}', { mode: 0o640 }),
    says: /^problem {2}keys +others can open (\S+session-seal\.1\.json)\n +-> chmod go= \1\n/m,
  },
  {
    rule: 'a ready file that is not there',
    environment: () => ({ ROLECALL_READY_FILE: '/nowhere/ready.json' }),
    says: /^problem {2}ready file +\/nowhere\/ready\.json cannot be read \(ENOENT\): has the broker started\?\n +-> start/m,
  },
  {
    rule: 'a ready file that others can read',
    prepare: (home) => chmodSync(join(home, 'ready.json'), 0o644),
    says: /^problem {2}ready file +others can open (\S+)\n +-> chmod go= \1\n/m,
  },
  {
    rule: 'an endpoint for STS that is elsewhere',
    environment: (_, origin) => ({ AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:3', AWS_ENDPOINT_URL: origin }),
    says: /^problem {2}environment +AWS_ENDPOINT_URL_STS leads elsewhere than to \S+\n +-> eval /m,
  },
  {
    rule: 'an endpoint for everything that is elsewhere',
    environment: () => ({ AWS_ENDPOINT_URL: 'nonsense' }),
    says: /^problem {2}environment +AWS_ENDPOINT_URL leads elsewhere than to \S+\n/m,
  },
  {
    rule: 'a variable that keeps SDKs from an endpoint of one’s own',
    environment: (_, origin) => ({ AWS_ENDPOINT_URL: origin, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }),
    says: /^problem {2}environment +AWS_IGNORE_CONFIGURED_ENDPOINT_URLS keeps .*\n +-> unset AWS_IGNORE_CONFIGURED_ENDPOINT_URLS\n/m,
  },
  {
    rule: 'a session token that stayed beside a long-term key',
    environment: () => ({ AWS_ACCESS_KEY_ID: 'AKIAALICE', AWS_SESSION_TOKEN: 'stale' }),
    says: /^problem {2}environment +AWS_SESSION_TOKEN is set.*\n +-> unset AWS_SESSION_TOKEN\n/m,
  },
  {
    rule: 'a temporary key without its token',
    environment: () => ({ AWS_ACCESS_KEY_ID: 'ASIAALICE' }),
    says: /^problem {2}environment +AWS_ACCESS_KEY_ID is temporary, and AWS_SESSION_TOKEN is not set\n/m,
  },
  {
    rule: 'a profile beside a key',
    environment: () => ({ AWS_ACCESS_KEY_ID: 'AKIAALICE', AWS_PROFILE: 'dev' }),
    says: /^problem {2}environment +AWS_PROFILE and AWS_ACCESS_KEY_ID are both set.*\n +-> unset AWS_PROFILE\n/m,
  },
  {
    rule: 'a profile that leads elsewhere',
    environment: () => ({ AWS_PROFILE: 'dev' }),
    says: /^problem {2}environment +the profile dev of AWS_PROFILE does not lead to \S+\n +-> unset AWS_PROFILE\n/m,
  },
  {
    rule: 'a default profile that comes before the credentials of an instance',
    environment: (home) => ({
      AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:7601',
      AWS_SHARED_CREDENTIALS_FILE: join(home, 'mine'),
    }),
    prepare: (home) => writeFileSync(join(home, 'mine'), '[default]\naws_access_key_id = AKIAREAL\n'),
    says: /^problem {2}environment +the profile default \(aws_access_key_id\) comes before the credentials of AWS_EC2_METADATA_SERVICE_ENDPOINT\n +-> export AWS_CONFIG_FILE=\/dev\/null AWS_SHARED_CREDENTIALS_FILE=\/dev\/null/m,
  },
  {
    rule: 'a profile that gives the credentials of a role before those of a container',
    environment: (home, origin) => ({
      AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/x',
      AWS_CONFIG_FILE: join(home, 'mine'),
      AWS_PROFILE: 'dev',
      AWS_ENDPOINT_URL_STS: origin,
    }),
    prepare: (home) =>
      writeFileSync(join(home, 'mine'), '[profile dev]\nrole_arn = arn:aws:iam::111111111111:role/x\n'),
    says: /^problem {2}environment +the profile dev \(role_arn\) comes before .*\n +-> unset AWS_PROFILE\n/m,
  },
  {
    rule: 'an access key that comes before the credentials of an instance',
    environment: () => ({ AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:7601', AWS_ACCESS_KEY_ID: 'AKIAALICE' }),
    says: /^problem {2}environment +AWS_ACCESS_KEY_ID comes before .*\n +-> unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN\n/m,
  },
  {
    rule: 'a proxy that is sent what only this machine can answer',
    environment: (_, origin) => ({
      AWS_ENDPOINT_URL_STS: origin,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://[fd00:ec2::254]',
      HTTP_PROXY: 'http://proxy:3128',
      NO_PROXY: '.corp',
    }),
    says: /^problem {2}environment +HTTP_PROXY sends requests for 127\.0\.0\.1 and \[fd00:ec2::254\] and fd00:ec2::254 to a proxy\n +-> export NO_PROXY=\.corp,127\.0\.0\.1,\S+ no_proxy=\.corp,127/m,
  },
]

for (const { rule, says, ...trouble } of TROUBLES) {
  test(`${rule}: a problem, with what to do, and status 1`, async () => {
    const { status, stdout } = await examined(trouble)
    assert.match(stdout, says)
    assert.equal(status, 1)
  })
}

test('a broker that does not run is a problem of its admin listener and of its API', async () => {
  const { status, stdout } = await commandLine(
    ['doctor', '--admin', 'http://127.0.0.1:3', '--endpoint', 'http://127.0.0.1:3'],
    { environment: { ROLECALL_DATA: '/nowhere', ROLECALL_KEYS: '/nowhere' } },
  )
  assert.match(stdout, /^problem {2}admin +http:\/\/127\.0\.0\.1:3 does not answer/m)
  assert.match(stdout, /^problem {2}API +http:\/\/127\.0\.0\.1:3 does not answer/m)
  assert.match(stdout, /^ok +data +\/nowhere is not there; the first "rolecall serve" makes it$/m)
  assert.equal(status, 1)
})

test('where nothing is wrong every line says ok, and the status is 0', async () => {
  const { status, stdout, stderr } = await examined({})
  assert.equal(stderr, '')
  assert.deepEqual(
    stdout.split('\n').map((line) => line.split(/ {2,}/, 2).join(' ')),
    [
      ...['ok Node', 'ok ready file', 'ok data', 'ok keys', 'ok admin', 'ok API', 'ok clock', 'ok environment'],
      ...['ok metadata', 'ok containers', ''],
    ],
  )
  assert.equal(status, 0)
})

test('an environment that leads to the API is fine, by its name or by its address', async () => {
  for (const host of ['127.0.0.1', 'localhost']) {
    const environment = (_: string, origin: string) => ({ AWS_ENDPOINT_URL_STS: origin.replace('127.0.0.1', host) })
    assert.equal((await examined({ environment })).status, 0)
  }
})

test('a proxy that is not asked for this machine is fine', async () => {
  for (const kept of ['127.0.0.1', '.corp, 127.0.0.1', '*']) {
    const environment = (_: string, origin: string) => ({
      AWS_ENDPOINT_URL_STS: origin,
      http_proxy: 'http://proxy:3128',
      no_proxy: kept,
      NO_PROXY: 'not-read',
    })
    assert.equal((await examined({ environment })).status, 0)
  }
})

test('--json prints the same findings', async () => {
  const { stdout } = await examined({ nodeVersion: '20.20.0' }, ['--json'])
  const { ok, findings } = JSON.parse(stdout)
  assert.equal(ok, false)
  assert.deepEqual(findings[0], {
    check: 'Node',
    ok: false,
    found: '20.20.0',
    advice: 'install Node 24 or newer; in a checkout: npx rolecall',
  })
  assert.deepEqual(Object.keys(findings[1]), ['check', 'ok', 'found'])
})

test('only a terminal gets colours', async () => {
  assert.ok((await examined({}, [], { isTTY: true })).stdout.startsWith('\u001b[32mok\u001b[39m'))
})

/** Runs doctor on a broker and a home where only the trouble is wrong. */
async function examined(
  trouble: Omit<Trouble, 'rule' | 'says'>,
  args: readonly string[] = [],
  more: Surroundings = {},
) {
  const { admin = READY, api = STS, environment, prepare, nodeVersion = '24.21.0' } = trouble
  await using broker = await fakeBroker(({ url }) => (url === '/readyz' ? admin : api))
  using home = temporaryHome()
  const [data, keys, ready] = [join(home.path, 'data'), join(home.path, 'keys'), join(home.path, 'ready.json')]
  for (const folder of [data, keys]) mkdirSync(folder, { mode: 0o700 })
  const operatorTokenFile = join(data, 'operator-token')
  writeFileSync(operatorTokenFile, 'token\n', { mode: 0o600 })
  writeFileSync(join(keys, 'README.md'), 'about keys', { mode: 0o644 })
  const addresses = { api: broker.origin, admin: broker.origin }
  writeFileSync(ready, JSON.stringify({ addresses, operatorTokenFile }), { mode: 0o600 })
  prepare?.(home.path)
  const variables = { HOME: home.path, ROLECALL_READY_FILE: ready, ROLECALL_KEYS: keys }
  return await commandLine(['doctor', ...(trouble.args?.(home.path) ?? []), ...args], {
    environment: { ...variables, ...environment?.(home.path, broker.origin) },
    nodeVersion,
    ...more,
  })
}
