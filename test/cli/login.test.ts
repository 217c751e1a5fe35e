import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { get } from 'node:http'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { CLIENT_ID, type FormAnswer, type LoginProvider, startLoginProvider } from '../login-provider.ts'
import { commandLine, type Ended, type Surroundings, temporaryHome } from './command-line.ts'
import { errorAnswer, type FakeAnswer, type FakeBroker, fakeBroker } from './fake-broker.ts'

const ROLE = 'arn:aws:iam::111111111111:role/Engineer'
const REFRESH = 'a-refresh-token-that-nobody-sees'

let provider: LoginProvider
let discovery: Readonly<Record<string, unknown>>
let broker: FakeBroker
let brokerAnswer: FakeAnswer
let home: ReturnType<typeof temporaryHome>
before(async () => {
  provider = await startLoginProvider()
  discovery = provider.fake.discovery
})
after(() => provider[Symbol.asyncDispose]())
beforeEach(async () => {
  home = temporaryHome()
  broker = await fakeBroker(() => brokerAnswer)
  brokerAnswer = granted(3600)
  provider.fake.discovery = discovery
  provider.fake.routes.clear()
  provider.fake.fetched.length = 0
  provider.forms.length = 0
})
afterEach(async () => {
  home[Symbol.dispose]()
  await broker[Symbol.asyncDispose]()
})

function granted(seconds: number, name = 'one'): FakeAnswer {
  const Credentials = {
    AccessKeyId: `ASIA${name}`,
    SecretAccessKey: `secret-${name}`,
    SessionToken: `token-${name}`,
    Expiration: Math.floor(Date.now() / 1000) + seconds,
  }
  return { body: { AssumeRoleWithWebIdentityResponse: { AssumeRoleWithWebIdentityResult: { Credentials } } } }
}

/** What a browser brings back from the address that it is sent to. */
type Browser = (asked: URLSearchParams) => Promise<URLSearchParams>

interface Run extends Surroundings {
  readonly browser?: Browser
  /** What the token endpoint answers to what the browser brings. */
  readonly tokens?: (asked: URLSearchParams) => Promise<FormAnswer>
}

interface Shown {
  /** Where browsers were sent, and what they were shown in the end. */
  readonly addresses: URL[]
  readonly pages: string[]
}

const signedIn: Browser = async (asked) => new URLSearchParams({ code: 'the-code', state: asked.get('state') ?? '' })

async function withRefresh(asked: URLSearchParams, refresh_token = REFRESH): Promise<FormAnswer> {
  const { body } = await provider.tokens({ nonce: asked.get('nonce') })
  return { body: { ...Object(body), refresh_token } }
}

async function login(args: readonly string[] = [], run: Run = {}): Promise<Ended & Shown> {
  const { browser, tokens = withRefresh, environment, ...surroundings } = run
  const shown: Shown = { addresses: [], pages: [] }
  const browsing: Promise<void>[] = []
  const browse = async (address: URL): Promise<void> => {
    const asked = address.searchParams
    provider.on('/token', () => tokens(asked))
    const query = await (browser ?? signedIn)(asked)
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    // Not by fetch, which says that it is a script.
    get(`${asked.get('redirect_uri')}?${query}`, { agent: false }, (answer) => text(answer).then(resolve, reject)).on(
      'error',
      reject,
    )
    shown.pages.push(await promise)
  }
  const ended = await commandLine(
    ['login', '--provider', provider.issuer, '--client-id', CLIENT_ID, '--role', ROLE, ...args],
    {
      ...surroundings,
      environment: { HOME: home.path, AWS_ENDPOINT_URL_STS: broker.origin, ...environment },
      told(text) {
        const [address] = /http:\/\/\S+\/authorize\?\S+/.exec(text) ?? []
        if (address === undefined) return
        shown.addresses.push(new URL(address))
        browsing.push(browse(new URL(address)))
      },
    },
  )
  await Promise.all(browsing)
  return { ...ended, ...shown }
}

const credentialsIn = (stdout: string) => JSON.parse(stdout)
const folder = () => join(home.path, '.cache', 'rolecall', 'logins')
const keptFiles = () => (existsSync(folder()) ? readdirSync(folder()).filter((name) => name.endsWith('.json')) : [])
const keptFile = () => join(folder(), keptFiles()[0] ?? '')
const grants = () => provider.forms.map(({ fields }) => fields['grant_type'])

