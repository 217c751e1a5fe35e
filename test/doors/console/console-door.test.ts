import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { html } from '../../../src/doors/console/html.ts'
import type { Page, StrangersVisit, Visit } from '../../../src/doors/console/page.ts'
import { goTo, leaveFor, send, show } from '../../../src/doors/console/reply.ts'
import { AccessDenied, Overloaded, ServiceUnavailable, SignInRefused } from '../../../src/model/index.ts'
import { BoundedWork } from '../../../src/platform/bounded-work.ts'
import { StoreUnavailable } from '../../../src/platform/storage/index.ts'
import { eventually, HANDLE, MAX_BODY, RawClient, REQUEST_ID, SIGNED_IN, startSite } from './stage.ts'

const TOKEN = 't'.repeat(43)

/** One page of each kind, and what they were asked. */
function somePages(): { readonly pages: readonly Page[]; readonly asked: (Visit | StrangersVisit)[] } {
  const asked: (Visit | StrangersVisit)[] = []
  const seen = (visit: Visit | StrangersVisit) => {
    asked.push(visit)
    return show('Seen', html`<p>seen</p>`)
  }
  const pages: readonly Page[] = [
    { path: '/signin', for: 'everybody', get: seen, post: seen },
    { path: '/console', for: 'signed-in', get: seen, post: seen },
    { path: '/saml', for: 'strangers', post: seen },
    { path: '/saml/login/:account/:provider', for: 'everybody', get: seen },
    { path: '/console/only-read', for: 'signed-in', get: seen },
    { path: '/console/away', for: 'everybody', get: () => leaveFor(new URL('https://idp.example.com/sso?a=b')) },
    { path: '/saml/metadata.xml', for: 'everybody', get: () => send('application/samlmetadata+xml', '<a>é</a>') },
    {
      path: '/signout',
      for: 'everybody',
      post: ({ cookies }) => ({ ...goTo('/signin'), cookies: [cookies.set('rolecall', HANDLE), cookies.clear('b')] }),
    },
  ]
  return { pages, asked }
}

function failing(error: unknown): readonly Page[] {
  const fail = () => {
    throw error
  }
  return [
    { path: '/signin', for: 'everybody', get: fail },
    { path: '/console', for: 'signed-in', get: fail },
  ]
}

for (const [from, origin] of [
  ['another site', 'https://evil.example'],
  ['nowhere', ''],
  ['a page without an origin', 'null'],
  ['another port', 'http://127.0.0.1:1'],
  ['the same host under another name', 'http://localhost'],
] as const) {
  test(`a form that comes from ${from} is refused, and nothing is asked`, async (t) => {
    const { pages, asked } = somePages()
    const site = await startSite(t, pages)
    for (const path of ['/signin', '/console']) {
      const answer = await site.post(path, { token: TOKEN }, { ...SIGNED_IN, Origin: origin })
      assert.equal(answer.status, 403)
      assert.match(await answer.text(), /was not sent from a page of this site/)
    }
    assert.deepEqual(asked, [])
  })
}

for (const [what, token] of [
  ['without the token of forms', undefined],
  ['with an empty token', ''],
  ['with the token of another sign-in', 'u'.repeat(43)],
  ['with a token that goes on', `${TOKEN}t`],
] as const) {
  test(`a form of somebody who is signed in is refused ${what}`, async (t) => {
    const { pages, asked } = somePages()
    const site = await startSite(t, pages)
    const answer = await site.post('/console', token === undefined ? {} : { token }, SIGNED_IN)
    assert.equal(answer.status, 403)
    assert.match(await answer.text(), /out of date/)
    assert.deepEqual(asked, [])
  })
}

