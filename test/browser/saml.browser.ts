import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { describe, type TestContext, test } from 'node:test'
import { inflateRawSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { base64, pair, roleArn, type Setting, setUp } from '../wire/saml/setting.ts'
import { looksRight, noBrowser, openBrowser } from './browser.ts'

interface Site {
  readonly page: Page
  readonly endpoint: string
  /** Goes to a page of the broker. */
  open(path: string): Promise<unknown>
}

/** The id of the request that a browser brings to the provider. */
function requestIn(address: string): string {
  const sent = new URL(address, 'http://localhost').searchParams.get('SAMLRequest') ?? ''
  return / ID="([^"]+)"/.exec(inflateRawSync(Buffer.from(sent, 'base64')).toString())?.[1] ?? ''
}

/** A broker, a browser, and a provider that knows whoever comes: its page sends a response by itself, or by a button. */
async function openSite(
  t: TestContext,
  roles: readonly string[],
  { javaScript = true, answers = requestIn }: { javaScript?: boolean; answers?: typeof requestIn } = {},
): Promise<Site> {
  const server = createServer((request, response) => {
    const { url = '' } = request
    if (!url.startsWith('/sso')) {
      response.writeHead(404).end()
      return
    }
    const asked = answers(url)
    const signed = set.signed({ roles, confirmation: { InResponseTo: asked } }, { inResponseTo: asked })
    const field = `<input type="hidden" name="SAMLResponse" value="${base64(signed)}">`
    const form = `<form method="post" action="${set.broker.endpoint}/saml">${field}<button>Go on</button></form>`
    const script = '<script>document.forms[0].submit()</script>'
    response.writeHead(200, { 'Content-Type': 'text/html' }).end(`<!doctype html><title>IdP</title>${form}${script}`)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => server.close())
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  // Another site than the broker's.
  const set: Setting = await setUp([], `http://localhost:${port}/sso`)
  t.after(() => set[Symbol.asyncDispose]())
  const { endpoint } = set.broker
  const page = await openBrowser(t, { javaScript })
  return { page, endpoint, open: (path) => page.goto(endpoint + path) }
}

describe('a sign-in by SAML that is begun here', { skip: noBrowser }, () => {
  test('signs in with the one role at once: the cookie comes with the form that sends itself', async (t) => {
    const { page, open } = await openSite(t, [pair('Open')])
    await open('/saml/login/source/corp')
    await page.waitForURL('**/console/credentials')
    assert.match(await page.locator('main').innerText(), /assumed-role\/Open\/alice/)
    const cookies = (await page.context().cookies()).map(({ name, sameSite }) => [name, sameSite])
    assert.deepEqual(cookies, [['rolecall', 'Lax']])
  })

  test('takes a press of a button where no script runs', async (t) => {
    const { page, open } = await openSite(t, [pair('Open')], { javaScript: false })
    await open('/saml/login/source/corp')
    await page.getByRole('button', { name: 'Go on' }).click()
    assert.ok(await page.getByLabel('Open').isChecked())
    assert.match(await page.locator('main').innerText(), /You are alice to your identity provider/)
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.waitForURL('**/console/credentials')
  })

  test('of somebody else signs nobody in', async (t) => {
    let first = ''
    const answers = (address: string) => {
      first ||= requestIn(address)
      return first
    }
    const { page, endpoint, open } = await openSite(t, [pair('Open')], { answers })
    // The one who begins it does not finish it.
    const begun = await fetch(`${endpoint}/saml/login/source/corp`, { redirect: 'manual' })
    answers(begun.headers.get('location') ?? '')
    await open('/saml/login/source/corp')
    await page.getByText('This sign-in was begun in another browser').waitFor()
    assert.match(await page.locator('footer').innerText(), /^Reference: [0-9a-f-]{36}$/)
    await looksRight(page, 'saml-refused')
    await open('/console')
    assert.equal(new URL(page.url()).pathname, '/signin')
  })

  test('that ends in a terminal says what to do when nobody waits there any more', async (t) => {
    const { page, open } = await openSite(t, [pair('Open'), pair('Bare')])
    await page.route('http://127.0.0.1:50000/**', (route) => route.abort('aborted'))
    const query = new URLSearchParams({ port: '50000', challenge: 'c'.repeat(43), role: roleArn('Open') })
    await open(`/saml/login/source/corp?${query}`)
    await page.getByRole('heading', { name: 'Sign in your terminal' }).waitFor()
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('heading', { name: 'Go back to your terminal' }).waitFor()
    await looksRight(page, 'saml-terminal-done')
    assert.match(
      (await page.getByRole('link', { name: 'hand over' }).getAttribute('href')) ?? '',
      /^http:\/\/127\.0\.0\.1:50000\//,
    )
  })
})