describe('a sign-in that leads nowhere', () => {
  afterEach(() => assert.deepEqual(keptFiles(), []))

  test('is told as the provider words it, in the terminal and not on the page', async () => {
    const { status, stdout, stderr, pages } = await login([], {
      browser: async (asked) =>
        new URLSearchParams({
          error: 'access_denied',
          error_description: 'no\n<b>you',
          state: asked.get('state') ?? '',
        }),
    })
    assert.match(stderr, /\nrolecall: http:\/\/127\.0\.0\.1:\d+ refused: access_denied: no <b>you\n$/)
    assert.match(pages[0] ?? '', /Not signed in/)
    assert.doesNotMatch(pages[0] ?? '', /access_denied|<b>/)
    assert.deepEqual([status, stdout], [1, ''])
    assert.equal(broker.asked.length, 0)
  })

  test('at a broker that refuses is told in its words, and without the token', async () => {
    brokerAnswer = errorAnswer(403, 'AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity')
    const { status, stdout, stderr, pages } = await login()
    assert.match(stderr, /\nrolecall: AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity\n$/)
    assert.doesNotMatch(stderr, /eyJ/)
    assert.match(pages[0] ?? '', /Not signed in/)
    assert.deepEqual([status, stdout], [1, ''])
  })

  test('at a broker that is something else is told', async () => {
    for (const answer of [
      { body: 'hello' },
      granted(Number.NaN),
      { body: { AssumeRoleWithWebIdentityResponse: {} } },
    ]) {
      brokerAnswer = answer
      const { status, stdout, stderr } = await login()
      assert.match(stderr, /\nrolecall: http:\/\/127\.0\.0\.1:\d+ answered /)
      assert.deepEqual([status, stdout], [1, ''])
    }
  })

  test('by an ID token of another sign-in is refused, and the broker never sees it', async () => {
    const { stderr, pages } = await login([], { tokens: () => provider.tokens({ nonce: 'another' }) })
    assert.match(stderr, /\nrolecall: What http.* answered is not taken: .*nonce/)
    assert.match(pages[0] ?? '', /Not signed in/)
    assert.equal(broker.asked.length, 0)
  })

  test('by an answer of another provider is refused', async () => {
    const { stderr } = await login([], {
      browser: async (asked) =>
        new URLSearchParams({ code: 'c', state: asked.get('state') ?? '', iss: 'https://evil.example.com' }),
    })
    assert.match(stderr, /is not taken: unexpected "iss"/)
    assert.deepEqual(grants(), [])
  })

  test('at a provider that is down is told, before a browser is opened', async () => {
    const { status, stderr, addresses } = await login(['--provider', 'http://127.0.0.1:3'])
    assert.match(stderr, /^rolecall: http:\/\/127\.0\.0\.1:3 does not answer as it should \(ECONNREFUSED\)\n$/)
    assert.deepEqual([status, addresses], [1, []])
  })

  for (const [rule, text, says, mode = 0o600] of [
    ['is not there', undefined, /cannot be read \(ENOENT\)/],
    ['is empty', '\n', /holds no client secret/],
    ['is something else', 'x'.repeat(5000), /holds no client secret/],
    ['others may read', 'secret', /can be read or written by others: run chmod 600 on it/, 0o644],
  ] as const) {
    test(`with a client secret in a file that ${rule} is not begun`, async () => {
      const file = join(home.path, 'secret')
      if (text !== undefined) writeFileSync(file, text, { mode })
      const { status, stderr } = await login(['--client-secret-file', file])
      assert.match(stderr, says)
      assert.equal(status, 2)
      assert.deepEqual(provider.fake.fetched, [])
    })
  }

  test('with a folder that is not for its owner alone is not begun', async () => {
    mkdirSync(folder(), { recursive: true })
    chmodSync(folder(), 0o755)
    const { status, stderr } = await login()
    assert.match(stderr, /^rolecall: \S+\/logins is not for you alone: remove it, or run chmod 700 on it/)
    assert.equal(status, 1)
    assert.deepEqual(provider.fake.fetched, [])
  })

  test('with a link where the folder should be is not begun', async () => {
    mkdirSync(join(home.path, 'elsewhere'), { mode: 0o700 })
    mkdirSync(join(home.path, '.cache', 'rolecall'), { recursive: true })
    symlinkSync(join(home.path, 'elsewhere'), folder())
    assert.match((await login()).stderr, /is not for you alone/)
    assert.deepEqual(provider.fake.fetched, [])
  })

  test('below a folder that anybody may rename is not begun', async () => {
    mkdirSync(join(home.path, '.cache'))
    chmodSync(join(home.path, '.cache'), 0o777)
    assert.match((await login()).stderr, /^rolecall: \S+\/\.cache can be changed by others/)
    assert.deepEqual(provider.fake.fetched, [])
  })

  test('below a folder of somebody else is not begun', async (t) => {
    if (process.getuid?.() !== 0) return t.skip('only root gives folders away')
    mkdirSync(join(home.path, '.cache', 'rolecall'), { recursive: true })
    chownSync(join(home.path, '.cache', 'rolecall'), 65_534, 65_534)
    assert.match((await login()).stderr, /^rolecall: \S+\/rolecall can be changed by others/)
    assert.deepEqual(provider.fake.fetched, [])
  })

  test('for a profile that somebody else wrote is not begun', async () => {
    mkdirSync(join(home.path, '.aws'))
    writeFileSync(join(home.path, '.aws', 'credentials'), '[mine]\naws_access_key_id = AKIAREAL\n')
    const { stderr } = await login(['--profile', 'mine'])
    assert.match(stderr, /^rolecall: There is a profile mine that Rolecall did not write/)
    assert.deepEqual(provider.fake.fetched, [])
  })
})

