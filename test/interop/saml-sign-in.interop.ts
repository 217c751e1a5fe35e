import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, suite, test } from 'node:test'
import type { Page } from 'playwright-core'
import { startTestBroker, type TestBroker } from '../../src/testing/index.ts'
import { looksRight, noBrowser, openBrowser } from '../browser/browser.ts'
import { signer } from '../saml/certificates.ts'
import { ATTRIBUTES } from '../saml/saml-idp.ts'
import { execute, isInstalled } from './setting.ts'
import { noSimpleSamlPhp, PERSON, type SimpleSamlPhp, startSimpleSamlPhp } from './simplesamlphp.ts'

const ROLECALL = new URL('../../bin/rolecall.js', import.meta.url).pathname
const SOURCE = '111111111111'
const TARGET = '222222222222'
const noAws = (await isInstalled('aws', '--version')) ? false : 'aws is not installed'
const skip = noSimpleSamlPhp || noBrowser || noAws

function pair(account: string, role: string): string {
  return `arn:aws:iam::${account}:role/${role},arn:aws:iam::${account}:saml-provider/corp`
}

function account(Id: string, Alias: string, roles: readonly string[], SamlMetadataDocument: string) {
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: `arn:aws:iam::${Id}:saml-provider/corp` },
    Action: 'sts:AssumeRoleWithSAML',
  }
  const AssumeRolePolicyDocument = { Version: '2012-10-17', Statement: statement }
  const Roles = roles.map((RoleName) => ({ RoleName, AssumeRolePolicyDocument }))
  return { Id, Alias, SAMLProviders: [{ Name: 'corp', SamlMetadataDocument }], Roles }
}

suite('signing in at SimpleSAMLphp, in a browser', { skip }, () => {
  let provider: SimpleSamlPhp
  let broker: TestBroker
  let home: string
  before(async () => {
    provider = await startSimpleSamlPhp(signer(), {
      [`${ATTRIBUTES}/Role`]: [pair(SOURCE, 'Engineer'), pair(SOURCE, 'ReadOnly'), pair(TARGET, 'Deployer')],
      [`${ATTRIBUTES}/RoleSessionName`]: ['alice@example.com'],
      [`${ATTRIBUTES}/SessionDuration`]: ['3600'],
    })
    const source = account(SOURCE, 'source', ['Engineer', 'ReadOnly'], provider.metadata)
    const target = account(TARGET, 'production', ['Deployer'], provider.metadata)
    broker = await startTestBroker({ directory: { Accounts: [source, target] } })
    const metadata = await fetch(`${broker.endpoint}/saml/metadata.xml`)
    await provider.trusts(await metadata.text(), `${broker.endpoint}/saml`)
    home = await mkdtemp(join(tmpdir(), 'rolecall-saml-'))
  })
  after(async () => {
    await broker.stop()
    await provider[Symbol.asyncDispose]()
    await rm(home, { recursive: true })
  })

  /** The form of the provider. */
  const typePassword = async (page: Page): Promise<void> => {
    await page.locator('#username').fill(PERSON.username)
    await page.locator('#password').fill(PERSON.password)
    await page.locator('#password').press('Enter')
  }
  const choose = async (page: Page, role: string): Promise<void> => {
    await page.getByLabel(role, { exact: true }).check()
    await page.getByRole('button', { name: 'Continue' }).click()
  }
  const whoami = async ({ AccessKeyId, SecretAccessKey, SessionToken }: Record<string, string>): Promise<string> => {
    const { stdout, stderr } = await execute('aws', ['sts', 'get-caller-identity', '--output', 'json'], {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_STS: broker.endpoint,
      AWS_ACCESS_KEY_ID: AccessKeyId,
      AWS_SECRET_ACCESS_KEY: SecretAccessKey,
      AWS_SESSION_TOKEN: SessionToken,
    })
    assert.equal(stderr, '')
    return JSON.parse(stdout).Arn
  }
  const shown = async (page: Page): Promise<Record<string, string>> =>
    JSON.parse((await page.locator('#text-json').textContent()) ?? '{}')

  for (const javaScript of [true, false]) {
    test(`that began here, ${javaScript ? 'with' : 'without'} JavaScript, gives credentials that the aws CLI uses`, async (t) => {
      const page = await openBrowser(t, { javaScript })
      await page.goto(`${broker.endpoint}/saml/login/source/corp`)
      assert.match(page.url(), /^http:\/\/localhost:/)
      await typePassword(page)
      if (!javaScript) await page.getByText('Submit', { exact: true }).click()
      await page.waitForSelector('#saml_form')
      assert.deepEqual(await page.locator('.saml-account-name').allInnerTexts(), [
        'Account: source (111111111111)',
        'Account: production (222222222222)',
      ])
      if (javaScript) await looksRight(page, 'saml-choose-role')
      await choose(page, 'Deployer')
      await page.waitForURL('**/console/credentials')
      if (javaScript) await looksRight(page, 'saml-credentials')
      const arn = `arn:aws:sts::${TARGET}:assumed-role/Deployer/alice@example.com`
      assert.equal(await whoami(await shown(page)), arn)
      await page.goto(`${broker.endpoint}/console`)
      assert.match(await page.locator('main').innerText(), /SAML identity provider/)
    })
  }

  test('that began at the provider does, too, and a response is good for each role once', async (t) => {
    const page = await openBrowser(t)
    await page.goto(provider.startUrl)
    await typePassword(page)
    await page.waitForSelector('#saml_form')
    const SAMLResponse = await page.locator('[name=SAMLResponse]').inputValue()
    await choose(page, 'Engineer')
    await page.waitForURL('**/console/credentials')
    assert.equal(await whoami(await shown(page)), `arn:aws:sts::${SOURCE}:assumed-role/Engineer/alice@example.com`)
    for (const [role, status] of [
      ['Engineer', 400],
      ['ReadOnly', 303],
    ] as const) {
      const form = { SAMLResponse, roleIndex: `arn:aws:iam::${SOURCE}:role/${role}` }
      const answer = await page.request.post(`${broker.endpoint}/saml`, { form, maxRedirects: 0 })
      assert.equal(answer.status(), status, role)
    }
  })

  test('for a terminal asks first, and brings it there', async (t) => {
    const role = `arn:aws:iam::${SOURCE}:role/ReadOnly`
    const child = spawn(
      process.execPath,
      [ROLECALL, 'login', '--saml', 'source/corp', '--role', role, '--no-browser'],
      {
        env: { PATH: process.env['PATH'] ?? '', HOME: home, AWS_ENDPOINT_URL_STS: broker.endpoint },
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    t.after(() => child.kill())
    let told = ''
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      told += chunk
    })
    const printed = text(child.stdout)
    while (!/\/saml\/login\/\S+\n/.test(told)) await once(child.stderr, 'data')
    const page = await openBrowser(t)
    await page.goto(/http:\S+/.exec(told)?.[0] ?? '')
    await typePassword(page)
    await page.waitForSelector('#saml_form')
    assert.match(await page.getByRole('alert').innerText(), /A program on this machine asks for credentials/)
    await looksRight(page, 'saml-terminal')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('heading', { name: 'Signed in' }).waitFor()
    assert.match(page.url(), /^http:\/\/127\.0\.0\.1:\d+\/\?code=[\w-]{43}&state=[\w-]{43}$/)
    assert.equal(await page.evaluate('document.referrer'), '')
    assert.equal(
      await whoami(JSON.parse(await printed)),
      `arn:aws:sts::${SOURCE}:assumed-role/ReadOnly/alice@example.com`,
    )
  })
})
