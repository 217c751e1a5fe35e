import assert from 'node:assert/strict'
import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type Ended, temporaryHome } from './command-line.ts'

type Child = ChildProcessByStdio<null, Readable, Readable>

const ROLECALL = new URL('../../bin/rolecall.js', import.meta.url).pathname
const ANY_PORTS = ['--listen', '127.0.0.1:0', '--metadata-listen', '127.0.0.1:0', '--admin-listen', '127.0.0.1:0']
const ROLE = 'arn:aws:iam::222222222222:role/Deployer'
const DIRECTORY = `
Accounts:
  - Id: "111111111111"
    Alias: source
    Users:
      - UserName: alice
        AccessKeys: [{}]
        Policies:
          - PolicyName: assume
            PolicyDocument:
              { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: sts:AssumeRole, Resource: "*" }] }
  - Id: "222222222222"
    Roles:
      - RoleName: Deployer
        AssumeRolePolicyDocument:
          Version: "2012-10-17"
          Statement:
            - { Effect: Allow, Action: sts:AssumeRole, Principal: { AWS: "arn:aws:iam::111111111111:user/alice" },
                Condition: { StringEquals: { sts:ExternalId: blue } } }
`
const MACHINES = `
Accounts:
  - Id: "111111111111"
    Roles:
      - RoleName: web
        AssumeRolePolicyDocument:
          Version: "2012-10-17"
          Statement: { Effect: Allow, Principal: { Service: ec2.amazonaws.com }, Action: sts:AssumeRole }
    InstanceProfiles: [{ InstanceProfileName: web, Roles: [web] }]
    Instances: [{ InstanceId: i-0123456789abcdef0, IamInstanceProfile: web }]
    Tasks: [{ TaskId: 0123456789abcdef0123456789abcdef, TaskRoleArn: "arn:aws:iam::111111111111:role/web" }]
    PodIdentityAssociations:
      - { ClusterName: shop, Namespace: default, ServiceAccount: web, RoleArn: "arn:aws:iam::111111111111:role/web" }
    Clusters:
      - Name: shop
        ServiceAccounts: [{ Namespace: default, Name: web, RoleArn: "arn:aws:iam::111111111111:role/web" }]
`

test('an address that is in use ends serve with one sentence and status 1', async () => {
  using home = temporaryHome()
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const address = taken.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const { status, stdout, stderr } = await run(home.path, [
    ...['serve', '--data', ':memory:', ...ANY_PORTS],
    ...['--listen', `127.0.0.1:${port}`],
  ])
  taken.close()
  assert.equal(stderr, `rolecall: 127.0.0.1:${port} is in use; choose another address with --listen\n`)
  assert.equal(stdout, '')
  assert.equal(status, 1)
})

test('a wrong flag ends with status 2, and whoever reads only the first line of a help text does no harm', async () => {
  using home = temporaryHome()
  assert.equal((await run(home.path, ['serve', '--no-such-flag'])).status, 2)
  const child = start(home.path, ['serve', '--help'])
  child.stdout.destroy()
  const [status] = await once(child, 'exit')
  assert.equal(status, 0)
})

test('init makes a first administrator for its owner alone, and never a second one', async () => {
  using home = temporaryHome()
  const first = await run(home.path, ['init'], { ROLECALL_DIRECTORY: '/nowhere/accounts.yaml' })
  const file = join(home.path, 'data', 'initial-admin.json')
  const before = readFileSync(file, 'utf8')
  const { account, secretAccessKey } = JSON.parse(before)
  assert.equal(
    first.stdout,
    'Made the data folder data and the key ring in keys.\n' +
      `  first admin  arn:aws:iam::${account}:user/admin\n  its key      in data/initial-admin.json, for you alone\n`,
  )
  assert.equal(first.status, 0)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.ok(!`${first.stdout}${first.stderr}`.includes(secretAccessKey))

  const second = await run(home.path, ['init'])
  assert.equal(
    second.stderr,
    'rolecall: The data folder data has accounts already; name another with --data, or make a new administrator with --recover\n',
  )
  assert.equal(second.status, 1)
  assert.equal(readFileSync(file, 'utf8'), before)
})

