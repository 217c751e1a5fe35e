import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startTestBroker, type TestBroker } from '../../../src/testing/index.ts'
import { cheapPasswords } from '../../cheap-passwords.ts'
import { exchange } from '../../doors/http/raw-client.ts'

cheapPasswords()

const ALLOW_ALL = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }
const PASSWORD = 'correct-Horse-7-battery'
const OTHER = 'another-Horse-8-battery'
const DIRECTORY = {
  Accounts: [
    {
      Id: '111111111111',
      Alias: 'source',
      Users: [
        { UserName: 'alice', LoginProfile: { Password: PASSWORD } },
        { UserName: 'nopass' },
        {
          UserName: 'bob',
          LoginProfile: { Password: PASSWORD, PasswordResetRequired: true },
          Policies: [{ PolicyName: 'all', PolicyDocument: ALLOW_ALL }],
        },
      ],
    },
  ],
}
const ALICE = { account: 'source', user: 'alice', password: PASSWORD, code: '' }

interface Site {
  readonly broker: TestBroker
  get(path: string, headers?: Record<string, string>): Promise<Response>
  post(path: string, form: Record<string, string>, headers?: Record<string, string>): Promise<Response>
}

async function openSite(t: TestContext): Promise<Site> {
  const broker = await startTestBroker({ directory: DIRECTORY })
  t.after(() => broker.stop())
  const { endpoint } = broker
  return {
    broker,
    get: (path, headers = {}) => fetch(endpoint + path, { redirect: 'manual', headers }),
    post: (path, form, headers = {}) =>
      fetch(endpoint + path, {
        method: 'POST',
        redirect: 'manual',
        headers: { Origin: endpoint, ...headers },
        body: new URLSearchParams(form),
      }),
  }
}

/** The cookie that an answer sets, as the browser sends it back. */
function cookieOf(answer: Response): string {
  return answer.headers.getSetCookie().at(-1)?.split(';')[0] ?? ''
}

/** The requests for which a sign-in is on record. */
async function signIns(broker: TestBroker): Promise<readonly unknown[]> {
  const events = await broker.events()
  return events.filter(({ eventName }) => eventName === 'ConsoleLogin').map(({ requestID }) => requestID)
}

/** What a page says, without what differs between any two requests. */
async function saidBy(answer: Response, typed: Readonly<Record<string, string>>): Promise<string> {
  let page = await answer.text()
  page = page.replace(/Reference: <code>[0-9a-f-]{36}/, 'Reference: <code>')
  for (const [name, value] of Object.entries(typed)) {
    if (value !== '') page = page.replaceAll(`value="${value}"`, `value="${name}"`)
  }
  return page
}

test('whatever is wrong, the page says the same, sets no cookie, and does not repeat the password', async (t) => {
  const { post } = await openSite(t)
  const pages = new Set<string>()
  for (const change of [
    { account: 'nobody' },
    { account: '999999999999' },
    { user: 'mallory' },
    { user: 'nopass' },
    { password: 'wrong-password' },
    { code: '123456' },
  ]) {
    const typed = { ...ALICE, ...change }
    const answer = await post('/signin', typed)
    assert.equal(answer.status, 403)
    assert.deepEqual(answer.headers.getSetCookie(), [])
    const page = await saidBy(answer, { account: typed.account, user: typed.user })
    assert.ok(!page.includes(typed.password))
    pages.add(page)
  }
  assert.equal(pages.size, 1)
})

test('odd input is a wrong sign-in, and nothing else', async (t) => {
  const { post } = await openSite(t)
  for (const change of [
    { password: 'a'.repeat(100_000) },
    { account: 'a'.repeat(10_000) },
    { user: `alice\u0000` },
    { user: 'alice\r\nSet-Cookie: a=b' },
    { account: '__proto__', user: 'constructor' },
    { account: '', user: '', password: '' },
    { as: 'root' },
    { as: 'admin', user: '' },
    { code: '12345678' },
  ]) {
    const answer = await post('/signin', { ...ALICE, ...change })
    assert.equal(answer.status, 403, JSON.stringify(change).slice(0, 80))
    assert.equal(answer.headers.get('set-cookie'), null)
  }
})

test('a password does not count in an address, nor in a form of another site', async (t) => {
  const { broker, get, post } = await openSite(t)
  const answer = await get(`/signin?${new URLSearchParams(ALICE)}`)
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.get('set-cookie'), null)
  for (const Origin of [
    'https://evil.example',
    'null',
    `${broker.endpoint}.evil.example`,
    broker.endpoint.toUpperCase(),
  ]) {
    const refused = await post('/signin', ALICE, { Origin })
    assert.equal(refused.status, 403, Origin)
    assert.match(await refused.text(), /not sent from a page of this site/)
  }
  assert.deepEqual(await signIns(broker), [], 'nobody has tried to sign in')
})

