import assert from 'node:assert/strict'
import { get, type RequestOptions, request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { type AnswerListener, listenForAnswer } from '../../src/cli/answer-listener.ts'
import { CliError } from '../../src/cli/cli-error.ts'

const STATE = 'a-state-that-nobody-guesses'

interface Page {
  readonly status: number | undefined
  readonly body: string
  readonly headers: NodeJS.Dict<string | string[]>
}

function ask(url: string, options: RequestOptions = {}): Promise<Page> {
  const { promise, resolve, reject } = Promise.withResolvers<Page>()
  const sent = request(url, { agent: false, ...options }, (response) => {
    const { statusCode: status, headers } = response
    text(response).then((body) => resolve({ status, body, headers }), reject)
  })
  sent.on('error', reject)
  sent.end()
  return promise
}

for (const [rule, address] of [
  ['another machine', 'http://idp.example.com/callback'],
  ['every address of this machine', 'http://0.0.0.0/callback'],
  ['a name that begins like this machine', 'http://localhost.example.com/callback'],
  ['https, for which there is no certificate', 'https://127.0.0.1/callback'],
  ['a query', 'http://127.0.0.1/callback?x=1'],
  ['a name and a password', 'http://a:b@127.0.0.1/callback'],
  ['what is no address', 'callback'],
] as const) {
  test(`no browser is sent back to ${rule}`, async () => {
    await assert.rejects(listenForAnswer(address), (error) => error instanceof CliError && error.status === 2)
  })
}

test('a port that is taken is told', async () => {
  await using first = await listenForAnswer()
  await assert.rejects(listenForAnswer(first.redirectUri), /cannot be listened on: is another sign-in waiting there\?$/)
})

for (const taken of ['127.0.0.1', '::1']) {
  test(`the name of this machine is not listened on when somebody has ${taken}`, async (t) => {
    await using other = await listenForAnswer(`http://${taken === '::1' ? '[::1]' : taken}/callback`).catch(() => null)
    if (other === null) return t.skip('there is no IPv6 here')
    const { port } = new URL(other.redirectUri)
    await assert.rejects(listenForAnswer(`http://localhost:${port}/callback`), /cannot be listened on/)
    // Nothing is left behind.
    await other[Symbol.asyncDispose]()
    await using again = await listenForAnswer(`http://localhost:${port}/callback`)
    assert.equal(new URL(again.redirectUri).port, port)
    for (const host of ['127.0.0.1', '[::1]']) {
      assert.equal((await ask(`http://${host}:${port}/callback`)).status, 404)
    }
  })
}

for (const [address, redirectUri] of [
  [undefined, /^http:\/\/127\.0\.0\.1:\d+\/callback$/],
  ['http://localhost/back', /^http:\/\/localhost:\d+\/back$/],
  ['http://[::1]/callback', /^http:\/\/\[::1\]:\d+\/callback$/],
] as const) {
  test(`a browser is sent back to ${address ?? 'any port'}`, async (t) => {
    const listener = await listenForAnswer(address).catch((error: unknown) => {
      if (address?.includes('::1')) return t.skip('there is no IPv6 here')
      throw error
    })
    if (!listener) return
    assert.match(listener.redirectUri, redirectUri)
    await listener[Symbol.asyncDispose]()
  })
}

describe('what comes to the address', () => {
  let listener: AnswerListener
  let own: string
  let answered: boolean
  let answer: ReturnType<AnswerListener['answer']>
  beforeEach(async () => {
    listener = await listenForAnswer()
    own = listener.redirectUri
    answered = false
    answer = listener.answer(STATE, AbortSignal.timeout(5000))
    answer.then(
      () => {
        answered = true
      },
      () => undefined,
    )
  })
  afterEach(() => listener[Symbol.asyncDispose]())

  const right = `?code=c&state=${STATE}`
  for (const [rule, query, options, status] of [
    ['of another state', '?code=c&state=another', {}, 400],
    ['without a state', '?code=c', {}, 400],
    ['with two states', `${right}&state=${STATE}`, {}, 400],
    ['with an empty state', '?code=c&state=', {}, 400],
    ['with more after the state', `${right}x`, {}, 400],
    ['that is posted', right, { method: 'POST' }, 405],
    ['that asks for headers only', right, { method: 'HEAD' }, 405],
    ['that asks what it might do', right, { method: 'OPTIONS' }, 405],
    ['to another path', right, { path: `/${right}` }, 404],
    ['to a path below', right, { path: `/callback/${right}` }, 404],
    ['to a path that leads back', right, { path: `/x/../callback${right}` }, 404],
    ['as to a proxy', right, { path: `http://127.0.0.1/callback${right}` }, 404],
    ['to another host by its path', right, { path: `//evil.example.com/callback${right}` }, 404],
    ['to a name that leads here', right, { headers: { host: 'evil.example.com' } }, 421],
    ['to the right address without its port', right, { headers: { host: '127.0.0.1' } }, 421],
    ['from a script of a page', right, { headers: { origin: 'https://evil.example.com' } }, 403],
    ['from a script of nowhere', right, { headers: { origin: 'null' } }, 403],
    ['as a picture', right, { headers: { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' } }, 403],
    ['in a frame', right, { headers: { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' } }, 403],
  ] as const) {
    test(`a request ${rule} is refused, and the right one still waited for`, async () => {
      const page = await ask(`${own}${query}`, options)
      assert.equal(page.status, status)
      assert.ok(!answered)
      const browser = ask(`${own}${right}`)
      ;(await answer).show({ signedIn: true, who: undefined })
      assert.equal((await browser).status, 200)
    })
  }

  test('what the browser brings is handed on as it came, and the person is told how it went', async () => {
    const browser = ask(`${own}${right}&iss=x%20y`, {
      headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    })
    const { query, show } = await answer
    assert.equal(query, `${right}&iss=x%20y`)
    show({ signedIn: false })
    const { status, body } = await browser
    assert.equal(status, 403)
    assert.match(body, /<h1>Not signed in<\/h1>/)
  })

  test('a page holds nothing of what was brought, loads nothing, and is not kept', async () => {
    const browser = ask(`${own}?state=${STATE}&code=%3Cscript%3E&error=%3Cb%3E`)
    ;(await answer).show({ signedIn: true, who: undefined })
    const { body, headers } = await browser
    assert.match(body, /^<!doctype html><html lang="en">.*<h1>Signed in<\/h1>/)
    assert.doesNotMatch(body, /script|<b>|src=|href=/)
    assert.match(
      String(headers['content-security-policy']),
      /^default-src 'none'; style-src 'sha256-[^']+'; .*frame-ancestors 'none'$/,
    )
    assert.equal(headers['cache-control'], 'no-store')
    assert.equal(headers['referrer-policy'], 'no-referrer')
    assert.equal(headers['x-content-type-options'], 'nosniff')
  })

  test('a page says who signed in, as text', async () => {
    const browser = ask(`${own}${right}`)
    ;(await answer).show({ signedIn: true, who: '<b>mallory' })
    assert.match((await browser).body, /You are signed in as &#60;b&#62;mallory\. You can close this page/)
  })

  test('an answer is taken once', async () => {
    const browser = ask(`${own}${right}`)
    const { show } = await answer
    assert.equal((await ask(`${own}${right}`)).status, 410)
    show({ signedIn: true, who: undefined })
    assert.equal((await browser).status, 200)
    assert.equal((await ask(`${own}${right}`)).status, 410)
  })

  test('a request without end, or beyond all measure, does not keep the right one out', async () => {
    const { port, hostname } = new URL(own)
    const slow = connect(Number(port), hostname)
    slow.on('error', () => undefined)
    slow.write('GET /callback HTTP/1.1\r\nX-Slow: ')
    assert.equal((await ask(`${own}${right}${'x'.repeat(20_000)}`)).status, 431)
    const browser = ask(`${own}${right}`)
    ;(await answer).show({ signedIn: true, who: undefined })
    assert.equal((await browser).status, 200)
    slow.destroy()
  })

  test('it is over when the time is', async () => {
    await assert.rejects(listener.answer('another', AbortSignal.timeout(20)), { name: 'TimeoutError' })
  })
})

test('before a sign-in begins nothing answers it, and afterwards nobody listens', async () => {
  const listener = await listenForAnswer()
  assert.equal((await ask(`${listener.redirectUri}?state=`)).status, 404)
  // A browser keeps connections open for later.
  const idle = connect(Number(new URL(listener.redirectUri).port), '127.0.0.1')
  idle.on('error', () => undefined)
  await setTimeout(20)
  const startedAt = performance.now()
  await listener[Symbol.asyncDispose]()
  assert.ok(performance.now() - startedAt < 2000)
  await assert.rejects(new Promise((_, reject) => get(listener.redirectUri).on('error', reject)))
})
