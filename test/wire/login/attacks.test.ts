import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type LoginProvider, startLoginProvider } from '../../login-provider.ts'
import { mainOf, roleArn, setUp, trusting, type Visitor } from './setting.ts'

const NOT_BEGUN =
  /You are not signed in (?:This sign-in was not begun in this browser, is over already, or took too long|What came back from your identity provider does not belong to the sign-in)/

async function refusesAnswer(answer: Response, someone: Visitor, said = NOT_BEGUN, status = 400): Promise<void> {
  assert.equal(answer.status, status)
  assert.match(await mainOf(answer.clone()), said)
  assert.match(await answer.text(), /Reference: <code>[0-9a-f-]{36}</)
  assert.equal(someone.cookies.has('rolecall'), false, 'nobody is signed in')
  assert.equal(answer.headers.get('referrer-policy'), 'no-referrer', 'the code stays in the address of this page')
}

describe('an answer that is none to what was begun', () => {
  for (const [what, query] of [
    ['another state', { state: 'x'.repeat(43) }],
    ['no state', { state: undefined }],
    ['an empty state', { state: '' }],
    ['no code and no error', { code: undefined }],
    ['the name of another issuer', { iss: 'https://attacker.example.com' }],
    [
      'an error with another state',
      { code: undefined, error: 'access_denied', error_description: 'call 555', state: 'x' },
    ],
  ] as const) {
    test(`with ${what} signs nobody in, and there is no second try`, async (t) => {
      const { visitor, provider } = await setUp(t)
      const someone = visitor()
      const asked = await someone.begin()
      const answer = await someone.comeBack(asked, { query })
      await refusesAnswer(answer, someone)
      assert.deepEqual(provider.forms, [], 'no code is shown to the provider')
      await refusesAnswer(await someone.comeBack(asked), someone)
    })
  }

  for (const name of ['code', 'state', 'iss']) {
    test(`that says ${name} twice is not read`, async (t) => {
      const { visitor, provider } = await setUp(t)
      const someone = visitor()
      const state = (await someone.begin()).get('state') ?? ''
      const query = new URLSearchParams([
        ['code', 'c'],
        ['state', state],
        ['iss', provider.issuer],
        [name, 'other'],
      ])
      assert.equal((await someone.get(`/login/corp/callback?${query}`)).status, 400)
      assert.deepEqual(provider.forms, [])
    })
  }

  test('signs nobody in whose browser did not begin: what somebody was sent by another', async (t) => {
    const { visitor, provider } = await setUp(t)
    const [attacker, victim] = [visitor(), visitor()]
    const asked = await attacker.begin()
    await refusesAnswer(await victim.comeBack(asked), victim)
    await victim.begin()
    await refusesAnswer(await victim.comeBack(asked), victim)
    assert.deepEqual(provider.forms, [])
  })

  test('counts once', async (t) => {
    const { visitor, provider } = await setUp(t)
    const someone = visitor()
    const asked = await someone.begin()
    const cookie = someone.cookies.get('rolecall-login') ?? ''
    assert.equal((await someone.comeBack(asked)).status, 303)
    someone.cookies.clear()
    someone.cookies.set('rolecall-login', cookie)
    await refusesAnswer(await someone.comeBack(asked), someone)
    assert.equal(provider.forms.length, 1)
  })

  test('counts once, however often it comes at once', async (t) => {
    const { visitor } = await setUp(t)
    const someone = visitor()
    const asked = await someone.begin()
    const statuses = await Promise.all(Array.from({ length: 8 }, async () => (await someone.comeBack(asked)).status))
    assert.deepEqual(statuses.sort(), [303, ...Array(7).fill(400)])
  })

  test('is not waited for longer than a quarter of an hour', async (t) => {
    const { visitor, broker } = await setUp(t)
    const someone = visitor()
    const asked = await someone.begin()
    broker.clock.advance(15 * 60_000)
    await refusesAnswer(await someone.comeBack(asked), someone)
  })

  for (const value of ['', 'x', 'y'.repeat(43), '../../etc/passwd', "' or 1=1 --"]) {
    test(`the cookie ${JSON.stringify(value)} stands for nothing`, async (t) => {
      const { visitor } = await setUp(t)
      const someone = visitor()
      const asked = await someone.begin()
      someone.cookies.set('rolecall-login', value)
      await refusesAnswer(await someone.comeBack(asked), someone)
      assert.equal((await someone.get('/login/corp/roles')).status, 400)
    })
  }
})

