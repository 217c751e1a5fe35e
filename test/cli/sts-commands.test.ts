import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { commandLine, temporaryHome } from './command-line.ts'
import { type Asked, errorAnswer, type FakeAnswer, fakeBroker } from './fake-broker.ts'

const IDENTITY = { Account: '111111111111', Arn: 'arn:aws:iam::111111111111:user/alice', UserId: 'AIDAALICE' }
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIAALICE', AWS_SECRET_ACCESS_KEY: 'alices-secret' }
const SESSION = { AccessKeyId: 'ASIASESSION', SecretAccessKey: 'sessions-secret', SessionToken: 'sessions-token' }
const ROLE = 'arn:aws:iam::222222222222:role/Deployer'
const NODE = process.execPath

function answer({ body }: Asked): FakeAnswer {
  const action = new URLSearchParams(body).get('Action') ?? ''
  const result = action === 'AssumeRole' ? { Credentials: SESSION } : IDENTITY
  return { body: { [`${action}Response`]: { [`${action}Result`]: result, ResponseMetadata: {} } } }
}

test('without credentials nothing is sent, and where to get some is told', async () => {
  await using api = await fakeBroker(answer)
  const environment = { AWS_ENDPOINT_URL: api.origin, AWS_ACCESS_KEY_ID: 'AKIAALICE' }
  const { status, stderr } = await commandLine(['whoami'], { environment })
  assert.match(stderr, /^rolecall: There are no credentials in this environment: eval "\$\(rolecall env PRINCIPAL\)"/)
  assert.equal(status, 1)
  assert.equal(api.asked.length, 0)
})

test('a profile that is not there, or has no key of its own, is named', async () => {
  using home = temporaryHome()
  const environment = { AWS_CONFIG_FILE: join(home.path, 'config'), AWS_SHARED_CREDENTIALS_FILE: '/nowhere' }
  writeFileSync(environment.AWS_CONFIG_FILE, '[profile chained]\nrole_arn = arn:aws:iam::222222222222:role/x\n')
  for (const [name, says] of [
    ['nobody', "There is no profile nobody in AWS's shared files"],
    ['__proto__', "There is no profile __proto__ in AWS's shared files"],
    ['chained', 'The profile chained has no access key of its own, and only such profiles are read here'],
  ] as const) {
    const { status, stderr } = await commandLine(['whoami', '--profile', name], { environment })
    assert.equal(stderr, `rolecall: ${says}\n`)
    assert.equal(status, 1)
  }
})

test("AWS's code and message are told in one line", async () => {
  await using api = await fakeBroker(() => errorAnswer(403, 'InvalidClientTokenId', 'The token\nis invalid.'))
  for (const args of [['whoami'], ['exec', 'false', '--role', ROLE]]) {
    const { status, stdout, stderr } = await commandLine([...args, '--endpoint', api.origin], { environment: KEYS })
    assert.equal(stderr, 'rolecall: InvalidClientTokenId: The token is invalid.\n')
    assert.equal(stdout, '')
    assert.equal(status, 1)
  }
})

test('an answer that is not STS’s is refused', async () => {
  for (const answer of [
    { body: 'hello' },
    { status: 302, headers: { Location: 'http://127.0.0.1:3/' } },
    { body: {} },
  ]) {
    await using api = await fakeBroker(() => answer)
    const { status, stderr } = await commandLine(['whoami', '--endpoint', api.origin], { environment: KEYS })
    assert.match(stderr, /^rolecall: http:\/\/127\.0\.0\.1:\d+ answered \d+ and nothing that Rolecall would say\n$/)
    assert.equal(status, 1)
  }
})

test('whoami signs GetCallerIdentity and asks for JSON', async () => {
  await using api = await fakeBroker(answer)
  const environment = { ...KEYS, AWS_SESSION_TOKEN: 'a-token', AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: api.origin }
  const { status, stdout } = await commandLine(['whoami'], { environment })
  const [{ method, headers, body } = {} as Asked] = api.asked
  assert.equal(`${method} ${body}`, 'POST Action=GetCallerIdentity&Version=2011-06-15')
  assert.match(
    headers.authorization ?? '',
    /^AWS4-HMAC-SHA256 Credential=AKIAALICE\/\d{8}\/eu-west-1\/sts\/aws4_request, /,
  )
  assert.match(headers.authorization ?? '', /SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, /)
  assert.equal(headers['x-amz-security-token'], 'a-token')
  assert.equal(headers.accept, 'application/json')
  assert.equal(stdout, `Account  ${IDENTITY.Account}\nArn      ${IDENTITY.Arn}\nUserId   ${IDENTITY.UserId}\n`)
  assert.equal(status, 0)
})

test('whoami --json prints an object', async () => {
  await using api = await fakeBroker(answer)
  const { stdout } = await commandLine(['whoami', '--json', '--endpoint', api.origin], { environment: KEYS })
  assert.deepEqual(JSON.parse(stdout), IDENTITY)
})

test('the endpoint is taken from flag, service variable, variable, service of the profile, profile: in that order', async () => {
  await using api = await fakeBroker(answer)
  using home = temporaryHome()
  const elsewhere = 'http://127.0.0.1:3'
  const config = join(home.path, 'config')
  const lead = async (args: readonly string[], environment: Record<string, string>, configured: string) => {
    writeFileSync(config, configured)
    const all = { ...KEYS, AWS_CONFIG_FILE: config, AWS_PROFILE: 'dev', ...environment }
    return (await commandLine(['whoami', ...args], { environment: all })).status
  }
  const profile = (own: string, service: string) =>
    `[profile dev]\nendpoint_url = ${own}\nservices = s\n[services s]\nsts =\n  endpoint_url = ${service}\n`
  const variables = (service: string, any: string) => ({ AWS_ENDPOINT_URL_STS: service, AWS_ENDPOINT_URL: any })
  const away = profile(elsewhere, elsewhere)
  assert.equal(await lead(['--endpoint', api.origin], variables(elsewhere, elsewhere), away), 0)
  assert.equal(await lead([], variables(api.origin, elsewhere), away), 0)
  assert.equal(await lead([], variables('', api.origin), away), 0)
  assert.equal(await lead([], {}, profile(elsewhere, api.origin)), 0)
  assert.equal(await lead([], {}, `[profile dev]\nendpoint_url = ${api.origin}\n`), 0)
})

