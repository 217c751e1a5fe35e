import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { rolePicker } from '../../src/doors/console/components/role-picker.ts'
import { html } from '../../src/doors/console/html.ts'
import type { Page } from '../../src/doors/console/page.ts'
import { credentialsPage } from '../../src/doors/console/pages/credentials.ts'
import { show } from '../../src/doors/console/reply.ts'
import { epochMillis, Secret } from '../../src/model/index.ts'
import { HANDLE, NOW, startSite } from '../doors/console/stage.ts'
import { looksRight, noBrowser, openBrowser } from './browser.ts'

const SESSION_TOKEN = `eyJ${'aB3-'.repeat(200)}`

function account(id: string, alias: string | undefined, roles: readonly string[]) {
  return { id, alias, roles: roles.map((name) => ({ arn: `arn:aws:iam::${id}:role/${name}`, name })) }
}

function pickerPage(accounts: Parameters<typeof rolePicker>[0]['accounts']): Page {
  return {
    path: '/saml',
    for: 'everybody',
    get: () =>
      show('Choose a role', html`<h1>Choose a role</h1>${rolePicker({ action: '/saml', hidden: [], accounts })}`),
    post: ({ form }) => show('Chosen', html`<h1>${form.text('roleIndex')}</h1>`),
  }
}

const ACCOUNTS = [
  account('111111111111', 'source', ['Admin', 'Billing', 'ReadOnly']),
  account('222222222222', 'production', ['Deployer', `A-${'rather-long-name-'.repeat(3)}of-64-charact`]),
  account('333333333333', undefined, ['Auditor']),
]

const credentials = credentialsPage({
  origin: 'http://127.0.0.1:7600',
  region: 'us-east-1',
  credentialsOf: () => ({
    sessionId: 's',
    accessKeyId: 'ASIAEXAMPLEEXAMPLE22',
    secretAccessKey: new Secret('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'),
    sessionToken: SESSION_TOKEN,
    expiresAt: epochMillis(NOW + 3_600_000),
  }),
})

describe('choosing a role', { skip: noBrowser }, () => {
  test('with the keyboard: searching hides what does not fit, and Enter in the search sends nothing', async (t) => {
    const { listener } = await startSite(t, [pickerPage(ACCOUNTS)])
    const page = await openBrowser(t)
    await page.goto(`${listener.origin}/saml`)
    await looksRight(page, 'choose-role')
    const shown = () => page.locator('.saml-role:visible').allInnerTexts()
    await page.getByLabel('Search accounts and roles').focus()
    await page.keyboard.type('nothing like it')
    assert.deepEqual(await shown(), [])
    assert.ok(await page.getByText('No account or role').isVisible())
    await page.getByLabel('Search accounts and roles').fill('SOURCE 1111 l')
    assert.deepEqual(await shown(), ['Billing', 'ReadOnly'])
    assert.deepEqual(await page.locator('.saml-account:visible').count(), 1)
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    await page.keyboard.press('Enter')
    await page.waitForSelector('h1:has-text("arn:aws:iam::111111111111:role/Billing")')
  })

  test('what is hidden by a search is not chosen any more', async (t) => {
    const { listener } = await startSite(t, [pickerPage(ACCOUNTS)])
    const page = await openBrowser(t)
    await page.goto(`${listener.origin}/saml`)
    await page.getByLabel('Admin').check()
    await page.getByLabel('Search accounts and roles').fill('auditor')
    assert.equal(await page.locator('input:checked').count(), 0)
  })

  test('without JavaScript, where a search would do nothing and is not there', async (t) => {
    const { listener } = await startSite(t, [pickerPage(ACCOUNTS)])
    const page = await openBrowser(t, { javaScript: false })
    await page.goto(`${listener.origin}/saml`)
    assert.equal(await page.getByLabel('Search accounts and roles').isVisible(), false)
    await page.getByRole('button', { name: 'Continue' }).click()
    assert.equal(await page.getByRole('heading').innerText(), 'Choose a role', 'none was chosen, so nothing was sent')
    await page.getByLabel('Deployer').check()
    await page.getByRole('button', { name: 'Continue' }).click()
    assert.equal(await page.getByRole('heading').innerText(), 'arn:aws:iam::222222222222:role/Deployer')
  })

  test('names that would run where they were not escaped are shown as they are', async (t) => {
    const names = ['<img src=x onerror=alert(1)>', '"autofocus onfocus="alert(1)', '</label><script>alert(1)</script>']
    const { listener } = await startSite(t, [pickerPage(names.map((name, at) => account(String(at), name, [name])))])
    const page = await openBrowser(t)
    page.on('dialog', () => assert.fail('something ran'))
    await page.goto(`${listener.origin}/saml`)
    assert.deepEqual(await page.locator('.saml-role').allInnerTexts(), names)
  })
})

describe('credentials', { skip: noBrowser }, () => {
  test('are counted down and copied', async (t) => {
    const { listener } = await startSite(t, [credentials])
    const page = await openBrowser(t)
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.context().addCookies([{ name: 'rolecall', value: HANDLE, url: listener.origin }])
    await page.goto(`${listener.origin}/console/credentials`)
    assert.match(await page.locator('[data-seconds-left]').innerText(), /^(1:00:00|0:59:5\d)$/)
    await looksRight(page, 'credentials')
    await page.getByText('JSON', { exact: true }).click()
    assert.equal(await page.locator('details[open]').count(), 1, 'one at a time')
    await page.getByRole('button', { name: 'Copy for JSON' }).click()
    await page.getByText('Copied to the clipboard.').waitFor({ state: 'attached' })
    const copied: string = await page.evaluate('navigator.clipboard.readText()')
    assert.equal(JSON.parse(copied).SessionToken, SESSION_TOKEN)
    await looksRight(page, 'credentials-as-json')
  })

  test('can be had without JavaScript, and nothing is there that would not work', async (t) => {
    const { listener } = await startSite(t, [credentials])
    const page = await openBrowser(t, { javaScript: false })
    await page.context().addCookies([{ name: 'rolecall', value: HANDLE, url: listener.origin }])
    await page.goto(`${listener.origin}/console/credentials`)
    assert.equal(await page.locator('[data-seconds-left]').innerText(), '1 h')
    assert.equal(await page.getByRole('button', { name: 'Copy' }).count(), 0)
    await page.getByText('Profile', { exact: true }).click()
    assert.match(await page.locator('#text-profile').innerText(), /^\[profile Admin\]\naws_access_key_id = ASIA/)
  })
})