test('a broker is served, used by its commands, and stopped by SIGTERM within a second', async () => {
  using home = temporaryHome()
  await using broker = await serving(home.path, [])
  const file = join(home.path, 'data', 'initial-admin.json')
  const { account, secretAccessKey } = JSON.parse(readFileSync(file, 'utf8'))
  assert.equal(statSync(file).mode & 0o777, 0o600)

  const { stdout } = await run(home.path, ['env', `${account}/admin`, '--json', '--ready-file', 'ready.json'])
  const variables = JSON.parse(stdout)
  assert.equal(variables.AWS_SECRET_ACCESS_KEY, secretAccessKey)
  const whoami = await run(home.path, ['whoami', '--json'], variables)
  assert.equal(JSON.parse(whoami.stdout).Arn, `arn:aws:iam::${account}:user/admin`)
  const doctor = await run(home.path, ['doctor', '--ready-file', 'ready.json'], variables)
  assert.equal(doctor.status, 0, doctor.stdout)

  const written = await run(home.path, [
    ...['env', `${account}/admin`, '--profile', 'me'],
    '--ready-file',
    'ready.json',
  ])
  assert.equal(written.status, 0, written.stderr)
  assert.match((await run(home.path, ['whoami', '--profile', 'me'])).stdout, /^Arn {6}\S+:user\/admin$/m)

  const { status, elapsedMs, log } = await broker.end('SIGTERM')
  assert.equal(status, 0)
  assert.ok(elapsedMs < 1000, `it took ${elapsedMs} ms`)
  assert.match(log.stdout, /^Rolecall is ready\.\n {2}API +http:\/\/127\.0\.0\.1:\d+\n {2}metadata/)
  assert.match(log.stdout, /its key +in data\/initial-admin\.json, for you alone\n$/)
  assert.ok(!`${log.stdout}${log.stderr}`.includes(secretAccessKey), 'the key is in no log')

  const unreachable = await run(home.path, ['whoami'], variables)
  assert.match(unreachable.stderr, /^rolecall: \S+ does not answer: is the broker running there\?/)
  assert.equal(unreachable.status, 1)
})

test('sh takes over what a started broker says of an instance, a task, a pod, and a pod with a role of its own', async () => {
  using home = temporaryHome()
  writeFileSync(join(home.path, 'accounts.yaml'), MACHINES)
  await using _broker = await serving(home.path, ['--data', ':memory:', '--directory', 'accounts.yaml', '--dev'])
  for (const [who, ...named] of [
    [['i-0123456789abcdef0'], 'AWS_EC2_METADATA_SERVICE_ENDPOINT'],
    [
      ['task/0123456789abcdef0123456789abcdef'],
      'AWS_CONTAINER_CREDENTIALS_FULL_URI',
      'AWS_CONTAINER_AUTHORIZATION_TOKEN',
    ],
    [['pod/shop/default/web'], 'AWS_CONTAINER_CREDENTIALS_FULL_URI', 'AWS_CONTAINER_AUTHORIZATION_TOKEN'],
    [['pod/shop/default/web', '--irsa'], 'AWS_ROLE_ARN', 'AWS_WEB_IDENTITY_TOKEN_FILE'],
  ] as const) {
    const { status, stdout, stderr } = await run(home.path, ['env', ...who, '--ready-file', 'ready.json'])
    assert.deepEqual([status, stderr], [0, ''], who.join(' '))
    const env = { PATH: process.env['PATH'], AWS_PROFILE: 'mine' }
    const lines = execFileSync('sh', ['-euc', `${stdout}env`], { env, encoding: 'utf8' }).split('\n')
    const variables = new Map(
      lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    )
    for (const name of [...named, 'AWS_ENDPOINT_URL_STS', 'AWS_REGION'])
      assert.ok(variables.get(name), `${who}: ${name}`)
    assert.equal(variables.get('no_proxy'), '127.0.0.1')
    assert.ok(!variables.has('AWS_PROFILE'))
  }
})

test('exec runs a command as a role of a broker in memory', async () => {
  using home = temporaryHome()
  writeFileSync(join(home.path, 'accounts.yaml'), DIRECTORY)
  await using broker = await serving(home.path, ['--data', ':memory:', '--directory', 'accounts.yaml', '--dev'])
  assert.equal(existsSync(join(home.path, 'data')), false)
  const ready = { ROLECALL_READY_FILE: 'ready.json' }
  const alice = JSON.parse((await run(home.path, ['env', 'source/alice', '--json'], ready)).stdout)

  const refused = await run(home.path, ['exec', '--role', ROLE, '--', 'touch', 'ran'], alice)
  assert.match(refused.stderr, /^rolecall: AccessDenied: User: \S+:user\/alice is not authorized to perform: /)
  assert.equal(refused.status, 1)
  assert.equal(existsSync(join(home.path, 'ran')), false)

  const command = ['--external-id', 'blue', '--', process.execPath, ROLECALL, 'whoami']
  const { status, stdout } = await run(home.path, ['exec', '--role', ROLE, ...command], alice)
  assert.match(stdout, /^Arn {6}arn:aws:sts::222222222222:assumed-role\/Deployer\/rolecall-exec$/m)
  assert.equal(status, 0)
  assert.equal((await broker.end('SIGINT')).status, 0)
})