test('--profile wins over the key of the environment, which wins over AWS_PROFILE', async () => {
  await using api = await fakeBroker(answer)
  using home = temporaryHome()
  const file = join(home.path, 'credentials')
  writeFileSync(file, '[dev]\naws_access_key_id = AKIADEV\naws_secret_access_key = x\n')
  const environment = { AWS_SHARED_CREDENTIALS_FILE: file, AWS_PROFILE: 'dev', AWS_ENDPOINT_URL: api.origin }
  const keyOf = async (args: readonly string[], keys: Record<string, string>) => {
    await commandLine(['whoami', ...args], { environment: { ...environment, ...keys } })
    return /Credential=([A-Z]+)/.exec(api.asked.at(-1)?.headers.authorization ?? '')?.[1]
  }
  assert.equal(await keyOf(['--profile', 'dev'], KEYS), 'AKIADEV')
  assert.equal(await keyOf([], KEYS), 'AKIAALICE')
  assert.equal(await keyOf([], {}), 'AKIADEV')
})

test('exec asks for the role as it was told', async () => {
  await using api = await fakeBroker(answer)
  const flags = ['--external-id', 'x y', '--session-name', 'ci', '--duration', '900']
  await commandLine(['exec', '--role', ROLE, ...flags, '--endpoint', api.origin, '--', 'true'], { environment: KEYS })
  assert.deepEqual(Object.fromEntries(new URLSearchParams(api.asked[0]?.body)), {
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: ROLE,
    RoleSessionName: 'ci',
    ExternalId: 'x y',
    DurationSeconds: '900',
  })
})

test('exec runs nothing when the role is refused', async () => {
  await using api = await fakeBroker(() => errorAnswer(403, 'AccessDenied', 'no'))
  using home = temporaryHome()
  const file = join(home.path, 'ran')
  const { status } = await executed(api.origin, ['touch', file], {})
  assert.equal(status, 1)
  assert.equal(existsSync(file), false)
})

test('the command sees the session, and nothing that would overrule it', async () => {
  await using api = await fakeBroker(answer)
  using home = temporaryHome()
  const file = join(home.path, 'seen.json')
  const script = `require('node:fs').writeFileSync(${JSON.stringify(file)}, JSON.stringify(process.env))`
  const others = { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true', KEPT: 'yes', AWS_PROFILE: 'x' }
  const { status, stdout, stderr } = await executed(api.origin, [NODE, '-e', script], others)
  const seen = JSON.parse(readFileSync(file, 'utf8'))
  assert.equal(seen.AWS_ACCESS_KEY_ID, 'ASIASESSION')
  assert.equal(seen.AWS_SECRET_ACCESS_KEY, 'sessions-secret')
  assert.equal(seen.AWS_SESSION_TOKEN, 'sessions-token')
  assert.equal(seen.AWS_ENDPOINT_URL_STS, api.origin)
  assert.equal(seen.KEPT, 'yes')
  for (const name of ['AWS_PROFILE', 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS']) assert.equal(name in seen, false)
  assert.equal(stdout + stderr, '')
  assert.equal(status, 0)
})

test("exec ends with the command's status", async () => {
  await using api = await fakeBroker(answer)
  assert.equal((await executed(api.origin, ['sh', '-c', 'exit 7'], {})).status, 7)
  assert.equal((await executed(api.origin, ['sh', '-c', 'kill -TERM $$'], {})).status, 143)
  const missing = await executed(api.origin, ['no-such-program', '--flag'], {})
  assert.equal(missing.status, 127)
  assert.equal(missing.stderr, 'rolecall: no-such-program cannot be run (ENOENT)\n')
  assert.equal((await executed(api.origin, ['/etc/passwd'], {})).status, 126)
})

test('signals are forwarded to the command; what was typed at a terminal already reached it', async () => {
  await using api = await fakeBroker(answer)
  using home = temporaryHome()
  for (const { isTTY, send, status } of [
    { isTTY: false, send: ['SIGTERM'], status: 143 },
    { isTTY: false, send: ['SIGINT'], status: 130 },
    { isTTY: true, send: ['SIGINT', 'SIGTERM'], status: 143 },
  ]) {
    const signals = new EventEmitter()
    const started = join(home.path, `${send.join()}${isTTY}`)
    const script = `require('node:fs').writeFileSync(${JSON.stringify(started)}, ''); setTimeout(() => {}, 20_000)`
    const running = executed(api.origin, [NODE, '-e', script], {}, { signals, isTTY })
    while (!existsSync(started)) await delay(10)
    for (const signal of send) signals.emit(signal, signal)
    assert.equal((await running).status, status)
    assert.deepEqual(signals.eventNames(), [])
  }
})

function executed(
  endpoint: string,
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
  more: { readonly signals?: EventEmitter; readonly isTTY?: boolean } = {},
) {
  return commandLine(['exec', '--role', ROLE, '--endpoint', endpoint, '--', ...command], {
    environment: { ...KEYS, ...environment },
    ...more,
  })
}