describe('a sign-in in a browser', () => {
  test('prints credentials as AWS’s clients want them of a process, and nothing else', async () => {
    const { status, stdout, stderr, pages, addresses } = await login(['--session-name', 'me', '--duration', '900'])
    const { Expiration, ...rest } = credentialsIn(stdout)
    assert.deepEqual(rest, {
      Version: 1,
      AccessKeyId: 'ASIAone',
      SecretAccessKey: 'secret-one',
      SessionToken: 'token-one',
    })
    assert.match(Expiration, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/)
    assert.equal(status, 0)
    assert.match(stderr, /^Sign in in your browser\. If it does not open, go to:\n {2}http\S+\nSigned in as alice\.\n$/)
    assert.match(pages[0] ?? '', /<h1>Signed in<\/h1><p>You are signed in as alice\./)
    assert.equal(addresses[0]?.searchParams.get('code_challenge_method'), 'S256')

    const [{ body, headers } = { body: '', headers: {} }] = broker.asked
    const { WebIdentityToken = '', ...parameters } = Object.fromEntries(new URLSearchParams(body))
    assert.deepEqual(parameters, {
      Action: 'AssumeRoleWithWebIdentity',
      DurationSeconds: '900',
      RoleArn: ROLE,
      RoleSessionName: 'me',
      Version: '2011-06-15',
    })
    assert.equal(WebIdentityToken.split('.').length, 3)
    assert.equal(headers['authorization'], undefined)
    for (const secret of [WebIdentityToken, REFRESH, 'secret-one', 'token-one', 'the-code']) {
      assert.ok(!stderr.includes(secret) && !pages[0]?.includes(secret), secret.slice(0, 10))
    }
  })

  test('opens the browser at a file that leads there, and that nobody else can read, unless it is told not to', async () => {
    const opened = join(home.path, 'opened')
    writeFileSync(
      join(home.path, 'xdg-open'),
      `#!/bin/sh\nprintf '%s' "$*" > '${opened}.part'; mv '${opened}.part' '${opened}'; echo noise\n`,
      { mode: 0o755 },
    )
    const environment = { PATH: `${home.path}:/usr/bin:/bin`, TMPDIR: home.path }
    let found: { readonly html: string; readonly modes: readonly number[] } | undefined
    const browser: Browser = async (asked) => {
      for (let waited = 0; !existsSync(opened) && waited < 5000; waited += 20) await setTimeout(20)
      const told = readFileSync(opened, 'utf8')
      assert.doesNotMatch(told, /authorize|state/, 'everybody on this machine sees arguments')
      const page = fileURLToPath(told)
      const modes = [page, dirname(page)].map((path) => statSync(path).mode & 0o777)
      found = { html: readFileSync(page, 'utf8'), modes }
      return await signedIn(asked)
    }
    const { addresses, stdout } = await login([], { environment, browser })
    const page = fileURLToPath(readFileSync(opened, 'utf8'))
    assert.ok(found?.html.includes(`content="0;url=${addresses[0]?.href.replaceAll('&', '&#38;')}"`), found?.html)
    assert.deepEqual(found?.modes, [0o600, 0o700])
    assert.ok(!existsSync(dirname(page)), 'it is removed afterwards')
    assert.equal(credentialsIn(stdout).Version, 1)
    writeFileSync(opened, 'untouched')
    const shown = await login(['--no-browser', '--session-name', 'other'], { environment })
    assert.match(shown.stderr, /^Sign in in a browser on this machine at:\n/)
    await setTimeout(50)
    assert.equal(readFileSync(opened, 'utf8'), 'untouched')
  })

  test('without anything that opens browsers goes on with the address', async () => {
    assert.equal((await login([], { environment: { PATH: home.path } })).status, 0)
  })

  test('comes back to the address that is registered, where that is named', async () => {
    const { addresses } = await login(['--redirect-uri', 'http://localhost/back'])
    assert.match(addresses[0]?.searchParams.get('redirect_uri') ?? '', /^http:\/\/localhost:\d+\/back$/)
  })

  test('shows the secret of the client to the provider alone', async () => {
    const file = join(home.path, 'secret')
    writeFileSync(file, "the client's secret\n", { mode: 0o600 })
    const { status, addresses } = await login(['--client-secret-file', file])
    assert.equal(status, 0)
    const basic = Buffer.from(provider.forms[0]?.headers.authorization?.slice(6) ?? '', 'base64').toString()
    assert.equal(basic, `${CLIENT_ID}:the+client%27s+secret`)
    assert.ok(!addresses[0]?.href.includes('secret') && !broker.asked[0]?.body.includes('secret'))
    assert.ok(!readFileSync(keptFile(), 'utf8').includes('the client'))
  })
})