for (const [what, cookie] of [
  ['no cookie', ''],
  ['a handle that stands for nothing', `rolecall=${'x'.repeat(43)}`],
  ['two handles', `rolecall=${HANDLE}; rolecall=${HANDLE}`],
  ['a handle under another name', `xrolecall=${HANDLE}; rolecallx=${HANDLE}; __Host-rolecall=${HANDLE}`],
  ['what is no handle', `rolecall="${HANDLE}"`],
] as const) {
  test(`nobody is signed in with ${what}: they are sent to sign in, for reading and for forms alike`, async (t) => {
    const { pages, asked } = somePages()
    const site = await startSite(t, pages)
    for (const answer of [
      await site.get('/console', { Cookie: cookie }),
      await site.post('/console', { token: TOKEN }, { Cookie: cookie }),
    ]) {
      assert.equal(answer.status, 303)
      assert.equal(answer.headers.get('location'), '/signin')
    }
    assert.deepEqual(asked, [])
  })
}

test('over TLS only the cookie counts that no other host of the domain can set', async (t) => {
  const { pages, asked } = somePages()
  const site = await startSite(t, pages, { origin: 'https://broker.example' })
  assert.equal((await site.get('/console', SIGNED_IN)).status, 303)
  assert.equal((await site.get('/console', { Cookie: `__Host-rolecall=${HANDLE}` })).status, 200)
  assert.equal(asked.length, 1)
})

test('where other sites post to no cookie counts, and none is shown to the page', async (t) => {
  const { pages, asked } = somePages()
  const site = await startSite(t, pages)
  const answer = await site.post('/saml', { SAMLResponse: 'a' }, { ...SIGNED_IN, Origin: 'https://idp.example' })
  assert.equal(answer.status, 200)
  assert.ok(!(await answer.text()).includes('Sign out'))
  assert.equal(asked[0]?.form.text('SAMLResponse'), 'a')
  assert.ok(asked[0] !== undefined && !('session' in asked[0]) && !('cookie' in asked[0]))
})

for (const [what, body] of [
  ['a field twice', 'a=1&a=2'],
  ['a broken escape', 'a=%zz'],
  ['too many fields', 'a=1&'.repeat(101)],
] as const) {
  test(`a form with ${what} is refused`, async (t) => {
    const { pages, asked } = somePages()
    const site = await startSite(t, pages)
    assert.equal((await site.post('/signin', body)).status, 400)
    assert.equal((await site.get(`/signin?${body}`)).status, 400)
    assert.deepEqual(asked, [])
  })
}

for (const type of ['multipart/form-data; boundary=x', 'text/plain', 'application/json', '']) {
  test(`a body of the type '${type}' is refused`, async (t) => {
    const { pages, asked } = somePages()
    const site = await startSite(t, pages)
    const client = await RawClient.open(site.listener.port)
    const typed = type === '' ? '' : `Content-Type: ${type}\r\n`
    client.send(
      `POST /signin HTTP/1.1\r\nHost: a\r\nOrigin: ${site.listener.origin}\r\n${typed}Content-Length: 3\r\nConnection: close\r\n\r\na=b`,
    )
    assert.match(await client.untilClosed(), /^HTTP\/1\.1 415 /)
    assert.deepEqual(asked, [])
  })
}

test('a body larger than the listener takes is refused before any page', async (t) => {
  const { pages, asked } = somePages()
  const site = await startSite(t, pages)
  assert.equal((await site.post('/signin', { a: 'a'.repeat(MAX_BODY) })).status, 413)
  assert.deepEqual(asked, [])
})

test('a body that is too slow is never shown to a page', async (t) => {
  const { pages, asked } = somePages()
  const site = await startSite(t, pages)
  const client = await RawClient.open(site.listener.port)
  client.send('POST /signin HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc')
  assert.match(await client.untilClosed(), /^HTTP\/1\.1 408 /)
  assert.deepEqual(asked, [])
})

test('a page answers no method that it has nothing for, and says which it has', async (t) => {
  const { pages, asked } = somePages()
  const site = await startSite(t, pages)
  for (const [method, path, allow] of [
    ['PUT', '/signin', 'GET, HEAD, POST'],
    ['DELETE', '/console', 'GET, HEAD, POST'],
    ['OPTIONS', '/signin', 'GET, HEAD, POST'],
    ['POST', '/console/only-read', 'GET, HEAD'],
    ['GET', '/saml', 'POST'],
  ] as const) {
    const answer = await fetch(site.listener.origin + path, { method, headers: SIGNED_IN })
    assert.equal(answer.status, 405, `${method} ${path}`)
    assert.equal(answer.headers.get('allow'), allow)
  }
  assert.deepEqual(asked, [])
})

