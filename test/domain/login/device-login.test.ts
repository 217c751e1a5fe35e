import assert from 'node:assert/strict'
import { after, before, beforeEach, mock, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { LoginError, OidcLogin } from '../../../src/domain/login/index.ts'
import { personalHttp } from '../../../src/platform/outbound-http.ts'
import { CLIENT_ID, type LoginProvider, startLoginProvider } from '../../login-provider.ts'

const DEVICE = { device_code: 'the-device-code', user_code: 'BCDF-GHJK', expires_in: 600, interval: 1 }

let provider: LoginProvider
let discovery: Readonly<Record<string, unknown>>
before(async () => {
  provider = await startLoginProvider()
  discovery = provider.fake.discovery
})
after(() => provider[Symbol.asyncDispose]())
beforeEach(() => {
  provider.fake.discovery = discovery
  provider.fake.routes.clear()
  provider.forms.length = 0
  answering({})
})

function answering(over: object): void {
  const address = { verification_uri: `${provider.issuer}/activate` }
  provider.on('/device', () => ({ body: { ...DEVICE, ...address, ...over } }))
}

function discover(): Promise<OidcLogin> {
  const client = { issuer: provider.issuer, clientId: CLIENT_ID, clientSecret: undefined, scope: undefined }
  return OidcLogin.discover(client, personalHttp())
}

/** Waits with a clock that runs as fast as it can, and tells how long it took by that clock. */
async function hurried<Result>(
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly seconds: number }> {
  mock.timers.enable({ apis: ['setTimeout'] })
  try {
    let seconds = 0
    let done = false
    const result = work().finally(() => {
      done = true
    })
    result.catch(() => undefined)
    while (!done) {
      const asked = provider.forms.length
      // An answer under way is waited for.
      for (let turn = 0; turn < 200 && !done && provider.forms.length === asked; turn++) await setImmediate()
      mock.timers.tick(500)
      seconds += 0.5
    }
    return { result: await result, seconds }
  } finally {
    mock.timers.reset()
  }
}

async function fails(work: Promise<unknown>, failure: LoginError['failure'], says: RegExp): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof LoginError, String(error))
    assert.match(error.message, says)
    assert.equal(error.failure, failure, error.message)
    return true
  })
}

const refused = (error: string, more = {}) => ({ status: 400, body: { error, ...more } })

for (const [rule, over, says] of [
  ['an address that is not https', { verification_uri: 'http://idp.example.com/activate' }, /not https/],
  ['an address that is no web page', { verification_uri: 'javascript:alert(1)' }, /not https/],
  ['a full address that is no web page', { verification_uri_complete: 'file:///etc/passwd' }, /not https/],
  ['a code that does things to a terminal', { user_code: '\u001b[2JABC' }, /nobody can type/],
  ['a code without end', { user_code: 'A'.repeat(65) }, /nobody can type/],
  ['no code at all', { device_code: '' }, /device_code/],
  ['a time that is none', { expires_in: 'soon' }, /expires_in/],
] as const) {
  test(`nobody is shown ${rule}`, async () => {
    answering(over)
    await assert.rejects((await discover()).beginDevice(), (error) => {
      assert.ok(error instanceof LoginError)
      assert.match(error.message, says)
      return true
    })
  })
}

test('a provider that offers no sign-in on another device says so itself, and is asked for none', async () => {
  provider.fake.discovery = { ...discovery, device_authorization_endpoint: undefined }
  await fails((await discover()).beginDevice(), 'unusable', /offers no sign-in on another device$/)
  assert.equal(provider.forms.length, 0)
})

test('a client that may not do that is told', async () => {
  provider.on('/device', () => refused('unauthorized_client', { error_description: 'not you' }))
  await fails((await discover()).beginDevice(), 'refused', /refused: unauthorized_client: not you$/)
})

for (const error of ['access_denied', 'expired_token', 'invalid_grant']) {
  test(`${error} ends it`, async () => {
    provider.on('/token', () => refused(error))
    const device = await (await discover()).beginDevice()
    await fails(
      hurried(() => device.finish()),
      'refused',
      new RegExp(`refused: ${error}$`),
    )
  })
}

test('what is told of a refusal never has the device code in it', async () => {
  provider.on('/token', () => refused('access_denied', { error_description: 'for the-device-code' }))
  const device = await (await discover()).beginDevice()
  await fails(
    hurried(() => device.finish()),
    'refused',
    /refused: access_denied$/,
  )
})

test('an ID token for another client is refused, and one that is not signed', async () => {
  for (const tokens of [
    () => provider.tokens({ aud: 'another' }),
    async () => ({ body: { access_token: 'a', token_type: 'bearer', id_token: `${await provider.idToken()}x` } }),
  ]) {
    provider.on('/token', tokens)
    const device = await (await discover()).beginDevice()
    await assert.rejects(
      hurried(() => device.finish()),
      LoginError,
    )
  }
})

test('when the time is over it ends, however patient the provider is', async () => {
  answering({ expires_in: 0.05, interval: 0.001 })
  provider.on('/token', () => refused('authorization_pending'))
  const device = await (await discover()).beginDevice()
  assert.equal(device.lifetimeMs, 50)
  await fails(device.finish(), 'unfinished', /^Nobody signed in while the code was good$/)
  assert.ok(provider.forms.length <= 2, 'it is not asked more often than once a second')
})

test('a provider that wants to be waited for without end is waited for a quarter of an hour', async () => {
  answering({ expires_in: 1e15, interval: 1e9 })
  assert.equal((await (await discover()).beginDevice()).lifetimeMs, 900_000)
})

test('is asked for again while nobody has signed in, less often when that is too often, and ends with tokens', async () => {
  const answers = ['authorization_pending', 'slow_down', 'authorization_pending']
  provider.on('/token', async () => {
    const error = answers.shift()
    return error === undefined ? await provider.tokens() : refused(error)
  })
  const device = await (await discover()).beginDevice()
  assert.deepEqual(
    [device.address, device.code, device.addressWithCode],
    [`${provider.issuer}/activate`, 'BCDF-GHJK', undefined],
  )
  assert.equal(provider.forms[0]?.fields['scope'], 'openid offline_access')
  const { result, seconds } = await hurried(() => device.finish())
  assert.equal(result.subject, 'alice')
  assert.equal(provider.forms.length, 5)
  assert.equal(provider.forms[1]?.fields['device_code'], 'the-device-code')
  // One second, one, then six and six.
  assert.ok(seconds >= 14, String(seconds))
})