describe('of two doors', () => {
  const other = ({ fake }: LoginProvider) => ({ other: { issuer: `${fake.origin}`, clientId: 'terminal' } })

  test('none takes what was begun at the other', async (t) => {
    const { visitor, provider } = await setUp(t, { doors: other })
    const someone = visitor()
    const asked = await someone.begin()
    assert.match(asked.get('redirect_uri') ?? '', /\/login\/corp\/callback$/)
    await refusesAnswer(await someone.comeBack(asked, { path: '/login/other/callback' }), someone)
    assert.deepEqual(provider.forms, [])
  })

  test('none lets a role be chosen for the other', async (t) => {
    const { visitor } = await setUp(t, { doors: other, roles: (arn) => [trusting('One', arn), trusting('Two', arn)] })
    const someone = visitor()
    await someone.signIn()
    assert.equal((await someone.get('/login/other/roles')).status, 400)
    assert.equal((await someone.post('/login/other/roles', { roleIndex: roleArn('One') })).status, 400)
    assert.equal(someone.cookies.has('rolecall'), false)
  })

  test('a provider does not get the code of another: its name is asked for where providers say it', async (t) => {
    const { visitor, provider } = await setUp(t)
    provider.fake.discovery = { ...provider.fake.discovery, authorization_response_iss_parameter_supported: true }
    const someone = visitor()
    await refusesAnswer(await someone.comeBack(await someone.begin()), someone)
    const iss = provider.issuer
    assert.equal((await someone.comeBack(await someone.begin(), { query: { iss } })).status, 303)
  })
})

