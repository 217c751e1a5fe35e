import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { commandLine, temporaryHome } from './command-line.ts'
import { fakeBroker } from './fake-broker.ts'

const TASK = 'task/0123456789abcdef0123456789abcdef'
const INSTANCE = 'i-0123456789abcdef0'
const VARIABLES = {
  NO_PROXY: '127.0.0.1',
  no_proxy: '127.0.0.1',
  AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:7600',
  AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:7601/v1/credentials',
}
const WITH_TOKEN = { ...VARIABLES, AWS_CONTAINER_AUTHORIZATION_TOKEN: 'the-token' }

/** `rolecall env`, asked of a broker that answers these variables. */
async function env(
  args: readonly string[],
  answer: unknown = WITH_TOKEN,
  environment: Readonly<Record<string, string>> = {},
) {
  await using broker = await fakeBroker(() => ({ body: answer }))
  using home = temporaryHome()
  const ready = join(home.path, 'ready.json')
  const addresses = { api: broker.origin, admin: broker.origin }
  writeFileSync(ready, JSON.stringify({ addresses, operatorToken: 'the-operator-token' }))
  const outcome = await commandLine(['env', ...args, '--ready-file', ready], { environment })
  return { ...outcome, asked: broker.asked }
}

for (const [args, says] of [
  [[TASK, '--profile', 'x'], /--profile is for users/],
  [[INSTANCE, '--token-file', 'x'], /--token-file is for tasks and pods: an instance has no token/],
  [[INSTANCE, '--irsa'], /--irsa is for pods: pod\/CLUSTER\/NAMESPACE\/SERVICEACCOUNT/],
  [[TASK, '--irsa'], /--irsa is for pods/],
  [['source/alice', '--irsa'], /--irsa is for pods/],
  [['pod/shop/default/web', '--irsa', '--token-file', 'x'], /'--irsa' cannot be used with option '--token-file/],
  [['source/alice', '--token-file', 'x'], /--token-file is for tasks and pods: a user has no token/],
] as const) {
  test(`${args.join(' ')} is wrong usage`, async () => {
    const { status, stdout, stderr } = await env(args, VARIABLES)
    assert.match(stderr, says)
    assert.deepEqual([status, stdout], [2, ''])
  })
}

test('what is no variable, or no text, is not printed', async () => {
  for (const answer of [
    { 'A; rm -rf /': 'x' },
    { PATH: 1 },
    { path: '/tmp' },
    { no_proxy: 1 },
    'text',
    null,
    { 'A\nB': '' },
  ]) {
    const { status, stdout, stderr } = await env([TASK], answer)
    assert.match(stderr, /answered 200 and nothing that Rolecall would say/)
    assert.deepEqual([status, stdout], [1, ''])
  }
})

test('a token file that cannot be written is named, and the token is not printed instead', async () => {
  const { status, stdout, stderr } = await env([TASK, '--token-file', '/nowhere/token'])
  assert.equal(stderr, 'rolecall: /nowhere/token cannot be written: name another with --token-file\n')
  assert.deepEqual([status, stdout], [1, ''])
})

test('instances, tasks and pods are asked for as machines, everything else as users', async () => {
  for (const [who, operation] of [
    [INSTANCE, 'GetEnvironment'],
    [TASK, 'GetEnvironment'],
    [`${TASK}/web`, 'GetEnvironment'],
    ['pod/shop/default/web', 'GetEnvironment'],
    ['pod/111111111111/eu-central-1/shop/default/web', 'GetEnvironment'],
    ['pod/eu-central-1/shop/default/web', 'GetAccessKey'],
    ['pod/web', 'GetAccessKey'],
    ['task/alice', 'GetAccessKey'],
    ['i-team/alice', 'GetAccessKey'],
  ] as const) {
    const { asked } = await env([who])
    assert.equal(asked[0]?.url, `/operations/${operation}`, who)
  }
})

test('the lines for sh take away what SDKs would read before', async () => {
  const { stdout } = await env([TASK])
  const mine = 'AWS_PROFILE=mine AWS_ACCESS_KEY_ID=x AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/x; '
  const script = `${mine}${stdout}\nprintf '%s ' "\${AWS_PROFILE-none}" "\${AWS_ACCESS_KEY_ID-none}" "\${AWS_CONTAINER_CREDENTIALS_RELATIVE_URI-none}" "$AWS_CONTAINER_AUTHORIZATION_TOKEN"`
  assert.equal(execFileSync('sh', ['-euc', script], { encoding: 'utf8' }), 'none none none the-token ')
})

test('--json says which variables it cannot take away', async () => {
  const AWS_ACCESS_KEY_ID = 'AKIAALICE'
  const { stdout, stderr } = await env([TASK, '--json'], WITH_TOKEN, { AWS_ACCESS_KEY_ID, AWS_DEFAULT_PROFILE: 'x' })
  assert.deepEqual(JSON.parse(stdout), WITH_TOKEN)
  assert.equal(
    stderr,
    'No object takes variables away. SDKs read these first: unset AWS_DEFAULT_PROFILE AWS_ACCESS_KEY_ID\n',
  )
})

test('a token file is for its owner alone, has no line end, and stands in the token’s place', async () => {
  using home = temporaryHome()
  const file = join(home.path, 'token')
  const { stdout } = await env(['pod/shop/default/web', '--json', '--token-file', file])
  assert.deepEqual(JSON.parse(stdout), { ...VARIABLES, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file })
  assert.equal(readFileSync(file, 'utf8'), 'the-token')
  assert.equal(statSync(file).mode & 0o777, 0o600)
})

test('a pod that names a role is told where its token is, and nothing that would come first is left', async () => {
  const given = {
    AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:7600',
    AWS_ROLE_ARN: 'arn:aws:iam::111111111111:role/web',
    AWS_WEB_IDENTITY_TOKEN_FILE: '/data/token',
  }
  const { status, stdout, asked } = await env(['pod/shop/default/web', '--irsa'], given)
  assert.equal(status, 0)
  assert.deepEqual(JSON.parse(asked[0]?.body ?? ''), { name: 'pod/shop/default/web', irsa: true })
  for (const [name, value] of Object.entries(given)) assert.ok(stdout.includes(`export ${name}='${value}'\n`))
  const unset = stdout.slice(stdout.indexOf('\nunset ')).trim().split(' ')
  assert.ok(unset.includes('AWS_ACCESS_KEY_ID') && unset.includes('AWS_CONTAINER_CREDENTIALS_FULL_URI'))
  for (const name of Object.keys(given)) assert.ok(!unset.includes(name))
})
