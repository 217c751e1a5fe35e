import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { commandLine, temporaryHome } from '../../cli/command-line.ts'
import { Browser, begin, type Fields } from './browser.ts'
import { base64, pair, roleArn, type Setting, setUp } from './setting.ts'

let set: Setting
before(async () => {
  set = await setUp()
})
after(() => set[Symbol.asyncDispose]())

const ROLE = roleArn('Open')
const VERIFIER = 'v'.repeat(43)
const CHALLENGE = challengeOf(VERIFIER)

function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url')
}

function asking(changes: Fields = {}): string {
  return `/saml/login/source/corp?${new URLSearchParams({ port: '50000', challenge: CHALLENGE, role: ROLE, ...changes })}`
}

function answering(request: string, roles: readonly string[] = [pair('Open'), pair('Bare')]): Fields {
  const confirmation = { InResponseTo: request }
  return { SAMLResponse: base64(set.signed({ confirmation, roles }, { inResponseTo: request })) }
}

/** Signs in for a terminal, as a person does who continues: where the browser is led in the end. */
async function signedInFor(path: string): Promise<URL> {
  const browser = new Browser(set.broker.endpoint)
  const response = answering(await begin(browser, path))
  assert.equal((await browser.postFromElsewhere('/saml', response)).status, 200)
  const done = await browser.post('/saml/role', { ...response, roleIndex: ROLE })
  const page = await done.text()
  assert.equal(done.status, 200, page)
  const back = /^0; url=(.+)$/.exec(done.headers.get('refresh') ?? '')?.[1] ?? ''
  assert.ok(page.includes(back.replaceAll('&', '&amp;')), page)
  assert.deepEqual([browser.holds('rolecall'), browser.holds('rolecall-saml')], [undefined, undefined])
  return new URL(back)
}

async function codeFor(path = asking()): Promise<string> {
  return (await signedInFor(path)).searchParams.get('code') ?? ''
}

function redeem(form: Fields): Promise<Response> {
  return fetch(`${set.broker.endpoint}/terminal/redeem`, { method: 'POST', body: new URLSearchParams(form) })
}

async function assertRefused(answer: Response): Promise<void> {
  assert.equal(answer.status, 403)
  assert.deepEqual(await answer.json(), {
    Error: {
      Code: 'AccessDenied',
      Message: 'The code is none, has expired, was redeemed before, or is of another sign-in.',
    },
  })
}

describe('a sign-in that a program asks for', () => {
  for (const [what, changes] of [
    ['a port of the system', { port: '80' }],
    ['port 1023', { port: '1023' }],
    ['port 65536', { port: '65536' }],
    ['port 0', { port: '0' }],
    ['a port that is no plain number', { port: '1e4' }],
    ['a port with a sign', { port: '+8080' }],
    ['a port with a zero before it', { port: '08080' }],
    ['a port with a space', { port: ' 8080' }],
    ['a host behind the port', { port: '8080@evil.example' }],
    ['a path behind the port', { port: '8080/x' }],
    ['no port', { port: '' }],
    ['digits of another script', { port: '\u0668\u0660\u0668\u0660' }],
    ['a challenge that is too short', { challenge: 'x' }],
    ['a challenge that is markup', { challenge: `"><script>${'x'.repeat(32)}` }],
    ['a role that is none', { role: 'Open' }],
    ['a role with a line in it', { role: `${ROLE}\r\nx: y` }],
    ['a role that is too long', { role: `arn:${'x'.repeat(2045)}` }],
  ] as const) {
    test(`with ${what} is none`, async () => {
      const answer = await new Browser(set.broker.endpoint).get(asking(changes))
      assert.equal(answer.status, 400)
      assert.equal(answer.headers.get('set-cookie'), null)
    })
  }

  test('with half of what it takes is none', async () => {
    for (const query of ['port=50000', `challenge=${CHALLENGE}`, `role=${ROLE}`, 'port=50000&port=50001']) {
      assert.equal((await new Browser(set.broker.endpoint).get(`/saml/login/source/corp?${query}`)).status, 400, query)
    }
  })

  test('leads nowhere but to this machine, whatever else it asks for', async () => {
    const more = { host: 'evil.example', redirect_uri: 'https://evil.example', return: '//evil.example' }
    const back = await signedInFor(asking({ ...more, port: '65535' }))
    assert.equal(back.origin, 'http://127.0.0.1:65535')
    assert.equal(back.pathname, '/')
    assert.deepEqual([...back.searchParams.keys()], ['code', 'state'])
  })

  test('is a question to the person, for the one role that it wants', async () => {
    const browser = new Browser(set.broker.endpoint)
    const answer = await browser.postFromElsewhere('/saml', answering(await begin(browser, asking())))
    const page = await answer.text()
    assert.match(page, /A program on this machine asks for credentials of this role/)
    assert.ok(page.includes(ROLE) && !page.includes(roleArn('Bare')))
    assert.doesNotMatch(page, /data-sends-itself/)
    assert.equal(answer.headers.get('refresh'), null)
  })

  test('gives no other role, and none that the response is not for', async () => {
    const browser = new Browser(set.broker.endpoint)
    const response = answering(await begin(browser, asking()))
    const other = await browser.post('/saml/role', { ...response, roleIndex: roleArn('Bare') })
    assert.equal(other.status, 403)
    assert.equal(other.headers.get('refresh'), null)
    const without = answering(await begin(browser, asking()), [pair('Bare')])
    assert.equal((await browser.postFromElsewhere('/saml', without)).status, 403)
  })

  test('gives nothing to a browser in which it was not begun', async () => {
    const response = answering(await begin(new Browser(set.broker.endpoint), asking()))
    const victim = new Browser(set.broker.endpoint)
    const answer = await victim.post('/saml/role', { ...response, roleIndex: ROLE })
    assert.equal(answer.status, 403)
    assert.equal(answer.headers.get('refresh'), null)
  })
})

