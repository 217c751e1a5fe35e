import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { commandLine, temporaryHome } from './command-line.ts'
import { errorAnswer, type FakeBroker, fakeBroker } from './fake-broker.ts'

const KEY = {
  arn: 'arn:aws:iam::111111111111:user/alice',
  accessKeyId: 'AKIAALICE',
  secretAccessKey: "it's/a+secret",
  endpoint: 'http://127.0.0.1:7600',
  region: 'us-east-1',
}
const TOKEN = 'the-operator-token'

interface Refusal {
  readonly rule: string
  readonly ready?: (broker: FakeBroker) => unknown
  readonly args?: readonly string[]
  readonly says: RegExp
}

const REFUSED: readonly Refusal[] = [
  {
    rule: 'a ready file that is something else is refused',
    ready: () => ({ pid: 1 }),
    says: /ready\.json is not what serve --ready-file writes$/,
  },
  {
    rule: 'a ready file without proof of the operator is refused',
    ready: ({ origin }) => ({ addresses: { api: origin, admin: origin } }),
    says: /ready\.json is not what serve --ready-file writes$/,
  },
  {
    rule: 'a ready file that is not there is named',
    args: ['--ready-file', '/nowhere/ready.json'],
    says: /^rolecall: \/nowhere\/ready\.json cannot be read \(ENOENT\): has the broker started\?$/,
  },
  {
    rule: "an operator's token that is not there is named",
    args: ['--data', '/nowhere'],
    says: /^rolecall: \/nowhere\/operator-token cannot be read \(ENOENT\): name it with --ready-file/,
  },
  {
    rule: 'a token that no header can carry is refused without being quoted',
    ready: ({ origin }) => ({ addresses: { api: origin, admin: origin }, operatorToken: 'two\nlines' }),
    says: /ready\.json holds no operator token$/,
  },
  {
    rule: 'an admin listener that is no address is refused',
    args: ['--admin', 'ftp://127.0.0.1'],
    says: /^rolecall: --admin has to be an address such as/,
  },
  {
    rule: 'a broker that does not run is named',
    args: ['--admin', 'http://127.0.0.1:3'],
    says: /^rolecall: http:\/\/127\.0\.0\.1:3 does not answer: is the broker running there\? \(rolecall serve\)$/,
  },
  {
    rule: 'a profile that is no name is refused',
    args: ['--profile', 'a]b'],
    says: /^rolecall: A profile is named with letters/,
  },
]

for (const { rule, ready, args = [], says } of REFUSED) {
  test(rule, async () => {
    await using broker = await fakeBroker(() => ({ body: KEY }))
    using home = temporaryHome()
    const flags = readyFile(home.path, ready?.(broker) ?? readyContent(broker))
    const { status, stdout, stderr } = await commandLine(['env', 'source/alice', ...flags, ...args])
    assert.match(stderr.trimEnd(), says)
    assert.equal(stdout, '')
    assert.notEqual(status, 0)
  })
}

test("the broker's refusal is told in one line, and nothing a terminal would obey", async () => {
  await using broker = await fakeBroker(() => errorAnswer(404, 'NoSuchEntity', 'nobody\n\u001b[31mhere'))
  using home = temporaryHome()
  const { status, stderr } = await commandLine(['env', 'source/bob', ...readyFile(home.path, readyContent(broker))])
  assert.equal(stderr, 'rolecall: NoSuchEntity: nobody [31mhere\n')
  assert.equal(status, 1)
})