for (const path of [
  '/console/nothing',
  '/console/',
  '/CONSOLE',
  '/signin/',
  '/signin/..',
  '/console/%2e%2e/signin',
  '/signin%2f',
  '/signin;a=b',
  '/console//only-read',
  '/console\\only-read',
  '/static/',
  '/static/../static/console.css',
  '/static/console.css/',
  '/static/%63onsole.css',
  '/static/../../console-door.ts',
  '/static/..%2fhtml.ts',
  '/saml/login/111111111111',
  '/saml/login/1/2/3',
  '/saml/login/%zz/corp',
  '/saml/login/%ff/corp',
]) {
  test(`there is no page at ${path}`, async (t) => {
    const { pages, asked } = somePages()
    const site = await startSite(t, pages, { answer: async () => ({ status: 404, headers: {}, body: '' }) })
    const client = await RawClient.open(site.listener.port)
    client.send(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${`Cookie: ${SIGNED_IN.Cookie}`}\r\n\r\n`)
    assert.match(await client.untilClosed(), /^HTTP\/1\.1 404 /)
    assert.deepEqual(asked, [])
  })
}

test('strangers are not told why they are refused, and who is signed in is', async (t) => {
  const site = await startSite(t, failing(new AccessDenied('You may not <do> this.', { detail: 'in detail' })))
  const stranger = await (await site.get('/signin')).text()
  assert.ok(!stranger.includes('You may not'))
  const answer = await site.get('/console', SIGNED_IN)
  assert.equal(answer.status, 403)
  const told = await answer.text()
  assert.ok(told.includes('You may not &lt;do> this.'))
  assert.ok(!told.includes('in detail'))
  assert.ok(told.includes(REQUEST_ID), 'what to tell an administrator')
  assert.deepEqual(site.logged, ['page.refused', 'page.refused'])
})

for (const [what, error] of [
  ['a mistake of ours', new TypeError('secret things')],
  ['something odd that was thrown', 'secret things'],
] as const) {
  test(`of ${what} nothing is shown but that it is one`, async (t) => {
    const site = await startSite(t, failing(error))
    for (const answer of [await site.get('/signin'), await site.get('/console', SIGNED_IN)]) {
      assert.equal(answer.status, 500)
      const told = await answer.text()
      assert.match(told, /Something went wrong/)
      assert.ok(!told.includes('secret things'))
    }
    assert.deepEqual(site.logged, ['page.failed', 'page.failed'])
  })
}

for (const error of [new ServiceUnavailable('the store fails'), new StoreUnavailable('the store is full')]) {
  test(`what fails for a while is said to: ${error.name}`, async (t) => {
    const site = await startSite(t, failing(error))
    const answer = await site.get('/signin')
    assert.equal(answer.status, 503)
    assert.ok(!(await answer.text()).includes('store'))
  })
}

test('a flood is no failure of ours', async (t) => {
  const site = await startSite(t, failing(new Overloaded()))
  assert.equal((await site.get('/signin')).status, 503)
  assert.deepEqual(site.logged, ['page.shed'])
})

test('a sign-in that is refused is not logged once more by its page', async (t) => {
  const site = await startSite(t, [
    {
      path: '/signin',
      for: 'everybody',
      post: () => show('Sign in', 'again', { status: 403, because: new SignInRefused('no such user') }),
    },
  ])
  const answer = await site.post('/signin', { password: 'secret things' })
  assert.equal(answer.status, 403)
  assert.ok(!(await answer.text()).includes('no such user'))
  assert.deepEqual(site.logged, [])
})

test('pages know the client that a trusted proxy speaks for, and nobody whom it does not name', async (t) => {
  const { pages, asked } = somePages()
  const site = await startSite(t, pages, { trustedProxies: ['127.0.0.0/8'] })
  assert.equal((await site.get('/signin')).status, 400)
  const forwarded = { 'X-Forwarded-For': '198.51.100.7', 'X-Forwarded-Proto': 'https' }
  assert.equal((await site.get('/signin', forwarded)).status, 200)
  assert.deepEqual(
    asked.map(({ facts }) => [facts.sourceIp, facts.secureTransport]),
    [['198.51.100.7', true]],
  )
})

test('a connection that asks for far more than it was answered is not listened to', async (t) => {
  let asks = 0
  const never: Page = {
    path: '/signin',
    for: 'everybody',
    get: () => {
      asks++
      return new Promise(() => undefined)
    },
  }
  const site = await startSite(t, [never], { work: new BoundedWork({ running: 100, waiting: 100 }) })
  const client = await RawClient.open(site.listener.port)
  client.send('GET /signin HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(33))
  // Its answer stands behind 32 that never come; that the page was asked no more often can be seen.
  await eventually(() => asks === 32)
  await sleep(50)
  assert.equal(asks, 32)
  client.leave()
})

test('more pages at once than may be are answered with 503, at once', async (t) => {
  let release: (() => void) | undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const waiting: Page = {
    path: '/signin',
    for: 'everybody',
    get: async () => {
      await held
      return show('Held', 'held')
    },
  }
  const site = await startSite(t, [waiting], { work: new BoundedWork({ running: 1, waiting: 1 }) })
  const first = site.get('/signin')
  const second = site.get('/signin')
  let answers = 0
  const refused = [site.get('/signin'), site.get('/signin')]
  for (const each of refused) void each.then(() => answers++)
  await eventually(() => answers > 0)
  release?.()
  const statuses = (await Promise.all([first, second, ...refused])).map(({ status }) => status)
  assert.ok(statuses.includes(503) && statuses.includes(200), statuses.join())
})

test('every page forbids what it does not need: other sources, frames, scripts inside it, and being kept', async (t) => {
  const { pages } = somePages()
  const site = await startSite(t, pages)
  for (const answer of [
    await site.get('/signin'),
    await site.get('/console/nothing'),
    await site.get('/console'),
    await site.post('/signin', {}, { Origin: 'https://evil.example' }),
    await site.get('/saml/metadata.xml'),
  ]) {
    assert.equal(
      answer.headers.get('content-security-policy'),
      "default-src 'none';style-src 'self';img-src 'self' data:;script-src 'self';form-action 'self';frame-ancestors 'none';base-uri 'none'",
    )
    assert.equal(answer.headers.get('cache-control'), 'no-store')
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
    assert.equal(answer.headers.get('x-frame-options'), 'DENY')
    assert.equal(answer.headers.get('cross-origin-opener-policy'), 'same-origin')
    assert.equal(answer.headers.get('x-powered-by'), null)
    assert.equal(answer.headers.get('etag'), null)
    // Any stricter, and browsers would not say with our own forms where they come from.
    assert.equal(answer.headers.get('referrer-policy'), 'same-origin')
    assert.equal(answer.headers.get('strict-transport-security'), null)
    assert.equal(answer.headers.get('x-amzn-requestid'), REQUEST_ID)
  }
})

test('over TLS a browser is told to stay with it, and other hosts of the domain are not spoken for', async (t) => {
  const site = await startSite(t, somePages().pages, { origin: 'https://broker.example' })
  assert.equal((await site.get('/signin')).headers.get('strict-transport-security'), 'max-age=31536000')
})

test('nothing in a page runs or is styled in place', async (t) => {
  const site = await startSite(t, somePages().pages)
  for (const path of ['/signin', '/console', '/console/nothing']) {
    const page = await (await site.get(path, SIGNED_IN)).text()
    assert.doesNotMatch(page, /<style|\sstyle=|\son[a-z]+=|javascript:|<script(?! src="\/static\/)/)
  }
})

test('HEAD is answered as GET, without the page', async (t) => {
  const site = await startSite(t, somePages().pages)
  const [got, head] = await Promise.all([
    site.get('/signin'),
    fetch(`${site.listener.origin}/signin`, { method: 'HEAD' }),
  ])
  assert.equal(head.status, 200)
  assert.equal(head.headers.get('content-length'), got.headers.get('content-length'))
  assert.equal(await head.text(), '')
})

test('cookies are for this site alone, out of reach of scripts, and gone when they are removed', async (t) => {
  const { pages } = somePages()
  const plain = await startSite(t, pages)
  assert.deepEqual((await plain.post('/signout', {})).headers.getSetCookie(), [
    `rolecall=${HANDLE}; Path=/; HttpOnly; SameSite=Lax`,
    'b=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0',
  ])
  const secure = await startSite(t, pages, { origin: 'https://broker.example' })
  assert.deepEqual((await secure.post('/signout', {})).headers.getSetCookie(), [
    `__Host-rolecall=${HANDLE}; Path=/; HttpOnly; SameSite=Lax; Secure`,
    '__Host-b=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0',
  ])
})

test('a page sees what stands in its path, its query and its form', async (t) => {
  const { pages, asked } = somePages()
  const site = await startSite(t, pages)
  assert.equal((await site.get('/saml/login/111111111111/a%2Fb%20%C3%A9?x=%C3%A9+1')).status, 200)
  assert.deepEqual({ ...asked[0]?.path }, { account: '111111111111', provider: 'a/b é' })
  assert.equal(asked[0]?.query.text('x'), 'é 1')
  assert.equal((await site.post('/console', { token: TOKEN, a: 'b\r\nc' }, SIGNED_IN)).status, 200)
  assert.equal(asked[1]?.form.text('a'), 'b\r\nc')
  assert.equal(asked[1]?.form.text('b'), '')
})

test('a browser is sent on by reading, whatever it sent before', async (t) => {
  const site = await startSite(t, somePages().pages)
  const answer = await site.get('/console/away')
  assert.equal(answer.status, 303)
  assert.equal(answer.headers.get('location'), 'https://idp.example.com/sso?a=b')
})

test('what is no page is sent as it is', async (t) => {
  const site = await startSite(t, somePages().pages)
  const answer = await site.get('/saml/metadata.xml')
  assert.equal(answer.headers.get('content-type'), 'application/samlmetadata+xml')
  assert.equal(await answer.text(), '<a>é</a>')
})

test('the files of pages are kept for good under the address of their content, and asked about under any other', async (t) => {
  const site = await startSite(t, somePages().pages)
  const page = await (await site.get('/signin')).text()
  for (const file of ['console.css', 'console.js', 'icon.svg']) {
    const path = new RegExp(`"(/static/${file}\\?v=[\\w-]{16})"`).exec(page)?.[1]
    assert.ok(path, file)
    const answer = await site.get(path)
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('cache-control'), 'public, max-age=31536000, immutable')
    const etag = answer.headers.get('etag') ?? ''
    assert.ok((await answer.text()).length > 100)
    const again = await site.get(`/static/${file}`, { 'If-None-Match': etag })
    assert.equal(again.status, 304)
    assert.equal(again.headers.get('cache-control'), 'no-cache')
    assert.equal(await again.text(), '')
    const head = await fetch(site.listener.origin + path, { method: 'HEAD' })
    assert.equal(head.headers.get('content-length'), answer.headers.get('content-length'))
  }
  assert.equal((await site.post('/static/console.css', {})).status, 404)
})

test('pages do not stand in the way of the API', async (t) => {
  const site = await startSite(t, somePages().pages)
  for (const path of [
    '/',
    '/?Action=GetCallerIdentity',
    '/signinx',
    '//signin',
    '/x/signin',
    '/%73ignin',
    '/?/signin',
  ]) {
    assert.equal((await site.get(path)).status, 418, path)
  }
})