describe('a code for credentials', () => {
  test('is good once, for whoever can show what the challenge was made of', async () => {
    const code = await codeFor()
    const answers = await Promise.all([1, 2, 3].map(() => redeem({ code, verifier: VERIFIER })))
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 403, 403])
    const granted = answers.find(({ status }) => status === 200)
    assert.equal(granted?.headers.get('cache-control'), 'no-store')
    const { AccessKeyId, SecretAccessKey, SessionToken } = Object(await granted?.json())
    const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
    const sts = new STSClient({ endpoint: set.broker.endpoint, region: 'us-east-1', credentials })
    const { Arn } = await sts.send(new GetCallerIdentityCommand())
    sts.destroy()
    assert.equal(Arn, 'arn:aws:sts::111111111111:assumed-role/Open/alice')
    await assertRefused(await redeem({ code, verifier: VERIFIER }))
  })

  test('is used up by a wrong verifier', async () => {
    const code = await codeFor()
    await assertRefused(await redeem({ code, verifier: 'w'.repeat(43) }))
    await assertRefused(await redeem({ code, verifier: VERIFIER }))
  })

  test('of another sign-in is none', async () => {
    const other = 'o'.repeat(43)
    const code = await codeFor(asking({ challenge: challengeOf(other) }))
    await assertRefused(await redeem({ code, verifier: VERIFIER }))
  })

  test('is no challenge, no handle of anything else, and nothing that was made up', async () => {
    const browser = new Browser(set.broker.endpoint)
    const request = await begin(browser, asking())
    for (const code of [
      '',
      CHALLENGE,
      'A'.repeat(43),
      request.slice(1),
      browser.holds('rolecall-saml') ?? '',
      '../x',
    ]) {
      await assertRefused(await redeem({ code, verifier: VERIFIER }))
    }
  })

  test('is none when its session was revoked', async () => {
    const code = await codeFor()
    const events = await set.broker.events()
    // Refusals are recorded some time after they were answered.
    const granted = events.filter(({ eventName, errorCode }) => eventName === 'AssumeRoleWithSAML' && !errorCode)
    const minted = granted.at(-1)
    const { accessKeyId } = Object(minted?.['responseElements']).credentials
    const revoke = await fetch(`${set.broker.addresses.admin}/operations/RevokeSessions`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${set.broker.operatorToken}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ kind: 'access-key', target: accessKeyId }),
    })
    assert.equal(revoke.status, 200, await revoke.text())
    await assertRefused(await redeem({ code, verifier: VERIFIER }))
  })

  test('is none in an address', async () => {
    const answer = await fetch(`${set.broker.endpoint}/terminal/redeem?code=x&verifier=y`)
    assert.equal(answer.status, 405)
  })

  test('ends after a minute', async () => {
    await using own = await setUp()
    const outer = set
    set = own
    try {
      const code = await codeFor()
      own.broker.clock.advance(60_000)
      await assertRefused(await redeem({ code, verifier: VERIFIER }))
    } finally {
      set = outer
    }
  })
})

