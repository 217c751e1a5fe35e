import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { PERSON, SESSION, startLoginSetting } from '../federation/login-setting.ts'
import { providerKey } from '../federation/real-issuer.ts'
import { looksRight, noBrowser, openBrowser } from './browser.ts'

async function open(t: TestContext) {
  const set = await startLoginSetting()
  t.after(() => set[Symbol.asyncDispose]())
  return { set, page: await openBrowser(t) }
}

async function nameOneself(page: Page, name: string): Promise<void> {
  await page.getByLabel('Name').fill(name)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

describe('rolecall login, in a browser', { skip: noBrowser }, () => {
  test('whom the role does not trust is told on the page that it was in vain, and in the terminal why', async (t) => {
    const { set, page } = await open(t)
    const running = set.login('--no-browser')
    await page.goto(await running.address(/\/auth\?/))
    await nameOneself(page, 'mallory')
    await page.getByRole('heading', { name: 'Not signed in' }).waitFor()
    await looksRight(page, 'login-failed')
    const { status, stderr } = await running.ended
    assert.match(stderr, /\nrolecall: AccessDenied: /)
    assert.equal(status, 1)
  })

  test('somebody signs in on the provider’s page, while its keys change, and the terminal has credentials', async (t) => {
    const { set, page } = await open(t)
    const running = set.login('--no-browser')
    await page.goto(await running.address(/\/auth\?/))
    set.provider.useKeys(await providerKey('second'))
    await nameOneself(page, PERSON)
    await page.getByRole('heading', { name: 'Signed in' }).waitFor()
    await looksRight(page, 'login-done')
    const { status, stdout, stderr } = await running.ended
    assert.equal(status, 0, stderr)
    assert.equal(await set.whoami(stdout), SESSION)
  })

  test('somebody signs in on another device', async (t) => {
    const { set, page } = await open(t)
    const running = set.login('--device')
    await page.goto(await running.address(/user_code=/))
    await page.getByRole('button', { name: 'Continue' }).click()
    await nameOneself(page, PERSON)
    await page.getByText('Signed in').waitFor()
    const { status, stdout, stderr } = await running.ended
    assert.equal(status, 0, stderr)
    assert.equal(await set.whoami(stdout), SESSION)
  })
})