describe('on another device', () => {
  beforeEach(() => {
    provider.on('/device', () => ({
      body: {
        ...{ device_code: 'the-device-code', user_code: 'BCDF-GHJK', expires_in: 600, interval: 1 },
        ...{
          verification_uri: `${provider.issuer}/activate`,
          verification_uri_complete: `${provider.issuer}/activate?c=BCDF`,
        },
      },
    }))
  })

  test('a sign-in that is refused is told', async () => {
    provider.on('/token', () => ({ status: 400, body: { error: 'access_denied' } }))
    const { status, stdout, stderr } = await login(['--device'])
    assert.match(stderr, /\nrolecall: http\S+ refused: access_denied\n$/)
    assert.deepEqual([status, stdout], [1, ''])
  })

  test('somebody signs in with the code that is shown, and past a client that keeps it to itself', async () => {
    provider.on('/token', () => provider.tokens())
    const terminal = join(home.path, 'terminal')
    writeFileSync(terminal, '')
    const { status, stdout, stderr } = await login(['--device'], { terminal })
    const shown = `Sign in on any device, within 10 minutes, at:\n  ${provider.issuer}/activate\nThe code is:\n  BCDF-GHJK\nOr go there directly:\n  ${provider.issuer}/activate?c=BCDF\n`
    const all = `${shown}Signed in as alice.\n`
    assert.deepEqual([status, stderr], [0, all])
    assert.ok(readFileSync(terminal, 'utf8').startsWith(shown))
    assert.equal(credentialsIn(stdout).AccessKeyId, 'ASIAone')
    assert.equal(broker.asked.length, 1)
  })

  test('a terminal that reads along is not told twice', async () => {
    provider.on('/token', () => provider.tokens())
    const terminal = join(home.path, 'terminal')
    writeFileSync(terminal, '')
    await login(['--device'], { terminal, isTTY: true })
    assert.equal(readFileSync(terminal, 'utf8'), '')
    await login(['--device', '--session-name', 'x'], { terminal: join(home.path, 'none') })
    assert.ok(!existsSync(join(home.path, 'none')))
  })
})