test('an answer that is not the broker’s is refused, and a redirect is not followed', async () => {
  await using elsewhere = await fakeBroker(() => ({ body: KEY }))
  for (const answer of [
    { body: '<html>' },
    { body: { ...KEY, endpoint: undefined } },
    { status: 307, headers: { Location: elsewhere.origin } },
    { body: ' '.repeat(2 ** 21) },
  ]) {
    await using broker = await fakeBroker(() => answer)
    using home = temporaryHome()
    const { status, stderr } = await commandLine(['env', 'source/alice', ...readyFile(home.path, readyContent(broker))])
    assert.match(
      stderr,
      /^rolecall: http:\/\/127\.0\.0\.1:\d+ (answered \d+ and nothing|cannot be reached \(its answer)/,
    )
    assert.equal(status, 1)
  }
  assert.equal(elsewhere.asked.length, 0)
})

test('the operator door is asked for the key with the token of the ready file', async () => {
  await using broker = await fakeBroker(() => ({ body: KEY }))
  using home = temporaryHome()
  await commandLine(['env', 'source/alice'], {
    environment: { ROLECALL_READY_FILE: readyFile(home.path, readyContent(broker))[1] ?? '' },
  })
  const [asked] = broker.asked
  assert.equal(`${asked?.method} ${asked?.url}`, 'POST /operations/GetAccessKey')
  assert.equal(asked?.headers.authorization, `Bearer ${TOKEN}`)
  assert.equal(asked?.headers['content-type'], 'application/json')
  assert.deepEqual(JSON.parse(asked?.body ?? ''), { principal: 'source/alice' })
})

test('the token is read from the data folder, or from the file that is named', async () => {
  await using broker = await fakeBroker(() => ({ body: KEY }))
  using home = temporaryHome()
  const file = join(home.path, 'operator-token')
  writeFileSync(file, `${TOKEN}\n`)
  for (const flags of [
    ['--data', home.path],
    ['--operator-token-file', file],
    ['--ready-file', readyFile(home.path, { ...readyContent(broker), operatorTokenFile: file })[1] ?? ''],
  ]) {
    await commandLine(['env', 'source/alice', '--admin', broker.origin, ...flags])
    assert.equal(broker.asked.at(-1)?.headers.authorization, `Bearer ${TOKEN}`)
  }
  await commandLine(['env', 'x/y', '--admin', broker.origin], { environment: { ROLECALL_DATA: home.path } })
  assert.equal(broker.asked.length, 4)
})

test('the variables are lines that sh evaluates, whatever is in them', async () => {
  const { stdout } = await printed([])
  const script = `AWS_PROFILE=mine; ${stdout}\nprintf '%s\n' "$AWS_SECRET_ACCESS_KEY" "$AWS_ACCESS_KEY_ID" "\${AWS_PROFILE-none}"`
  assert.equal(execFileSync('sh', ['-euc', script], { encoding: 'utf8' }), "it's/a+secret\nAKIAALICE\nnone\n")
  assert.equal((await printed(['--shell'])).stdout, stdout)
})

test('--json prints an object of the variables', async () => {
  const { stdout } = await printed(['--json'])
  assert.deepEqual(JSON.parse(stdout), {
    AWS_ENDPOINT_URL_STS: KEY.endpoint,
    AWS_ENDPOINT_URL_IAM: KEY.endpoint,
    AWS_ENDPOINT_URL_CLOUDTRAIL: KEY.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAALICE',
    AWS_SECRET_ACCESS_KEY: "it's/a+secret",
    AWS_SESSION_TOKEN: '',
    NO_PROXY: '127.0.0.1',
    no_proxy: '127.0.0.1',
  })
})

test('hosts that are asked past the proxy already still are', async () => {
  for (const [environment, expected] of [
    [{ NO_PROXY: '.corp, 127.0.0.1' }, '.corp,127.0.0.1'],
    [{ NO_PROXY: 'other', no_proxy: '.corp' }, '.corp,127.0.0.1'],
    [{ no_proxy: 'a,*' }, '*'],
  ] as const) {
    await using broker = await fakeBroker(() => ({ body: KEY }))
    using home = temporaryHome()
    const ready = readyFile(home.path, readyContent(broker))
    const { stdout } = await commandLine(['env', 'source/alice', ...ready, '--json'], { environment })
    const { NO_PROXY, no_proxy } = JSON.parse(stdout)
    assert.deepEqual([NO_PROXY, no_proxy], [expected, expected])
  }
})

test('a public name may lie behind the proxy', async () => {
  await using broker = await fakeBroker(() => ({ body: { ...KEY, endpoint: 'https://sts.example.com' } }))
  using home = temporaryHome()
  const { stdout } = await commandLine(['env', 'source/alice', ...readyFile(home.path, readyContent(broker)), '--json'])
  assert.equal(JSON.parse(stdout).NO_PROXY, undefined)
})

test('no profile is written where the environment of a machine puts the shared files aside', async () => {
  await using broker = await fakeBroker(() => ({ body: KEY }))
  using home = temporaryHome()
  const { status, stderr } = await commandLine(
    ['env', 'source/alice', ...readyFile(home.path, readyContent(broker)), '--profile', 'alice'],
    { environment: { HOME: home.path, AWS_CONFIG_FILE: '/dev/null' } },
  )
  assert.match(stderr, /^rolecall: \/dev\/null stands for AWS's shared files here: unset AWS_CONFIG_FILE/)
  assert.equal(status, 1)
})

test('a profile that somebody else wrote is not overwritten, in either file', async () => {
  for (const [file, text] of [
    ['credentials', '[alice]\naws_access_key_id = AKIAREAL\naws_secret_access_key = irreplaceable\n'],
    ['config', '[profile alice]\nrole_arn = arn:aws:iam::111111111111:role/x\n'],
  ] as const) {
    using home = temporaryHome()
    mkdirSync(join(home.path, '.aws'))
    writeFileSync(join(home.path, '.aws', file), text)
    const { status, stderr } = await printed(['--profile', 'alice'], home.path)
    assert.match(stderr, /^rolecall: There is a profile alice that Rolecall did not write/)
    assert.equal(status, 1)
    assert.equal(readFileSync(join(home.path, '.aws', file), 'utf8'), text)
  }
})

test('a profile is written for its owner alone, and says what to try', async () => {
  using home = temporaryHome()
  const { status, stdout, stderr } = await printed(['--profile', 'alice'], home.path)
  const [credentials, config] = awsFiles(home.path)
  assert.equal(stdout, 'aws --profile alice sts get-caller-identity\n')
  assert.equal(stderr, `Wrote the profile alice to ${credentials} and ${config}.\n`)
  assert.equal(
    readFileSync(config, 'utf8'),
    '[profile alice]\nregion = us-east-1\nservices = rolecall-alice\n\n' +
      ['sts', 'iam', 'cloudtrail'].reduce(
        (text, each) => `${text}${each} =\n  endpoint_url = http://127.0.0.1:7600\n`,
        '[services rolecall-alice]\n',
      ),
  )
  assert.equal(
    readFileSync(credentials, 'utf8'),
    "[alice]\naws_access_key_id = AKIAALICE\naws_secret_access_key = it's/a+secret\n",
  )
  for (const file of [credentials, config]) assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.equal(statSync(join(home.path, '.aws')).mode & 0o777, 0o700)
  assert.equal(status, 0)
})

test('a profile that was written here is renewed, its old session token goes, and the rest stays byte for byte', async () => {
  using home = temporaryHome()
  const [credentials, config] = awsFiles(home.path)
  mkdirSync(join(home.path, '.aws'))
  const others = '# mine\r\n[default]\naws_access_key_id=AKIAREAL \n\n'
  writeFileSync(credentials, `${others}[alice]\n# note\naws_session_token = old\naws_access_key_id = AKIAOLD\n`, {
    mode: 0o644,
  })
  writeFileSync(config, '[default]\nregion=eu-west-1\n[profile alice]\noutput = json\nservices = rolecall-alice\n')
  assert.equal((await printed(['--profile', 'alice'], home.path)).status, 0)
  const written = readFileSync(credentials, 'utf8')
  assert.ok(written.startsWith(others))
  assert.match(written, /\[alice\]\r?\naws_access_key_id = AKIAALICE\r?\n.*\r?\n# note\n$/)
  assert.equal(statSync(credentials).mode & 0o777, 0o600)
  assert.match(
    readFileSync(config, 'utf8'),
    /^\[default\]\nregion=eu-west-1\n\[profile alice\]\n.*\n.*\noutput = json\n/,
  )
  await printed(['--profile', 'alice'], home.path)
  assert.equal(readFileSync(credentials, 'utf8'), written)
})

test('the shared files are where the environment says, and a link stays a link', async () => {
  using home = temporaryHome()
  const [real, link] = [join(home.path, 'real'), join(home.path, 'link')]
  writeFileSync(real, '')
  symlinkSync(real, link)
  const environment = { AWS_SHARED_CREDENTIALS_FILE: link, AWS_CONFIG_FILE: '~/conf/aws' }
  await printed(['--profile', 'default'], home.path, environment)
  assert.match(readFileSync(real, 'utf8'), /^\[default\]\naws_access_key_id = AKIAALICE\n/)
  assert.match(readFileSync(join(home.path, 'conf', 'aws'), 'utf8'), /^\[default\]\nregion/)
})

function readyContent({ origin }: FakeBroker) {
  return { pid: 1, addresses: { api: origin, metadata: origin, admin: origin }, operatorToken: TOKEN }
}

function readyFile(folder: string, content: unknown): readonly string[] {
  const file = join(folder, 'ready.json')
  writeFileSync(file, JSON.stringify(content))
  return ['--ready-file', file]
}

function awsFiles(home: string): readonly [string, string] {
  return [join(home, '.aws', 'credentials'), join(home, '.aws', 'config')]
}

async function printed(args: readonly string[], home?: string, environment: Record<string, string> = {}) {
  await using broker = await fakeBroker(() => ({ body: KEY }))
  using folder = temporaryHome()
  const flags = readyFile(folder.path, readyContent(broker))
  return await commandLine(['env', 'source/alice', ...flags, ...args], {
    environment: { HOME: home ?? folder.path, ...environment },
  })
}
