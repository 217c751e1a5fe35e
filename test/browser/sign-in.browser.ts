import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { codeAt, stepOf } from '../../src/domain/mfa/code-steps.ts'
import { epochMillis } from '../../src/model/index.ts'
import { startTestBroker } from '../../src/testing/index.ts'
import { looksRight, noBrowser, openBrowser } from './browser.ts'

const ALLOW_ALL = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }
const PASSWORD = 'correct-Horse-7-battery'
const DIRECTORY = {
  Accounts: [
    {
      Id: '111111111111',
      Alias: 'source',
      Root: { LoginProfile: { Password: `root-${PASSWORD}` } },
      Users: [
        { UserName: 'alice', LoginProfile: { Password: PASSWORD } },
        {
          UserName: 'carol',
          LoginProfile: { Password: PASSWORD },
          VirtualMFADevices: [
            { SerialNumber: 'arn:aws:iam::111111111111:mfa/carol', Base32StringSeed: 'A'.repeat(52) },
          ],
        },
        {
          UserName: 'bob',
          LoginProfile: { Password: PASSWORD, PasswordResetRequired: true },
          Policies: [{ PolicyName: 'all', PolicyDocument: ALLOW_ALL }],
        },
      ],
    },
  ],
}

async function openSite(t: TestContext, options: { readonly javaScript?: boolean } = {}) {
  const broker = await startTestBroker({ directory: DIRECTORY })
  t.after(() => broker.stop())
  const page = await openBrowser(t, options)
  return { broker, page, open: (path: string) => page.goto(broker.endpoint + path) }
}

async function signIn(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [label, text] of Object.entries(fields)) await page.getByLabel(label).fill(text)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

const pathOf = (page: Page) => new URL(page.url()).pathname

describe('signing in', { skip: noBrowser }, () => {
  for (const [what, typed] of [
    ['account', { account: 'nobody', user: 'alice', password: PASSWORD }],
    ['user', { account: 'source', user: 'mallory', password: PASSWORD }],
    ['password', { account: 'source', user: 'alice', password: `${PASSWORD}!` }],
  ] as const) {
    test(`a wrong ${what} is refused in words that do not tell what was wrong`, async (t) => {
      const { page, open } = await openSite(t)
      await open('/signin')
      await signIn(page, {
        'Account number or alias': typed.account,
        'User name': typed.user,
        Password: typed.password,
      })
      assert.equal(pathOf(page), '/signin')
      assert.match(await page.getByRole('alert').innerText(), /^Your authentication information is incorrect/)
      assert.equal(await page.getByLabel('User name').inputValue(), typed.user)
      assert.equal(await page.getByLabel('Password').inputValue(), '')
      assert.match(await page.locator('footer').innerText(), /^Reference: [0-9a-f-]{36}$/)
      if (what === 'password') await looksRight(page, 'sign-in-refused')
    })
  }

  for (const javaScript of [true, false]) {
    test(`a user signs in and out, ${javaScript ? 'with' : 'without'} JavaScript`, async (t) => {
      const { page, open } = await openSite(t, { javaScript })
      await open('/console')
      assert.equal(pathOf(page), '/signin')
      if (javaScript) await looksRight(page, 'sign-in')
      await signIn(page, { 'Account number or alias': 'source', 'User name': 'alice', Password: PASSWORD })
      assert.equal(pathOf(page), '/console')
      assert.match(await page.locator('main').innerText(), /arn:aws:iam::111111111111:user\/alice/)
      if (javaScript) await looksRight(page, 'start-page-of-user')
      const [cookie] = await page.context().cookies()
      assert.ok(cookie?.httpOnly && cookie.sameSite === 'Lax' && cookie.expires === -1)

      await page.getByRole('button', { name: 'Sign out' }).click()
      assert.equal(pathOf(page), '/signin')
      assert.equal(await page.getByRole('status').innerText(), 'You are signed out.')
      assert.deepEqual(await page.context().cookies(), [])
      await page.goBack()
      await open('/console')
      assert.equal(pathOf(page), '/signin')
    })
  }

  test('whoever has an MFA device signs in with a code of it, once, typed as the device shows it', async (t) => {
    const { broker, page, open } = await openSite(t)
    const code = codeAt(new Uint8Array(32), stepOf(epochMillis(broker.clock.now().getTime())))
    const typed = { 'User name': 'carol', Password: PASSWORD }
    await open('/signin?account=source')
    await signIn(page, typed)
    assert.equal(await page.getByRole('alert').count(), 1, 'without a code')
    await signIn(page, { ...typed, 'MFA code': `${code.slice(0, 3)} ${code.slice(3)}` })
    assert.equal(pathOf(page), '/console')
    assert.match(await page.locator('main').innerText(), /Password, with an MFA code/)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await signIn(page, { 'Account number or alias': 'source', ...typed, 'MFA code': code })
    assert.equal(await page.getByRole('alert').count(), 1, 'with the same code')
  })

  test('everything can be done with the keyboard', async (t) => {
    const { page, open } = await openSite(t)
    await open('/signin')
    // The cursor stands in the first field.
    await page.keyboard.type('source')
    await page.keyboard.press('Tab')
    await page.keyboard.type('alice')
    await page.keyboard.press('Tab')
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/console')
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to the content')
  })

  test('root signs in without a name, and is warned before and after', async (t) => {
    const { page, open } = await openSite(t)
    await open('/signin?account=source')
    await page.getByRole('link', { name: 'Sign in as the root user' }).click()
    await looksRight(page, 'sign-in-of-root')
    await signIn(page, { 'Account number or alias': '111111111111', Password: `root-${PASSWORD}` })
    assert.equal(pathOf(page), '/console')
    assert.match(await page.getByRole('alert').innerText(), /You are the root user/)
    await looksRight(page, 'start-page-of-root')
  })

  test('a password that was set for somebody has to be replaced before anything else', async (t) => {
    const { page, open } = await openSite(t)
    await open('/signin?account=source')
    await signIn(page, { 'User name': 'bob', Password: PASSWORD })
    assert.equal(pathOf(page), '/signin/password')
    await looksRight(page, 'choose-password')
    await open('/console')
    assert.equal(pathOf(page), '/signin')

    await open('/signin/password')
    const change = async (old: string, first: string, again: string) => {
      await page.getByLabel('Current password').fill(old)
      await page.getByLabel('New password', { exact: true }).fill(first)
      await page.getByLabel('New password, once more').fill(again)
      await page.getByRole('button', { name: 'Change the password' }).click()
    }
    await change(PASSWORD, 'another-Horse-8-battery', 'another-Horse-9-battery')
    assert.match(await page.getByRole('alert').innerText(), /differ/)
    await change('not it', 'another-Horse-8-battery', 'another-Horse-8-battery')
    assert.match(await page.getByRole('alert').innerText(), /password/i)
    await looksRight(page, 'choose-password-refused')
    await change(PASSWORD, 'another-Horse-8-battery', 'another-Horse-8-battery')
    assert.equal(pathOf(page), '/console')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await signIn(page, {
      'Account number or alias': 'source',
      'User name': 'bob',
      Password: 'another-Horse-8-battery',
    })
    assert.equal(pathOf(page), '/console')
  })
})