describe('what is kept', () => {
  test('is for its owner alone', async () => {
    await login()
    assert.equal(statSync(keptFile()).mode & 0o777, 0o600)
    for (const path of [folder(), join(folder(), '..')]) assert.equal(statSync(path).mode & 0o777, 0o700)
    assert.deepEqual(
      readdirSync(folder()).filter((name) => !/^[0-9a-f]{64}\.(?:json|lock)$/.test(name)),
      [],
    )
  })

  test('is used until shortly before it ends, and nobody is asked', async () => {
    const first = await login()
    provider.fake.fetched.length = 0
    brokerAnswer = granted(3600, 'two')
    const second = await login()
    assert.equal(second.stdout, first.stdout)
    assert.equal(second.stderr, '')
    assert.deepEqual([provider.fake.fetched, broker.asked.length], [[], 1])
  })

  test('lies where XDG says', async () => {
    const elsewhere = join(home.path, 'cache')
    await login([], { environment: { XDG_CACHE_HOME: elsewhere } })
    assert.equal(readdirSync(join(elsewhere, 'rolecall', 'logins')).length, 2)
    await login([], { environment: { XDG_CACHE_HOME: 'relative' } })
    assert.equal(keptFiles().length, 1)
  })

  for (const [rule, args] of [
    ['role', ['--role', 'arn:aws:iam::111111111111:role/Other']],
    ['client', ['--client-id', 'other']],
    ['session name', ['--session-name', 'other']],
    ['duration', ['--duration', '900']],
    ['scope', ['--scope', 'openid']],
  ] as const) {
    test(`is of one ${rule} only`, async () => {
      await login()
      const { addresses } = await login(args, {
        tokens: (asked) => provider.tokens({ nonce: asked.get('nonce'), aud: asked.get('client_id') }),
      })
      assert.equal(addresses.length, 1)
      assert.equal(keptFiles().length, 2)
    })
  }

  test('is of one broker only', async () => {
    await login()
    await using other = await fakeBroker(() => granted(3600, 'other'))
    const { stdout } = await login(['--endpoint', other.origin])
    assert.equal(credentialsIn(stdout).AccessKeyId, 'ASIAother')
  })

  test('is not believed when others could have written it, or when it is something else', async () => {
    for (const spoil of [
      (file: string) => chmodSync(file, 0o640),
      (file: string) => writeFileSync(file, '{"version":1}'),
      (file: string) => writeFileSync(file, 'x'.repeat(300_000)),
      (file: string) => writeFileSync(file, readFileSync(file, 'utf8').replace(ROLE, `${ROLE}Other`)),
      (file: string) =>
        writeFileSync(
          file,
          readFileSync(file, 'utf8')
            .replace(/"expiration":"[^"]*"/, '"expiration":"never"')
            .replace(REFRESH, ''),
        ),
      (file: string) => {
        renameSync(file, join(home.path, 'moved'))
        symlinkSync(join(home.path, 'moved'), file)
      },
    ]) {
      await login()
      spoil(keptFile())
      const { addresses, status } = await login()
      assert.deepEqual([addresses.length, status], [1, 0], String(spoil))
      assert.ok(lstatSync(keptFile()).isFile())
      assert.equal(statSync(keptFile()).mode & 0o777, 0o600)
    }
  })
})

