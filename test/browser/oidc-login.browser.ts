import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import type { Page } from 'playwright-core'
import { startTestBroker } from '../../src/testing/index.ts'
import { APP, providerKey, SECRET, startRealIssuer } from '../federation/real-issuer.ts'
import { looksRight, noBrowser, openBrowser } from './browser.ts'

const [ONE, TWO] = ['111111111111', '222222222222']

async function setUp(t: TestContext, options: { readonly javaScript?: boolean } = {}) {
  const issuer = await startRealIssuer(await providerKey('first'))
  t.after(() => issuer[Symbol.asyncDispose]())
  const folder = await mkdtemp(join(tmpdir(), 'rolecall-'))
  t.after(() => rm(folder, { recursive: true }))
  const clientSecretFile = join(folder, 'secret')
  await writeFile(clientSecretFile, SECRET, { mode: 0o600 })
  const host = issuer.issuer.replace('http://', '')
  const role = (account: string, RoleName: string, person: string) => ({
    RoleName,
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${host}` },
        Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
        Condition: { StringLike: { [`${host}:sub`]: person } },
      },
    },
  })
  const OIDCProviders = [{ Url: issuer.issuer, ClientIdList: [APP] }]
  const broker = await startTestBroker({
    federation: { localIssuers: [issuer.issuer] },
    login: { corp: { issuer: issuer.issuer, clientId: APP, clientSecretFile, accounts: [ONE, TWO] } },
    directory: {
      Accounts: [
        {
          Id: ONE,
          Alias: 'production',
          OIDCProviders,
          Roles: [
            role(ONE, 'Engineer', 'alice'),
            ...['Administrator', 'Auditor', 'Billing', 'Deployer', 'Support'].map((name) => role(ONE, name, 'carol')),
          ],
        },
        { Id: TWO, OIDCProviders, Roles: [role(TWO, 'AVeryLongNameOfARoleThatSomebodyHasGivenItToTryPages', 'carol')] },
      ],
    },
  })
  t.after(() => broker.stop())
  issuer.redirectTo(`${broker.endpoint}/login/corp/callback`)
  const page = await openBrowser(t, options)
  return { issuer, broker, page, open: (path: string) => page.goto(broker.endpoint + path) }
}

async function nameOneself(page: Page, name: string): Promise<void> {
  await page.getByLabel('Name').fill(name)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

async function whoami(page: Page, endpoint: string): Promise<string | undefined> {
  const json = (await page.locator('#text-json').textContent()) ?? ''
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = JSON.parse(json)
  const credentials = { accessKeyId, secretAccessKey, sessionToken }
  return (await new STSClient({ endpoint, region: 'us-east-1', credentials }).send(new GetCallerIdentityCommand())).Arn
}

const pathOf = (page: Page) => new URL(page.url()).pathname

describe('signing in at an OpenID Connect provider', { skip: noBrowser }, () => {
  test('whom no role takes is told so, and not why', async (t) => {
    const { page, open } = await setUp(t)
    await open('/login/corp')
    await nameOneself(page, 'mallory')
    assert.equal(pathOf(page), '/login/corp/callback')
    assert.equal(await page.getByRole('heading').innerText(), 'You are not signed in')
    assert.match(await page.locator('footer').innerText(), /^Reference: [0-9a-f-]{36}$/)
    await looksRight(page, 'login-no-role')
  })

  test('a provider that is down is told of', async (t) => {
    const { issuer, page, open } = await setUp(t)
    await issuer[Symbol.asyncDispose]()
    await open('/login/corp')
    assert.equal(await page.getByRole('heading').innerText(), 'Your identity provider does not answer')
    await looksRight(page, 'login-provider-down')
  })

  test('whoever comes back without having begun is told to begin', async (t) => {
    const { page, open } = await setUp(t)
    await open('/login/corp/callback?code=stolen&state=guessed')
    assert.match(await page.locator('main').innerText(), /not begun in this browser/)
    await looksRight(page, 'login-not-begun')
    await page.getByRole('link', { name: 'Sign in again' }).click()
    await nameOneself(page, 'alice')
    assert.equal(pathOf(page), '/console/credentials')
  })

  for (const javaScript of [true, false]) {
    const how = javaScript ? 'with' : 'without'

    test(`one role is taken at once, while the provider changes its keys, ${how} JavaScript`, async (t) => {
      const { issuer, broker, page, open } = await setUp(t, { javaScript })
      await open('/signin')
      if (javaScript) await looksRight(page, 'sign-in-with-doors')
      await page.getByRole('link', { name: 'corp' }).click()
      issuer.useKeys(await providerKey('second'))
      await nameOneself(page, 'alice')
      assert.equal(page.url(), `${broker.endpoint}/console/credentials`)
      const arn = `arn:aws:sts::${ONE}:assumed-role/Engineer/alice`
      assert.equal(await whoami(page, broker.endpoint), arn)
      // Those of the provider are there, too: browsers do not keep cookies apart by port.
      const cookies = await page.context().cookies(broker.endpoint)
      const ours = cookies.filter(({ name }) => name.startsWith('rolecall'))
      assert.deepEqual(
        ours.map(({ name, httpOnly, sameSite }) => [name, httpOnly, sameSite]),
        [['rolecall', true, 'Lax']],
      )
    })

    test(`of several roles one is chosen, ${how} JavaScript`, async (t) => {
      const { broker, page, open } = await setUp(t, { javaScript })
      await open('/login/corp')
      await nameOneself(page, 'carol')
      assert.equal(page.url(), `${broker.endpoint}/login/corp/roles`)
      assert.equal(await page.getByRole('radio').count(), 6)
      if (javaScript) await looksRight(page, 'login-roles')
      await page.reload()
      await page.getByRole('radio', { name: 'Auditor' }).check()
      await page.getByRole('button', { name: 'Continue' }).click()
      assert.equal(page.url(), `${broker.endpoint}/console/credentials`)
      assert.equal(await whoami(page, broker.endpoint), `arn:aws:sts::${ONE}:assumed-role/Auditor/carol`)
      await page.goBack()
      if (javaScript) await page.reload()
      assert.equal(await page.getByRole('radio').count(), 0, 'it is over')
    })
  }
})