describe('a token', () => {
  for (const [what, claims] of [
    ['another nonce', { nonce: 'other' }],
    ['no nonce', { nonce: undefined }],
    ['another audience', { aud: 'other' }],
    ['another issuer', { iss: 'https://attacker.example.com' }],
    ['an end in the past', { exp: 1_000_000_000 }],
  ] as const) {
    test(`with ${what} signs nobody in`, async (t) => {
      const { visitor } = await setUp(t)
      const someone = visitor()
      await refusesAnswer(await someone.signIn(claims), someone)
    })
  }

  test('that the broker does not take signs nobody in, and an administrator reads why', async (t) => {
    const { visitor, broker } = await setUp(t)
    const someone = visitor()
    const answer = await someone.signIn({ 'https://aws.amazon.com/tags': 'none' })
    const reference = /Reference: <code>([^<]+)</.exec(await answer.clone().text())?.[1] ?? ''
    await refusesAnswer(answer, someone, /Session tags passed in claim are not in correct format/)
    const explained = await explain(broker, reference)
    assert.match(explained.because, /the token's tags/)
  })

  test('that no role takes signs nobody in, and an administrator reads what the nearest role wants', async (t) => {
    const { visitor, broker } = await setUp(t, {
      roles: (arn, prefix) => [
        trusting('Far', 'arn:aws:iam::111111111111:oidc-provider/idp.example.com'),
        trusting('Bob', arn, { Condition: { StringEquals: { [`${prefix}:sub`]: 'bob' } } }),
      ],
    })
    const someone = visitor()
    const answer = await someone.signIn()
    const reference = /Reference: <code>([^<]+)</.exec(await answer.clone().text())?.[1] ?? ''
    await refusesAnswer(answer, someone, /there is no role here that lets you in/, 403)
    const explained = await explain(broker, reference)
    assert.equal(explained.resource, roleArn('Bob'))
    assert.match(explained.tree.join('\n'), /:sub/)
  })

  test('of a provider that no role speaks of signs nobody in, and an administrator reads so', async (t) => {
    const { visitor, broker } = await setUp(t, { roles: () => [] })
    const someone = visitor()
    const answer = await someone.signIn()
    const reference = /Reference: <code>([^<]+)</.exec(await answer.clone().text())?.[1] ?? ''
    await refusesAnswer(answer, someone, /there is no role here that lets you in/, 403)
    const { tree, changes } = await explain(broker, reference)
    assert.match(
      tree.join('\n'),
      /token: proven, but not for a role that is asked for[\s\S]*no trust policy of the role in question/,
    )
    assert.match(changes.join('\n'), /Have the trust policy of a role allow sts:AssumeRoleWithWebIdentity/)
  })

  test('whose roles claim names no role of the door signs nobody in', async (t) => {
    const { visitor } = await setUp(t)
    const someone = visitor()
    const answer = await someone.signIn({ 'https://aws.amazon.com/roles': [roleArn('Admin', '999999999999')] })
    await refusesAnswer(answer, someone, /The target role ARN is not present in the roles claim/)
    const unread = await someone.signIn({ 'https://aws.amazon.com/roles': { role: 'Admin' } })
    await refusesAnswer(unread, someone, /The roles claim is not in a supported format/)
  })
})

describe('the choice of a role', () => {
  const two = { roles: (arn: string) => [trusting('One', arn), trusting('Two', arn)] }
  const chosen = { roleIndex: roleArn('One') }

  for (const [what, headers] of [
    ['another site', { Origin: 'https://attacker.example.com' }],
    ['nobody knows where', { Origin: 'null' }],
  ] as const) {
    test(`is not taken from ${what}`, async (t) => {
      const { visitor } = await setUp(t, two)
      const someone = visitor()
      await someone.signIn()
      assert.equal((await someone.post('/login/corp/roles', chosen, headers)).status, 403)
      assert.equal((await someone.post('/login/corp/roles', chosen)).status, 303, 'and nothing was done')
    })
  }

  for (const roleIndex of [
    roleArn('Nobody'),
    roleArn('Missing'),
    roleArn('One', '999999999999'),
    '',
    'One',
    'arn:aws:iam::',
  ]) {
    test(`of ${JSON.stringify(roleIndex)}, which was not offered, is refused`, async (t) => {
      const { visitor } = await setUp(t, two)
      const someone = visitor()
      await someone.signIn()
      const answer = await someone.post('/login/corp/roles', { roleIndex })
      assert.ok([400, 403].includes(answer.status), String(answer.status))
      assert.equal(someone.cookies.has('rolecall'), false)
    })
  }

  test('is decided on anew: a role that takes nobody any more is not to be had', async (t) => {
    const { visitor, broker } = await setUp(t, two)
    const someone = visitor()
    await someone.signIn()
    const trust = {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { AWS: '111111111111' }, Action: 'sts:AssumeRole' },
    }
    await broker.apply({
      Accounts: [{ Id: '111111111111', Roles: [{ RoleName: 'One', AssumeRolePolicyDocument: trust }] }],
    })
    assert.doesNotMatch(await (await someone.get('/login/corp/roles')).text(), /role\/One"/)
    assert.equal((await someone.post('/login/corp/roles', chosen)).status, 403)
  })

  test('is not waited for longer than a quarter of an hour, nor in another browser', async (t) => {
    const { visitor, broker } = await setUp(t, two)
    const [someone, other] = [visitor(), visitor()]
    await someone.signIn()
    assert.equal((await other.get('/login/corp/roles')).status, 400)
    assert.equal((await other.post('/login/corp/roles', chosen)).status, 400)
    broker.clock.advance(15 * 60_000)
    assert.equal((await someone.get('/login/corp/roles')).status, 400)
    assert.equal((await someone.post('/login/corp/roles', chosen)).status, 400)
  })

  test('changes nothing by GET', async (t) => {
    const { visitor } = await setUp(t, two)
    const someone = visitor()
    await someone.signIn()
    assert.equal((await someone.get(`/login/corp/roles?roleIndex=${encodeURIComponent(roleArn('One'))}`)).status, 200)
    assert.equal(someone.cookies.has('rolecall'), false)
  })
})

describe('a door', () => {
  for (const path of [
    '/login/other',
    '/login/other/callback?code=c&state=s',
    '/login/other/roles',
    '/login/',
    '/login',
    '/login/__proto__',
    '/login/constructor',
    '/login/Corp',
    '/login/corp/',
    '/login/corp/x',
    '/login/corp%2fcallback',
  ]) {
    test(`is not there at ${path}`, async (t) => {
      const { visitor } = await setUp(t)
      const answer = await visitor().get(path)
      assert.equal(answer.status, 404)
      assert.deepEqual(
        answer.headers.getSetCookie().filter((set) => !set.includes('Max-Age=0')),
        [],
      )
    })
  }

  test('leads nowhere but to its provider and to pages of its own, whatever it is asked', async (t) => {
    const { visitor, provider } = await setUp(t)
    const someone = visitor()
    for (const query of [
      'return_to=//evil.example.com',
      'redirect_uri=https://evil.example.com',
      'next=javascript:alert(1)',
    ]) {
      const answer = await someone.get(`/login/corp?${query}`, { Host: 'evil.example.com' })
      const to = new URL(answer.headers.get('location') ?? '')
      assert.equal(to.origin, provider.fake.origin)
      assert.doesNotMatch(to.href, /evil|javascript/)
      const back = await someone.comeBack(to.searchParams, {
        query: { RelayState: '//evil.example.com', target_link_uri: 'https://evil.example.com' },
      })
      assert.equal(back.headers.get('location'), '/console/credentials')
    }
  })

  test('sends people with PKCE, state and nonce, each its own, and says nothing else', async (t) => {
    const { visitor } = await setUp(t, { doors: () => ({ corp: { scopes: ['openid', 'email'] } }) })
    const [one, two] = [await visitor().begin(), await visitor().begin()]
    assert.deepEqual([...one.keys()].sort(), [
      'client_id',
      'code_challenge',
      'code_challenge_method',
      'nonce',
      'redirect_uri',
      'response_type',
      'scope',
      'state',
    ])
    assert.equal(one.get('code_challenge_method'), 'S256')
    assert.equal(one.get('scope'), 'openid email')
    for (const name of ['state', 'nonce', 'code_challenge']) assert.notEqual(one.get(name), two.get(name))
  })

  test('is known by its public URL alone, and over TLS by a cookie that nobody else can set', async (t) => {
    const { broker } = await setUp(t, { publicUrl: 'https://sts.example.com' })
    const answer = await fetch(`${broker.addresses.api}/login/corp`, { redirect: 'manual' })
    const asked = new URL(answer.headers.get('location') ?? '').searchParams
    assert.equal(asked.get('redirect_uri'), 'https://sts.example.com/login/corp/callback')
    const [cookie = ''] = answer.headers.getSetCookie()
    assert.match(cookie, /^__Host-rolecall-login=[\w.-]{44,1024}; Path=\/; HttpOnly; SameSite=Lax; Secure$/)
  })

  test('proves by PKCE that it began, and by its secret which client it is', async (t) => {
    const { visitor, provider } = await setUp(t)
    const asked = await visitor().begin()
    const someone = visitor()
    await someone.comeBack(await someone.begin())
    const [form] = provider.forms
    assert.match(form?.fields['code_verifier'] ?? '', /^[\w-]{43,}$/)
    assert.ok(![...asked.values()].includes(form?.fields['code_verifier'] ?? ''))
    assert.match(form?.fields['redirect_uri'] ?? '', /^http:\/\/127\.0\.0\.1:\d+\/login\/corp\/callback$/)
  })

  test('that says no is quoted as text, and in one line', async (t) => {
    const { visitor } = await setUp(t)
    const someone = visitor()
    const said = {
      error: 'access_denied',
      error_description: `<script>alert(1)</script>\n\u202e${'x'.repeat(5000)}`,
      code: undefined,
    }
    const answer = await someone.comeBack(await someone.begin(), { query: said })
    const page = await answer.clone().text()
    assert.doesNotMatch(page, /<script>alert|\u202e/)
    assert.ok(page.length < 5000)
    await refusesAnswer(answer, someone, /says: access_denied: &lt;script>/, 403)
  })
})

describe('who is signed in', () => {
  const elsewhere = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' }

  for (const site of ['cross-site', 'same-site']) {
    test(`is asked first when a page that is ${site} sends them to a door`, async (t) => {
      const { visitor } = await setUp(t)
      const someone = visitor()
      await someone.signIn()
      const answer = await someone.get('/login/corp', { ...elsewhere, 'Sec-Fetch-Site': site })
      assert.equal(answer.status, 200)
      assert.deepEqual(answer.headers.getSetCookie(), [])
      assert.match(await answer.clone().text(), /<a class="button" href="\/login\/corp">/)
      assert.match(await mainOf(answer), /You are signed in as \S+assumed-role\/Admin\/alice/)
      const own = await someone.get('/login/corp', { ...elsewhere, 'Sec-Fetch-Site': 'same-origin' })
      assert.equal(own.status, 303)
    })
  }

  test('and who is not goes on at once, from wherever they come', async (t) => {
    const { visitor } = await setUp(t)
    assert.equal((await visitor().get('/login/corp', elsewhere)).status, 303)
    assert.equal((await visitor().get('/login/other', elsewhere)).status, 404)
  })
})

test('nothing is begun where nobody looks: ahead of a click, in a picture or a frame, by HEAD', async (t) => {
  const { visitor, broker } = await setUp(t)
  for (const headers of [
    { 'Sec-Purpose': 'prefetch;prerender' },
    { Purpose: 'prefetch' },
    { 'Sec-Fetch-Dest': 'image' },
    { 'Sec-Fetch-Dest': 'iframe' },
  ]) {
    const answer = await visitor().get('/login/corp', headers)
    assert.deepEqual([answer.status, answer.headers.getSetCookie()], [200, []], JSON.stringify(headers))
  }
  const head = await fetch(`${broker.endpoint}/login/corp`, { method: 'HEAD', redirect: 'manual' })
  assert.deepEqual([head.status, head.headers.getSetCookie()], [200, []])
})

describe('a provider', () => {
  for (const [what, break_, status, said] of [
    ['that is down', (p: LoginProvider) => void p.fake[Symbol.asyncDispose](), 503, /does not answer/],
    [
      'whose discovery fails',
      (p: LoginProvider) => p.fake.routes.set('/.well-known/openid-configuration', (_, r) => r.writeHead(500).end()),
      503,
      /does not answer/,
    ],
    [
      'that redirects its discovery',
      (p: LoginProvider) =>
        p.fake.routes.set('/.well-known/openid-configuration', (_, r) =>
          r.writeHead(302, { Location: 'http://169.254.169.254/' }).end(),
        ),
      502,
      /cannot be used/,
    ],
    [
      'whose discovery never ends',
      (p: LoginProvider) => p.fake.routes.set('/.well-known/openid-configuration', (_, r) => endless(r)),
      503,
      /does not answer/,
    ],
    [
      'that calls itself otherwise',
      (p: LoginProvider) => (p.fake.discovery = { ...p.fake.discovery, issuer: `${p.issuer}/` }),
      400,
      /You are not signed in/,
    ],
    [
      'that sends people to a script',
      (p: LoginProvider) => (p.fake.discovery = { ...p.fake.discovery, authorization_endpoint: 'javascript:alert(1)' }),
      502,
      /cannot be used/,
    ],
    [
      'that sends people to a text',
      (p: LoginProvider) => (p.fake.discovery = { ...p.fake.discovery, authorization_endpoint: 'data:text/html,x' }),
      502,
      /cannot be used/,
    ],
    [
      'that sends people nowhere',
      (p: LoginProvider) => (p.fake.discovery = { ...p.fake.discovery, authorization_endpoint: undefined }),
      502,
      /cannot be used/,
    ],
  ] as const) {
    test(`${what} lets nobody begin, and a page says so`, async (t) => {
      const { visitor, provider } = await setUp(t)
      break_(provider)
      const someone = visitor()
      const answer = await someone.get('/login/corp')
      assert.equal(answer.status, status)
      const page = await mainOf(answer)
      assert.match(page, said)
      assert.doesNotMatch(page, /127\.0\.0\.1|ECONN|well-known/, 'strangers are not told more')
    })
  }

  for (const [what, answer, status, said] of [
    ['that does not know the code', { status: 400, body: { error: 'invalid_grant' } }, 403, /did not let you in/],
    [
      'that does not know the client',
      { status: 401, body: { error: 'invalid_client', error_description: 'secret is s3cret' } },
      403,
      /did not let you in/,
    ],
    [
      'that gives no ID token',
      { body: { access_token: 'a', token_type: 'Bearer' } },
      400,
      /does not belong to the sign-in/,
    ],
    [
      'that gives an ID token that is none',
      { body: { access_token: 'a', token_type: 'Bearer', id_token: 'a.b.c' } },
      502,
      /cannot be used/,
    ],
    [
      'that redirects',
      { status: 302, headers: { Location: 'http://169.254.169.254/' }, body: '' },
      502,
      /cannot be used/,
    ],
    ['that answers a page', { headers: { 'Content-Type': 'text/html' }, body: '<h1>hi</h1>' }, 502, /cannot be used/],
    ['that fails', { status: 500, body: '' }, 503, /does not answer/],
  ] as const) {
    test(`${what} signs nobody in`, async (t) => {
      const { visitor, provider } = await setUp(t)
      const someone = visitor()
      const state = (await someone.begin()).get('state') ?? ''
      provider.on('/token', () => answer)
      const page = await someone.get(`/login/corp/callback?${new URLSearchParams({ code: 'the-code', state })}`)
      assert.doesNotMatch(await page.clone().text(), /s3cret|the-code/)
      await refusesAnswer(page, someone, said, status)
    })
  }

  for (const name of ['token_endpoint', 'jwks_uri'] as const) {
    test(`whose ${name} is elsewhere inside is not followed there`, async (t) => {
      const { visitor, provider } = await setUp(t)
      const inside = await startLoginProvider()
      t.after(() => inside[Symbol.asyncDispose]())
      provider.fake.discovery = { ...provider.fake.discovery, [name]: `${inside.issuer}/keys` }
      const someone = visitor()
      await refusesAnswer(await someone.signIn(), someone, /cannot be used/, 502)
      assert.deepEqual(inside.fake.fetched, [])
    })
  }

  test('that is slow keeps nobody else waiting', async (t) => {
    const { visitor, provider } = await setUp(t, { limits: { requestsAtOnce: 2, requestsWaiting: 2 } })
    provider.fake.delayMs = Number.POSITIVE_INFINITY
    const waiting = Array.from({ length: 20 }, () => visitor().get('/login/corp'))
    const begunAt = performance.now()
    assert.equal((await visitor().get('/signin')).status, 200)
    assert.ok(performance.now() - begunAt < 2000)
    await provider.fake[Symbol.asyncDispose]()
    for (const answer of await Promise.all(waiting)) assert.equal(answer.status, 503)
    assert.ok(provider.fake.fetched.length < 4, 'whoever waits, waits for one answer')
  })
})

test('no secret of a sign-in stands in a page, an address or the log', async () => {
  const script = new URL('./log-of-logins.ts', import.meta.url).pathname
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [script], { maxBuffer: 2 ** 24 })
  const { secrets, seen } = JSON.parse(stdout)
  assert.ok(secrets.length >= 8 && stderr.includes('page.refused'))
  for (const secret of secrets) {
    assert.ok(!stderr.includes(secret), `the log has ${secret.slice(0, 12)}...`)
    assert.ok(!seen.some((text: string) => text.includes(secret)), `a page has ${secret.slice(0, 12)}...`)
  }
})

function endless(response: import('node:http').ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'application/json' })
  const timer = setInterval(() => response.write('{"a":"'.padEnd(65_536, 'x')), 1)
  response.on('close', () => clearInterval(timer))
}

async function explain(
  { addresses, operatorToken }: { readonly addresses: { readonly admin: string }; readonly operatorToken: string },
  requestId: string,
): Promise<{
  readonly because: string
  readonly resource: string
  readonly tree: string[]
  readonly changes: string[]
}> {
  for (;;) {
    const answer = await fetch(`${addresses.admin}/operations/ExplainRefusal`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${operatorToken}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ requestId }),
    })
    if (answer.ok) return (await answer.json()) as Awaited<ReturnType<typeof explain>>
    // Of whom nothing is proven, records are kept once a second.
    await setTimeout(100)
  }
}