describe('when what is kept ends', () => {
  const STILL = [299, -10]
  for (const seconds of STILL) {
    test(`${seconds} seconds before, it is refreshed without anybody signing in`, async () => {
      brokerAnswer = granted(seconds)
      await login()
      brokerAnswer = granted(3600, 'two')
      provider.on('/token', async () => await withRefresh(new URLSearchParams(), 'another-refresh-token'))
      const { stdout, stderr, addresses } = await login()
      assert.equal(credentialsIn(stdout).AccessKeyId, 'ASIAtwo')
      assert.deepEqual([stderr, addresses], ['', []])
      assert.deepEqual(grants(), ['authorization_code', 'refresh_token'])
      assert.equal(provider.forms[1]?.fields['refresh_token'], REFRESH)
      assert.match(readFileSync(keptFile(), 'utf8'), /another-refresh-token/)
    })
  }

  test('a refresh that the provider refuses leads to a new sign-in', async () => {
    brokerAnswer = granted(10)
    await login()
    brokerAnswer = granted(3600, 'two')
    provider.on('/token', () => ({ status: 400, body: { error: 'invalid_grant', error_description: `no ${REFRESH}` } }))
    const { stdout, stderr, addresses } = await login()
    assert.match(
      stderr,
      /^The sign-in before this one goes on no longer \(http\S+ refused: invalid_grant\)\.\nSign in in your browser/,
    )
    assert.equal(addresses.length, 1)
    assert.equal(credentialsIn(stdout).AccessKeyId, 'ASIAtwo')
  })

  test('a refresh that brings somebody else leads to a new sign-in', async () => {
    brokerAnswer = granted(10)
    await login()
    provider.on('/token', () => provider.tokens({ sub: 'mallory' }))
    const { stderr, addresses } = await login()
    assert.match(stderr, /^The sign-in before this one goes on no longer \(http\S+ answered for somebody else\)/)
    assert.equal(addresses.length, 1)
  })

  for (const [rule, answer] of [
    ['429', { status: 429, headers: { 'Content-Type': 'text/plain' }, body: 'slow down' }],
    ['429, as JSON', { status: 429, body: { error: 'rate_limited' } }],
    ['408', { status: 408, body: { error: 'timeout' } }],
    ['503, as JSON', { status: 503, body: { error: 'temporarily_unavailable' } }],
    ['400 and server_error', { status: 400, body: { error: 'server_error' } }],
  ] as const) {
    test(`a provider that is busy (${rule}) leads to no sign-in, and what is kept stays`, async () => {
      brokerAnswer = granted(10)
      await login()
      provider.on('/token', () => answer)
      const { status, addresses } = await login()
      assert.deepEqual([status, addresses], [1, []])
      assert.match(readFileSync(keptFile(), 'utf8'), new RegExp(REFRESH))
    })
  }

  test('a provider that is down leads to no sign-in, and what is kept stays', async () => {
    brokerAnswer = granted(10)
    await login()
    provider.fake.routes.set('/token', (_, response) => response.writeHead(503).end())
    const { status, stderr, addresses } = await login()
    assert.match(stderr, /^rolecall: http\S+ answered 503/)
    assert.deepEqual([status, addresses], [1, []])
    assert.match(readFileSync(keptFile(), 'utf8'), new RegExp(REFRESH))
  })

  test('a new refresh token is kept although the broker is down', async () => {
    brokerAnswer = granted(10)
    await login()
    brokerAnswer = { status: 503, body: '' }
    provider.on('/token', async () => await withRefresh(new URLSearchParams(), 'another-refresh-token'))
    assert.equal((await login()).status, 1)
    assert.match(readFileSync(keptFile(), 'utf8'), /another-refresh-token/)
  })

  test('without a refresh token somebody signs in again', async () => {
    brokerAnswer = granted(10)
    await login([], { tokens: (asked) => provider.tokens({ nonce: asked.get('nonce') }) })
    assert.equal((await login()).addresses.length, 1)
  })
})

test('of several commands at once one has somebody sign in, and all get the credentials', async () => {
  const browser: Browser = async (asked) => {
    await setTimeout(200)
    return await signedIn(asked)
  }
  const all = await Promise.all(Array.from({ length: 4 }, () => login([], { browser })))
  assert.equal(all.flatMap(({ addresses }) => addresses).length, 1)
  assert.equal(new Set(all.map(({ stdout }) => stdout)).size, 1)
  assert.deepEqual([broker.asked.length, grants()], [1, ['authorization_code']])
})