test('a signal lets the request finish that is under way; readiness is gone at once, and then the process ends well', async () => {
  using home = temporaryHome()
  await using broker = await serving(home.path, ['--data', ':memory:'])
  const { api, admin } = JSON.parse(readFileSync(join(home.path, 'ready.json'), 'utf8')).addresses
  assert.equal((await fetch(`${admin}/readyz`)).status, 200)
  const { promise: rest, resolve: send } = Promise.withResolvers<void>()
  const sending = new ReadableStream({
    async start(body) {
      body.enqueue(Buffer.from('Action='))
      await rest
      body.enqueue(Buffer.from('Nothing'))
      body.close()
    },
  })
  const asking = fetch(api, { method: 'POST', body: sending, duplex: 'half' })
  await delay(300)
  const ended = broker.end('SIGTERM')
  await delay(100)
  const ready = await fetch(`${admin}/readyz`)
  assert.deepEqual([ready.status, await ready.json()], [503, { status: 'not ready', reason: 'The node is stopping.' }])
  assert.equal((await fetch(`${admin}/healthz`)).status, 200)
  await assert.rejects(fetch(api), 'nobody new is let in')
  assert.equal(broker.hasEnded(), false)
  send()
  assert.match(await (await asking).text(), /<Code>MissingAction<\/Code>/)
  assert.equal((await ended).status, 0)
})

test('a request that does not finish is cut when the time to drain is over, and the process ends well', async () => {
  using home = temporaryHome()
  writeFileSync(join(home.path, 'rolecall.yaml'), 'limits: { drainMs: 300 }')
  await using broker = await serving(home.path, ['--data', ':memory:', '--config', 'rolecall.yaml'])
  const { api } = JSON.parse(readFileSync(join(home.path, 'ready.json'), 'utf8')).addresses
  const sending = new ReadableStream({ start: (body) => body.enqueue(Buffer.from('Action=')) })
  const asking = fetch(api, { method: 'POST', body: sending, duplex: 'half' }).catch(() => 'cut')
  await delay(300)
  const { status, elapsedMs } = await broker.end('SIGTERM')
  assert.equal(status, 0)
  assert.ok(elapsedMs >= 250 && elapsedMs < 5000, `it took ${elapsedMs} ms`)
  assert.equal(await asking, 'cut')
})

test('a second signal does not wait for requests that are under way', async () => {
  using home = temporaryHome()
  await using broker = await serving(home.path, ['--data', ':memory:'])
  const { api } = JSON.parse(readFileSync(join(home.path, 'ready.json'), 'utf8')).addresses
  const sending = new ReadableStream({ start: (body) => body.enqueue(Buffer.from('Action=')) })
  const asking = fetch(api, { method: 'POST', body: sending, duplex: 'half' }).catch(() => 'cut')
  await delay(300)
  broker.signal('SIGTERM')
  await delay(300)
  assert.equal(broker.hasEnded(), false)
  const { status, elapsedMs } = await broker.end('SIGTERM')
  assert.equal(status, 1)
  assert.ok(elapsedMs < 1000, `it took ${elapsedMs} ms`)
  assert.equal(await asking, 'cut')
})

function start(home: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): Child {
  const env = { HOME: home, PATH: process.env['PATH'], ...environment }
  return spawn(process.execPath, [ROLECALL, ...args], { cwd: home, env, stdio: ['ignore', 'pipe', 'pipe'] })
}

async function run(home: string, args: readonly string[], environment?: Readonly<Record<string, string>>) {
  return await endOf(start(home, args, environment))
}

async function endOf(child: Child): Promise<Ended> {
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { status, stdout, stderr }
}

/** A served broker that is ready, and that does not outlive its test. */
async function serving(home: string, args: readonly string[]) {
  const child = start(home, ['serve', ...ANY_PORTS, '--ready-file', 'ready.json', ...args])
  const ended = endOf(child)
  while (!existsSync(join(home, 'ready.json'))) {
    assert.equal(child.exitCode, null, 'serve ended early')
    await delay(20)
  }
  return {
    signal: (signal: NodeJS.Signals) => child.kill(signal),
    hasEnded: () => child.exitCode !== null,
    async end(signal: NodeJS.Signals) {
      const before = performance.now()
      child.kill(signal)
      const log = await ended
      return { status: log.status, elapsedMs: performance.now() - before, log }
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