/** Goes where a page leads a browser. Not by fetch, which says that it is a script. */
async function follow(
  url: URL,
): Promise<{ readonly page: string; readonly headers: Readonly<Record<string, unknown>> }> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  get(url, { agent: false }, resolve).on('error', reject)
  const answer = await promise
  return { page: await text(answer), headers: answer.headers }
}

describe('rolecall login --saml', () => {
  async function login(home: string, browse: (url: URL) => Promise<void>, ...args: readonly string[]) {
    const browsing: Promise<void>[] = []
    const ended = await commandLine(['login', '--saml', 'source/corp', '--role', ROLE, '--no-browser', ...args], {
      environment: { HOME: home, AWS_ENDPOINT_URL_STS: set.broker.endpoint },
      told(said) {
        const [address] = /http:\/\/\S+\/saml\/login\/\S+/.exec(said) ?? []
        if (address !== undefined) browsing.push(browse(new URL(address)))
      },
    })
    await Promise.all(browsing)
    return { ...ended, browsed: browsing.length }
  }

  test('prints the credentials of whoever signed in, and those that are kept as long as they last', async () => {
    using home = temporaryHome()
    const browse = async (url: URL) => {
      assert.equal(url.pathname, '/saml/login/source/corp')
      assert.deepEqual([...url.searchParams.keys()], ['port', 'challenge', 'role'])
      // A page of another site makes the browser come with a code of somebody else: it is waited on.
      const port = url.searchParams.get('port')
      assert.match((await follow(new URL(`http://127.0.0.1:${port}/?code=stolen&state=x`))).page, /Nothing here/)
      const { page, headers } = await follow(await signedInFor(url.pathname + url.search))
      assert.match(page, /Signed in/)
      assert.equal(headers['referrer-policy'], 'no-referrer')
    }
    const first = await login(home.path, browse)
    assert.equal(first.status, 0, first.stderr)
    assert.equal(JSON.parse(first.stdout).Version, 1)
    assert.doesNotMatch(first.stderr, /code=|verifier/)
    const second = await login(home.path, () => assert.fail('nobody has to sign in'))
    assert.deepEqual([second.stdout, second.browsed], [first.stdout, 0])
    const out = await commandLine(['logout', '--saml', 'source/corp'], { environment: { HOME: home.path } })
    assert.match(out.stderr, /Forgot the sign-in at source\/corp for arn:aws:iam::111111111111:role\/Open/)
  })

  test('says why not, and keeps nothing, when the code is none', async () => {
    using home = temporaryHome()
    const ended = await login(home.path, async (url) => {
      const { port, challenge } = Object.fromEntries(url.searchParams)
      const back = new URL(`http://127.0.0.1:${port}/?code=none&state=${challenge}`)
      assert.match((await follow(back)).page, /Not signed in/)
    })
    assert.deepEqual([ended.status, ended.stdout], [1, ''])
    assert.match(ended.stderr, /AccessDenied: The code is none/)
  })

  test('writes a profile that signs in likewise, and holds no secret', async () => {
    using home = temporaryHome()
    const browse = async (url: URL) => void (await follow(await signedInFor(url.pathname + url.search)))
    const ended = await login(home.path, browse, '--profile', 'engineer')
    assert.equal(ended.status, 0, ended.stderr)

    const config = await readFile(`${home.path}/.aws/config`, 'utf8')
    assert.match(
      config,
      /credential_process = \S+ \S+ login --saml source\/corp --role \S+ --endpoint \S+ --no-browser/,
    )
    assert.doesNotMatch(config, /ASIA/)
  })
})