describe('--profile', () => {
  const files = () => [join(home.path, '.aws', 'config'), join(home.path, '.aws', 'credentials')] as const

  test('writes a profile that signs in likewise, and holds no secret', async () => {
    const secret = join(home.path, "the client's secret")
    writeFileSync(secret, 'hidden', { mode: 0o600 })
    const { status, stdout, stderr } = await login([
      '--profile',
      'engineer',
      '--client-secret-file',
      secret,
      '--no-browser',
    ])
    const [config, credentials] = files()
    assert.equal(stdout, 'aws --profile engineer sts get-caller-identity\n')
    assert.match(stderr, /\nWrote the profile engineer to \S+\/config\.\n$/)
    assert.equal(status, 0)
    const written = readFileSync(config, 'utf8')
    const rolecall = new URL('../../bin/rolecall.js', import.meta.url).pathname
    const quoted = `'${secret.replace("'", `'\\''`)}'`
    assert.ok(
      written.startsWith(
        `[profile engineer]\nregion = us-east-1\nservices = rolecall-engineer\ncredential_process = ${process.execPath} ${rolecall} login --provider ${provider.issuer} --client-id ${CLIENT_ID} --role ${ROLE} --client-secret-file ${quoted} --session-name rolecall-login --endpoint ${broker.origin} --no-browser\n`,
      ),
      written,
    )
    assert.match(written, new RegExp(`sts =\\n {2}endpoint_url = ${broker.origin}\\n`))
    assert.doesNotMatch(written, /hidden/)
    assert.ok(!existsSync(credentials))
  })

  test('takes the key away that was there before, so that nobody finds it first', async () => {
    const [config, credentials] = files()
    mkdirSync(join(home.path, '.aws'))
    writeFileSync(config, '[profile engineer]\nservices = rolecall-engineer\n')
    writeFileSync(
      credentials,
      '[other]\naws_access_key_id = AKIAOTHER\n[engineer]\naws_access_key_id = AKIAOLD\naws_secret_access_key = old\n',
    )
    assert.equal((await login(['--profile', 'engineer'])).status, 0)
    assert.equal(readFileSync(credentials, 'utf8'), '[other]\naws_access_key_id = AKIAOTHER\n[engineer]\n')
  })
})

test('a link where the lock should be is not followed', async () => {
  await login()
  const [lock = ''] = readdirSync(folder()).filter((name) => name.endsWith('.lock'))
  const victim = join(home.path, 'victim')
  writeFileSync(victim, '', { mode: 0o644 })
  rmSync(join(folder(), lock))
  symlinkSync(victim, join(folder(), lock))
  rmSync(keptFile())
  assert.match((await login()).stderr, /^rolecall: .*\.lock is no file/)
  assert.equal(statSync(victim).mode & 0o777, 0o644)
})

describe('logout', () => {
  const logout = (...args: readonly string[]) => commandLine(['logout', ...args], { environment: { HOME: home.path } })

  test('says when nothing is kept', async () => {
    const { status, stdout, stderr } = await logout()
    assert.deepEqual([status, stdout, stderr], [0, '', 'Nothing is kept of such a sign-in.\n'])
  })

  test('forgets, has the provider forget, and says what goes on', async () => {
    const { stdout } = await login()
    provider.on('/revoke', () => ({ body: '' }))
    const { stderr } = await logout()
    const { Expiration } = credentialsIn(stdout)
    assert.equal(
      stderr,
      `Forgot the sign-in at ${provider.issuer} for ${ROLE}.\n  Credentials handed out before work until ${Expiration}.\n`,
    )
    assert.deepEqual(keptFiles(), [])
    assert.equal(provider.forms.at(-1)?.fields['token'], REFRESH)
    assert.equal((await login()).addresses.length, 1)
  })

  test('forgets although the provider is down, or knows no such request', async () => {
    await login()
    provider.on('/revoke', () => ({ status: 503, body: '' }))
    const down = await logout()
    assert.match(down.stderr, /\n {2}The provider may still know its refresh token \(http\S+ answered 503[^)]*\)\.\n/)
    assert.doesNotMatch(down.stderr, new RegExp(REFRESH))
    await login()
    provider.fake.discovery = { ...discovery, revocation_endpoint: undefined }
    assert.match((await logout()).stderr, /\n {2}The provider may still know its refresh token\.\n/)
    assert.deepEqual(keptFiles(), [])
  })

  test('removes what cannot be read, and what a command that ended in between left behind', async () => {
    await login()
    const draft = `${keptFile()}.${'0'.repeat(24)}.tmp`
    writeFileSync(draft, '{"refreshToken":"x"}')
    renameSync(keptFile(), join(folder(), `${'0'.repeat(64)}.json`))
    chmodSync(keptFile(), 0o644)
    const named = await logout('--role', ROLE)
    assert.equal(
      named.stderr,
      'Nothing is kept of such a sign-in.\n2 files cannot be read: rolecall logout without options removes them.\n',
    )
    const { stderr } = await logout()
    assert.equal(
      stderr,
      'Removed 2 files that cannot be read: where a sign-in was kept in them, the provider may still know its refresh token.\n',
    )
    assert.deepEqual(keptFiles(), [])
    assert.ok(!existsSync(draft))
  })

  test('forgets what is named, and nothing else', async () => {
    await login()
    await login(['--role', `${ROLE}Other`])
    provider.on('/revoke', () => ({ body: '' }))
    for (const [name, value] of [
      ['provider', 'https://other.example.com'],
      ['client-id', 'other'],
      ['role', 'arn:aws:iam::111111111111:role/Nobody'],
    ] as const) {
      assert.match((await logout(`--${name}`, value)).stderr, /^Nothing is kept/)
    }
    await logout('--role', ROLE)
    assert.equal(keptFiles().length, 1)
    assert.match(readFileSync(keptFile(), 'utf8'), /EngineerOther/)
  })
})
