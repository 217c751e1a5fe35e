import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { IAMClient, UpdateAccountPasswordPolicyCommand } from '@aws-sdk/client-iam'
import jsQR from 'jsqr'
import type { Page } from 'playwright-core'
import { PNG } from 'pngjs'
import { startTestBroker, type TestBroker } from '../../src/testing/index.ts'
import { totp } from '../totp.ts'
import { looksRight, noBrowser, openBrowser } from './browser.ts'

const ACCOUNT = '111111111111'
const PASSWORD = 'correct-Horse-7-battery'
const OTHER = 'another-Horse-8-battery'
const SEED = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const HALF_MINUTE_MS = 30_000
const LoginProfile = { Password: PASSWORD }
const ALLOW_ALL = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }
const Policies = [{ PolicyName: 'all', PolicyDocument: ALLOW_ALL }]

const role = (RoleName: string, Condition: object) => ({
  RoleName,
  AssumeRolePolicyDocument: {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole', Condition },
  },
})
const DIRECTORY = {
  Accounts: [
    {
      Id: ACCOUNT,
      Alias: 'source',
      Root: { LoginProfile },
      Users: [
        { UserName: 'alice', LoginProfile, Policies },
        { UserName: 'bob', LoginProfile, Policies, AccessKeys: [{}] },
        { UserName: 'nothing', LoginProfile },
        {
          UserName: 'carol',
          LoginProfile,
          Policies,
          VirtualMFADevices: [{ SerialNumber: `arn:aws:iam::${ACCOUNT}:mfa/carol`, Base32StringSeed: SEED }],
        },
      ],
      Roles: [
        role('Careful', { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
        ...['Auditor', 'Builder', 'Cleaner', 'Deployer', 'Editor', 'Finder'].map((name) => role(name, {})),
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

async function fill(page: Page, fields: Readonly<Record<string, string>>, button: string): Promise<void> {
  for (const [label, text] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(text)
  await page.getByRole('button', { name: button, exact: true }).click()
}

async function signIn(page: Page, broker: TestBroker, typed: Readonly<Record<string, string>>): Promise<void> {
  await page.goto(`${broker.endpoint}/signin?account=source`)
  for (const [label, text] of Object.entries({ Password: PASSWORD, ...typed })) await page.getByLabel(label).fill(text)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

const pathOf = (page: Page) => new URL(page.url()).pathname

/** What an app reads that is held before the screen. */
async function scan(page: Page): Promise<URL> {
  const { data, width, height } = PNG.sync.read(await page.screenshot())
  const read = jsQR.default(new Uint8ClampedArray(data), width, height)
  assert.ok(read, 'no QR code is on the screen')
  return new URL(read.data)
}

for (const javaScript of [true, false]) {
  describe(`${javaScript ? 'with' : 'without'} JavaScript`, { skip: noBrowser }, () => {
    test('a device is enrolled from the screen, signs in, and admits to a role that asks for it', async (t) => {
      const { broker, page, open } = await openSite(t, { javaScript })
      const shown = (seed: string, later = 0) => totp(seed, broker.clock.now(), later)
      const looks = (name: string) => (javaScript ? looksRight(page, name) : undefined)
      await signIn(page, broker, { 'User name': 'alice' })
      assert.equal(pathOf(page), '/console')
      await looks('own-start-page')

      await page.getByRole('link', { name: 'Switch role' }).click()
      await fill(page, { 'Account number or alias': ACCOUNT, 'Role name': 'Careful' }, 'Switch role')
      assert.match(await page.getByRole('alert').innerText(), /not authorized to perform: sts:AssumeRole/)
      await looks('switch-role-refused')
      assert.equal(await page.getByLabel('Careful').count(), 0, 'it is not offered')

      await open('/console/mfa')
      await looks('mfa-none')
      await page.getByRole('button', { name: 'Continue' }).click()
      assert.equal(pathOf(page), '/console/mfa/enroll')
      await looks('mfa-enroll')
      const scanned = await scan(page)
      const seed = scanned.searchParams.get('secret') ?? ''
      assert.match(scanned.href, /^otpauth:\/\/totp\/alice@/)
      await page.getByText('Show the secret key instead').click()
      assert.equal(await page.locator('#mfa-seed').innerText(), seed)
      await looks('mfa-enroll-key')

      await fill(page, { 'MFA code 1': shown(seed), 'MFA code 2': shown(seed, -1) }, 'Add the device')
      assert.match(await page.getByRole('alert').innerText(), /Authentication code for device is not valid/)
      await looks('mfa-enroll-refused')
      assert.equal((await scan(page)).searchParams.get('secret'), seed, 'it can still be scanned')
      await fill(page, { 'MFA code 1': shown(seed, -1), 'MFA code 2': shown(seed) }, 'Add the device')
      assert.equal(pathOf(page), '/console/mfa')
      assert.match(await page.getByRole('status').innerText(), /The device is yours/)
      await looks('mfa-list')
      await page.getByRole('link', { name: 'alice', exact: true }).click()
      await looks('mfa-device')

      await page.getByRole('button', { name: 'Sign out' }).click()
      await signIn(page, broker, { 'User name': 'alice', 'MFA code': shown(seed) })
      assert.equal(await page.getByRole('alert').count(), 1, 'the code was used to enable the device')
      broker.clock.advance(HALF_MINUTE_MS)
      await signIn(page, broker, { 'User name': 'alice', 'MFA code': shown(seed) })
      assert.match(await page.locator('main').innerText(), /Password, with an MFA code/)

      await open('/console/switch-role')
      await looks('switch-role')
      await page.getByLabel('Careful').check()
      await page.getByRole('button', { name: 'Continue' }).click()
      assert.equal(pathOf(page), '/console')
      assert.match(await page.locator('main').innerText(), /assumed-role\/Careful\/alice/)
      await looks('switched-role')
      assert.equal(await page.getByRole('link', { name: 'MFA devices' }).count(), 0)
      await page.getByRole('link', { name: 'Temporary credentials' }).click()
      assert.match(await page.locator('#text-environment').innerText(), /AWS_ACCESS_KEY_ID='ASIA/)
      await looks('switched-credentials')
      await open('/console/switch-role')
      await looks('switch-role-lately')
      await page.getByRole('button', { name: 'Switch back' }).click()
      assert.match(await page.locator('main').innerText(), /user\/alice/)
      await open('/console/switch-role')
      await page.getByRole('button', { name: `Careful @ ${ACCOUNT}` }).click()
      assert.match(await page.locator('main').innerText(), /assumed-role\/Careful\/alice/)
    })

    test('a key is made, seen once, and deleted', async (t) => {
      const { broker, page } = await openSite(t, { javaScript })
      await signIn(page, broker, { 'User name': 'bob' })
      await page.getByRole('link', { name: 'Access keys' }).click()
      if (javaScript) await looksRight(page, 'access-keys')
      await page.getByRole('button', { name: 'Create an access key' }).click()
      const id = await page.locator('#access-key-id').innerText()
      assert.match(await page.locator('#secret-access-key').innerText(), /^[\w+/]{40}$/)
      assert.equal(await page.getByRole('button', { name: 'Copy Access key ID' }).count(), javaScript ? 1 : 0)
      if (javaScript) await looksRight(page, 'access-key-created')
      await page.reload()
      assert.match(await page.locator('main').innerText(), /This form was sent before/)
      if (javaScript) await looksRight(page, 'access-key-sent-before')
      await page.getByRole('link', { name: 'Go to the access keys' }).click()
      assert.equal(await page.getByRole('region').count(), 2)
      await page.getByRole('button', { name: `Deactivate ${id}` }).click()
      if (javaScript) await looksRight(page, 'access-key-inactive')
      await page.getByRole('button', { name: `Delete ${id}` }).click()
      assert.equal(await page.getByRole('region').count(), 1)
    })

    test('a password is changed, by the rules of the account', async (t) => {
      const { broker, page } = await openSite(t, { javaScript })
      await signIn(page, broker, { 'User name': 'alice' })
      await page.getByRole('link', { name: 'Password', exact: true }).click()
      if (javaScript) await looksRight(page, 'password')
      const change = (first: string, again = first) => {
        const typed = { 'Current password': PASSWORD, 'New password': first, 'New password, once more': again }
        return fill(page, typed, 'Change the password')
      }
      await change('short')
      assert.match(await page.getByRole('alert').innerText(), /Password should have a minimum length of 8/)
      if (javaScript) await looksRight(page, 'password-refused')
      await change(OTHER)
      assert.match(await page.getByRole('status').innerText(), /Your password is changed/)
      await page.getByRole('button', { name: 'Sign out' }).click()
      await signIn(page, broker, { 'User name': 'alice', Password: OTHER })
      assert.equal(pathOf(page), '/console')
    })
  })
}

describe('what is refused', { skip: noBrowser }, () => {
  test('who may do nothing is told what is missing, on each page', async (t) => {
    const { broker, page, open } = await openSite(t)
    await signIn(page, broker, { 'User name': 'nothing' })
    for (const path of ['access-keys', 'mfa', 'switch-role', 'password']) {
      await open(`/console/${path}`)
      await looksRight(page, `nothing-${path}`)
    }
    await open('/console/access-keys')
    await page.getByRole('button', { name: 'Create an access key' }).click()
    assert.match(await page.locator('main').innerText(), /is not authorized to perform: iam:CreateAccessKey/)
    assert.match(await page.locator('footer').innerText(), /^Reference: [0-9a-f-]{36}$/)
    await looksRight(page, 'nothing-create')
  })

  test('a device that was guessed at is locked: the right codes are refused as wrong ones are, until it is over', async (t) => {
    const { broker, page, open } = await openSite(t)
    const shown = (later: number) => totp(SEED, broker.clock.now(), later)
    await signIn(page, broker, { 'User name': 'carol', 'MFA code': shown(0) })
    await open(`/console/mfa/device?serial=${encodeURIComponent(`arn:aws:iam::${ACCOUNT}:mfa/carol`)}`)
    const attempt = (first: number, second: number) =>
      fill(page, { 'MFA code 1': shown(first), 'MFA code 2': shown(second) }, 'Bring it into step')
    broker.clock.advance(2 * HALF_MINUTE_MS)
    for (let count = 0; count < 5; count++) await attempt(0, 0)
    const wrong = await page.getByRole('alert').innerText()
    assert.match(wrong, /Authentication code for device is not valid/)
    await attempt(-1, 0)
    assert.equal(await page.getByRole('alert').innerText(), wrong)
    await looksRight(page, 'mfa-device-refused')
    broker.clock.advance(5 * 60_000)
    await attempt(-1, 0)
    assert.match(await page.getByRole('status').innerText(), /in step/)
  })

  test('root has its pages under a standing warning, and no role to switch to', async (t) => {
    const { broker, page, open } = await openSite(t)
    await page.goto(`${broker.endpoint}/signin?account=source&as=root`)
    await fill(page, { Password: PASSWORD }, 'Sign in')
    for (const path of ['', '/access-keys', '/mfa']) {
      await open(`/console${path}`)
      assert.match(await page.getByRole('alert').innerText(), /You are the root user/)
      await looksRight(page, `root${path.replace('/', '-')}`)
    }
    for (const path of ['/password', '/switch-role']) {
      assert.equal((await open(`/console${path}`))?.status(), 403)
      await looksRight(page, `root${path.replace('/', '-')}`)
    }
  })

  test('a password that has expired is replaced before anything else', async (t) => {
    const { broker, page, open } = await openSite(t)
    await signIn(page, broker, { 'User name': 'alice' })
    const iam = new IAMClient(await broker.as(`${ACCOUNT}/bob`))
    t.after(() => iam.destroy())
    await iam.send(new UpdateAccountPasswordPolicyCommand({ MaxPasswordAge: 30, AllowUsersToChangePassword: true }))
    broker.clock.advance(30 * 86_400_000)
    await signIn(page, broker, { 'User name': 'alice' })
    assert.equal(pathOf(page), '/signin/password')
    assert.match(await page.locator('main').innerText(), /Your password has expired/)
    await looksRight(page, 'password-expired')
    await open('/console/access-keys')
    assert.equal(pathOf(page), '/signin')
    await open('/signin/password')
    const typed = { 'Current password': PASSWORD, 'New password': OTHER, 'New password, once more': OTHER }
    await fill(page, typed, 'Change the password')
    assert.equal(pathOf(page), '/console')
  })
})