test('the reference that a refusal shows is that of its record', async (t) => {
  const { broker, post } = await openSite(t)
  const answer = await post('/signin', { ...ALICE, password: 'wrong-password' })
  const reference = /Reference: <code>([0-9a-f-]{36})/.exec(await answer.text())?.[1]
  assert.ok(reference)
  assert.equal(answer.headers.get('x-amzn-requestid'), reference)
  // Failures of one user within a second are one record.
  await sleep(1100)
  assert.deepEqual(await signIns(broker), [reference])
})

test('what Host says is repeated nowhere', async (t) => {
  const { broker } = await openSite(t)
  const port = Number(new URL(broker.endpoint).port)
  const answer = await exchange(port, 'GET /console HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n')
  assert.match(answer, /^HTTP\/1\.1 303 /)
  assert.match(answer, /\r\nLocation: \/signin\r\n/)
  const page = await exchange(port, 'GET /signin HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n')
  assert.ok(!page.includes('evil.example'))
})

test('whoever signs in gets to the start page, wherever a link wanted to lead', async (t) => {
  const { get, post } = await openSite(t)
  const elsewhere = { next: 'https://evil.example', redirect_uri: '//evil.example', RelayState: 'javascript:alert(1)' }
  const page = await (await get(`/signin?${new URLSearchParams(elsewhere)}`)).text()
  assert.ok(!page.includes('evil') && !page.includes('javascript:'))
  const answer = await post('/signin', { ...ALICE, ...elsewhere })
  assert.equal(answer.status, 303)
  assert.equal(answer.headers.get('location'), '/console')
})

test('a handle that was there before is not taken over, and the sign-in that it stood for ends', async (t) => {
  const { get, post } = await openSite(t)
  const planted = `rolecall=${'A'.repeat(43)}`
  const first = cookieOf(await post('/signin', ALICE, { Cookie: planted }))
  assert.notEqual(first, planted)
  assert.equal((await get('/console', { Cookie: first })).status, 200)
  assert.equal((await get('/signin', { Cookie: first })).headers.get('location'), '/console')
  const second = cookieOf(await post('/signin', ALICE, { Cookie: first }))
  assert.notEqual(second, first)
  assert.equal((await get('/console', { Cookie: first })).status, 303)
  assert.equal((await get('/console', { Cookie: second })).status, 200)
})

test('before a password is replaced nobody is signed in, and only its own form replaces it, once', async (t) => {
  const { get, post } = await openSite(t)
  const bob = { ...ALICE, user: 'bob' }
  const pending = await post('/signin', bob)
  assert.equal(pending.headers.get('location'), '/signin/password')
  const cookie = cookieOf(pending)
  const [name, handle] = cookie.split('=')
  assert.equal(name, 'rolecall-password')
  for (const Cookie of [cookie, `rolecall=${handle}`]) {
    assert.equal((await get('/console', { Cookie })).headers.get('location'), '/signin')
  }

  const page = await (await get('/signin/password', { Cookie: cookie })).text()
  const token = /name="token" value="([\w-]+)"/.exec(page)?.[1] ?? ''
  const change = { token, old: PASSWORD, new: OTHER, again: OTHER }
  assert.equal((await post('/signin/password', { ...change, token: '' }, { Cookie: cookie })).status, 403)
  assert.equal((await post('/signin/password', change)).headers.get('location'), '/signin')
  assert.equal((await post('/signin/password', change, { Cookie: cookie, Origin: 'https://evil.example' })).status, 403)
  assert.equal((await post('/signin/password', { ...change, again: 'x' }, { Cookie: cookie })).status, 400)
  const wrong = await post('/signin/password', { ...change, old: 'wrong-password' }, { Cookie: cookie })
  assert.equal(wrong.status, 403)
  assert.ok(!(await wrong.text()).includes(OTHER))

  const done = await post('/signin/password', change, { Cookie: cookie })
  assert.equal(done.headers.get('location'), '/console')
  assert.equal((await get('/console', { Cookie: cookieOf(done) })).status, 200)
  assert.equal((await post('/signin/password', change, { Cookie: cookie })).headers.get('location'), '/signin')
  assert.equal((await post('/signin', bob)).status, 403, 'the old password is none any more')
})

test('what was typed comes back as text', async (t) => {
  const { get, post } = await openSite(t)
  const evil = '"><script>alert(1)</script>'
  for (const page of [
    await (await get(`/signin?${new URLSearchParams({ account: evil })}`)).text(),
    await (await post('/signin', { ...ALICE, account: evil, user: evil })).text(),
  ]) {
    assert.ok(!page.includes('<script>') && page.includes('&lt;script>'))
  }
})
