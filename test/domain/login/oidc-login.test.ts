import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { LoginError, type LoginProof, OidcLogin } from '../../../src/domain/login/index.ts'
import { Secret } from '../../../src/model/index.ts'
import { personalHttp } from '../../../src/platform/outbound-http.ts'
import { issuerKey, signed } from '../../fake-issuer.ts'
import { CLIENT_ID, type LoginProvider, startLoginProvider } from '../../login-provider.ts'

const REDIRECT = 'http://127.0.0.1:4444/callback'
const SECRET = 'the secret of the client'

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
  provider.fake.keys = [provider.key.jwk]
  provider.forms.length = 0
})

interface Over {
  readonly issuer?: string
  readonly clientSecret?: Secret
  readonly scope?: string
}

function discover(over: Over = {}): Promise<OidcLogin> {
  const client = { issuer: provider.issuer, clientId: CLIENT_ID, clientSecret: undefined, scope: undefined, ...over }
  return OidcLogin.discover(client, personalHttp())
}

async function fails(work: Promise<unknown>, failure: LoginError['failure'], says: RegExp): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof LoginError, String(error))
    assert.match(error.message, says)
    assert.equal(error.failure, failure, error.message)
    assert.equal(error.cause, undefined, 'causes hold whole answers')
    return true
  })
}

describe('a provider that is not what it is taken for', () => {
  for (const [rule, issuer] of [
    ['what is no URL is no issuer', 'idp.example.com'],
    ['a discovery document is no issuer', 'https://idp.example.com/.well-known/openid-configuration'],
    ['a URL with a query is no issuer', 'https://idp.example.com/?tenant=1'],
    ['a URL with a fragment is no issuer', 'https://idp.example.com/#x'],
    ['a text that is a URL only after some mending is no issuer', 'https://idp.example.com/a\tb'],
  ] as const) {
    test(rule, () => fails(discover({ issuer }), 'unusable', /is no issuer/))
  }

  for (const issuer of [
    'http://idp.example.com',
    'http://10.0.0.1',
    'http://127.0.0.1.example.com',
    'ftp://127.0.0.1',
  ]) {
    test(`nothing is sent to ${issuer}`, () =>
      fails(discover({ issuer }), 'unusable', /neither https nor|only requests/))
  }

  test('a name and a password in the issuer are sent nowhere', async () => {
    await fails(discover({ issuer: provider.issuer.replace('//', '//user:secret@') }), 'unusable', /\(no URL: /)
    assert.equal(provider.fake.fetched.filter((path) => path.includes('user')).length, 0)
  })

  for (const [rule, told] of [
    ['a slash more at the end', (issuer: string) => `${issuer}/`],
    ['another host', () => 'https://idp.example.com'],
    ['a template', () => 'https://login.microsoftonline.com/{tenantid}/v2.0'],
  ] as const) {
    test(`an issuer that calls itself something else is refused: ${rule}`, async () => {
      provider.fake.discovery = { ...discovery, issuer: told(provider.issuer) }
      await fails(discover(), 'mismatch', /something other|unexpected|does not match/)
    })
  }

  test('what it says of itself has to be a document that can be read, and of a bounded size', async () => {
    const route = '/.well-known/openid-configuration'
    for (const [answer, failure, says] of [
      ['[]', 'mismatch', /must be a top level object/],
      ['<html>', 'unusable', /answered 200, and nothing that the standard knows/],
      [JSON.stringify({ ...discovery, issuer: undefined }), 'mismatch', /issuer/],
      [`{"x":"${'x'.repeat(600_000)}"}`, 'unreachable', /more than 524288 bytes/],
    ] as const) {
      provider.fake.routes.set(route, (_, response) => response.end(answer))
      await fails(discover(), failure, says)
    }
    provider.fake.routes.set(route, (_, response) => response.writeHead(302, { Location: '/elsewhere' }).end())
    await fails(discover(), 'unusable', /redirects are not followed/)
    assert.ok(!provider.fake.fetched.includes('/elsewhere'))
    provider.fake.routes.set(route, (_, response) => response.writeHead(503).end())
    await fails(discover(), 'unreachable', /answered 503/)
  })

  test('a provider that is down is told, with where it was looked for', async () => {
    await fails(
      discover({ issuer: 'http://127.0.0.1:3' }),
      'unreachable',
      /^http:\/\/127\.0\.0\.1:3 does not answer.*ECONNREFUSED/,
    )
  })

  for (const address of [
    'http://idp.example.com/login',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'x-app:open',
    'https://a:b@idp.example.com/',
    '/login',
    undefined,
  ]) {
    test(`nobody is sent to ${address}`, async () => {
      provider.fake.discovery = { ...discovery, authorization_endpoint: address }
      await fails((await discover()).begin(REDIRECT), 'unusable', /not https|authorization_endpoint|only HTTP/)
    })
  }

  for (const endpoint of ['http://169.254.169.254/token', 'http://idp.example.com/token', 'gopher://127.0.0.1/']) {
    test(`no code is sent to ${endpoint}`, async () => {
      provider.fake.discovery = { ...discovery, token_endpoint: endpoint }
      const login = await discover()
      const { proof } = await login.begin(REDIRECT)
      await fails(login.finish(`?code=c&state=${proof.state}`, proof), 'unusable', /neither https nor|only HTTP/)
    })
  }
})

describe('an answer that is none to this sign-in', () => {
  async function begun(): Promise<{ readonly login: OidcLogin; readonly proof: LoginProof }> {
    const login = await discover()
    return { login, proof: (await login.begin(REDIRECT)).proof }
  }

  for (const [rule, query, says] of [
    ['of another state', '?code=c&state=another', /unexpected "state"/],
    ['without a state', '?code=c', /"state" missing/],
    ['with two states', '?code=c&state=STATE&state=STATE', /only once/],
    ['with two codes', '?code=c&code=d&state=STATE', /only once/],
    ['of another provider', '?code=c&state=STATE&iss=https://evil.example.com', /unexpected "iss"/],
    ['without a code', '?state=STATE', /no authorization code/],
    ['with a token instead', '?state=STATE&id_token=a.b.c', /not supported/],
    ['in another form', '?response=a.b.c&state=STATE', /JARM/],
  ] as const) {
    test(`${rule} is refused before its code is sent anywhere`, async () => {
      const { login, proof } = await begun()
      await fails(
        login.finish(query.replaceAll('STATE', proof.state), proof),
        says.source === 'not supported' ? 'unusable' : 'mismatch',
        says,
      )
      assert.equal(provider.forms.length, 0)
    })
  }

  test('a provider that always says who it is has to say it', async () => {
    provider.fake.discovery = { ...discovery, authorization_response_iss_parameter_supported: true }
    const { login, proof } = await begun()
    await fails(login.finish(`?code=c&state=${proof.state}`, proof), 'mismatch', /"iss" \(issuer\) missing/)
  })

  test('a refusal is told as the provider words it, in one line', async () => {
    const { login, proof } = await begun()
    const query = new URLSearchParams({
      error: 'access_denied',
      error_description: 'not\n\u001b[31myou',
      state: proof.state,
    })
    await fails(login.finish(`?${query}`, proof), 'refused', /refused: access_denied: not {1,2}\[31myou$/)
  })

  for (const [rule, over, says] of [
    ['of another nonce', { nonce: 'another' }, /"nonce"/],
    ['without a nonce', { nonce: undefined }, /"nonce"/],
    ['of another issuer', { iss: 'https://evil.example.com' }, /"iss"/],
    ['for another client', { aud: 'another' }, /"aud"/],
    ['for several clients, and for none of them in particular', { aud: [CLIENT_ID, 'another'] }, /"aud"/],
    ['that has expired', { exp: 1 }, /"exp"/],
    ['of nobody', { sub: undefined }, /"sub"/],
  ] as const) {
    test(`an ID token ${rule} is refused`, async () => {
      const { login, proof } = await begun()
      provider.on('/token', () => provider.tokens({ nonce: proof.nonce, ...over }))
      await fails(login.finish(`?code=c&state=${proof.state}`, proof), 'mismatch', says)
    })
  }

  test('an ID token that another key signed is refused, and one by no key, and one by the secret', async () => {
    const { login, proof } = await begun()
    const stranger = await issuerKey('first')
    const claims = {
      iss: provider.issuer,
      sub: 'alice',
      aud: CLIENT_ID,
      nonce: proof.nonce,
      iat: 1,
      exp: 9_999_999_999,
    }
    const [header, payload] = (await signed(claims, stranger)).split('.')
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    for (const [token, says] of [
      [await signed(claims, stranger), /signature/],
      [await signed(claims, await issuerKey('unknown')), /no applicable keys/],
      [`${none}.${payload}.`, /alg/],
      [`${header}.${payload}.`, /signature/],
    ] as const) {
      provider.on('/token', () => ({ body: { access_token: 'a', token_type: 'bearer', id_token: token } }))
      await assert.rejects(login.finish(`?code=c&state=${proof.state}`, proof), (error) => {
        assert.ok(error instanceof LoginError)
        assert.match(error.message, says)
        return true
      })
    }
  })

  test('an answer without an ID token proves nobody', async () => {
    const { login, proof } = await begun()
    provider.on('/token', () => ({ body: { access_token: 'a', token_type: 'bearer' } }))
    await fails(login.finish(`?code=c&state=${proof.state}`, proof), 'mismatch', /"id_token"/)
  })

  test('a code that was used before is refused by the provider, and that is told', async () => {
    const { login, proof } = await begun()
    provider.on('/token', () => ({ status: 400, body: { error: 'invalid_grant', error_description: 'used' } }))
    await fails(login.finish(`?code=c&state=${proof.state}`, proof), 'refused', /refused: invalid_grant: used$/)
  })

  test('what a provider says is not told when a secret stands in it', async () => {
    const login = await discover({ clientSecret: new Secret(SECRET) })
    const { proof } = await login.begin(REDIRECT)
    for (const said of [SECRET, 'the-code', proof.codeVerifier]) {
      provider.on('/token', () => ({
        status: 400,
        body: { error: 'invalid_grant', error_description: `no: ${said}!` },
      }))
      await fails(login.finish(`?code=the-code&state=${proof.state}`, proof), 'refused', /refused: invalid_grant$/)
    }
    provider.on('/token', () => ({ status: 400, body: { error: SECRET, error_description: 7 } }))
    await fails(login.finish(`?code=the-code&state=${proof.state}`, proof), 'refused', /it does not say why$/)
    provider.on('/token', () => ({ status: 401, headers: { 'WWW-Authenticate': 'Basic realm="x"' }, body: {} }))
    await fails(login.finish(`?code=the-code&state=${proof.state}`, proof), 'refused', /does not know this client/)
  })

  test('tokens that lead elsewhere, or never end, are left', async () => {
    const { login, proof } = await begun()
    provider.on('/token', () => ({ status: 307, headers: { Location: `${provider.issuer}/elsewhere` }, body: '' }))
    await fails(login.finish(`?code=c&state=${proof.state}`, proof), 'unusable', /redirects are not followed/)
    assert.ok(!provider.fake.fetched.includes('/elsewhere'))
    provider.fake.routes.set('/token', (_, response) => {
      const pour = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      }
      response.on('drain', pour)
      pour()
    })
    await fails(login.finish(`?code=c&state=${proof.state}`, proof), 'unreachable', /more than 524288 bytes/)
  })
})

describe('a sign-in by code', () => {
  test('sends people to the provider with state, nonce and challenge, and asks for a refresh token where there are some', async () => {
    const { url, proof } = await (await discover()).begin(REDIRECT)
    const { code_challenge, ...asked } = Object.fromEntries(url.searchParams)
    assert.equal(`${url.origin}${url.pathname}`, `${provider.issuer}/authorize`)
    assert.deepEqual(asked, {
      client_id: CLIENT_ID,
      code_challenge_method: 'S256',
      nonce: proof.nonce,
      prompt: 'consent',
      redirect_uri: REDIRECT,
      response_type: 'code',
      scope: 'openid offline_access',
      state: proof.state,
    })
    assert.match(code_challenge ?? '', /^[\w-]{43}$/)
    assert.ok(!url.href.includes(proof.codeVerifier))

    provider.fake.discovery = { ...discovery, scopes_supported: ['openid'] }
    const { searchParams } = (await (await discover()).begin(REDIRECT)).url
    assert.deepEqual([searchParams.get('scope'), searchParams.get('prompt')], ['openid', null])
    const chosen = (await (await discover({ scope: 'openid groups' })).begin(REDIRECT)).url
    assert.equal(chosen.searchParams.get('scope'), 'openid groups')
  })

  test('no two are alike', async () => {
    const login = await discover()
    const [one, other] = [(await login.begin(REDIRECT)).proof, (await login.begin(REDIRECT)).proof]
    for (const name of ['state', 'nonce', 'codeVerifier'] as const) {
      assert.notEqual(one[name], other[name])
      assert.ok(one[name].length >= 43)
    }
  })

  test('ends with tokens, and the code is shown with the verifier', async () => {
    const login = await discover()
    const { proof } = await login.begin(REDIRECT)
    provider.on('/token', async () => {
      const { body } = await provider.tokens({ nonce: proof.nonce })
      return { body: { ...Object(body), refresh_token: 'again' } }
    })
    const { idToken, refreshToken, subject } = await login.finish(`?code=c&state=${proof.state}`, proof)
    assert.deepEqual([idToken.reveal().split('.').length, refreshToken?.reveal(), subject], [3, 'again', 'alice'])
    assert.deepEqual(provider.forms[0]?.fields, {
      client_id: CLIENT_ID,
      code: 'c',
      code_verifier: proof.codeVerifier,
      grant_type: 'authorization_code',
      redirect_uri: REDIRECT,
    })
    assert.equal(provider.forms[0]?.headers['user-agent'], 'rolecall')
  })

  for (const [methods, inHeader] of [
    [['client_secret_post', 'client_secret_basic'], true],
    [undefined, true],
    [['client_secret_post'], false],
  ] as const) {
    test(`a secret is shown in the ${inHeader ? 'header' : 'body'} to a provider that takes ${methods ?? 'what it does not say'}`, async () => {
      provider.fake.discovery = { ...discovery, token_endpoint_auth_methods_supported: methods }
      const login = await discover({ clientSecret: new Secret(SECRET) })
      const { proof } = await login.begin(REDIRECT)
      provider.on('/token', () => provider.tokens({ nonce: proof.nonce }))
      await login.finish(`?code=c&state=${proof.state}`, proof)
      const [{ fields, headers } = { fields: {}, headers: {} }] = provider.forms
      assert.equal(headers.authorization !== undefined, inHeader)
      assert.equal(fields['client_secret'], inHeader ? undefined : SECRET)
    })
  }

  test('a provider that takes no secret is shown none', async () => {
    provider.fake.discovery = { ...discovery, token_endpoint_auth_methods_supported: ['private_key_jwt'] }
    const login = await discover({ clientSecret: new Secret(SECRET) })
    const { proof } = await login.begin(REDIRECT)
    await fails(login.finish(`?code=c&state=${proof.state}`, proof), 'unusable', /takes no client secret/)
    assert.equal(provider.forms.length, 0)
  })

  test('a key that took over since is looked for', async () => {
    const next = await issuerKey('next')
    const login = await discover()
    const { proof } = await login.begin(REDIRECT)
    provider.fake.keys = [next.jwk, provider.key.jwk]
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: provider.issuer, sub: 'alice', aud: CLIENT_ID, iat: now, exp: now + 60, nonce: proof.nonce }
    provider.on('/token', async () => ({
      body: { access_token: 'a', token_type: 'bearer', id_token: await signed(claims, next) },
    }))
    assert.equal((await login.finish(`?code=c&state=${proof.state}`, proof)).subject, 'alice')
  })
})

describe('a refresh', () => {
  const OLD = new Secret('an-old-refresh-token')

  test('that the provider refuses is told, without the token', async () => {
    provider.on('/token', () => ({
      status: 400,
      body: { error: 'invalid_grant', error_description: `bad ${OLD.reveal()}` },
    }))
    await fails((await discover()).refresh(OLD, 'alice'), 'refused', /refused: invalid_grant$/)
  })

  test('that brings the tokens of somebody else is refused', async () => {
    provider.on('/token', () => provider.tokens({ sub: 'mallory' }))
    await fails((await discover()).refresh(OLD, 'alice'), 'mismatch', /for somebody else/)
  })

  test('that brings no ID token proves nobody', async () => {
    provider.on('/token', () => ({ body: { access_token: 'a', token_type: 'bearer' } }))
    await fails((await discover()).refresh(OLD, 'alice'), 'unusable', /no ID token/)
  })

  test('keeps the refresh token, unless there is a new one', async () => {
    const login = await discover()
    provider.on('/token', () => provider.tokens())
    assert.equal((await login.refresh(OLD, 'alice')).refreshToken?.reveal(), OLD.reveal())
    provider.on('/token', async () => ({ body: { ...Object((await provider.tokens()).body), refresh_token: 'new' } }))
    assert.equal((await login.refresh(OLD, 'alice')).refreshToken?.reveal(), 'new')
    assert.deepEqual(provider.forms[0]?.fields, {
      client_id: CLIENT_ID,
      grant_type: 'refresh_token',
      refresh_token: OLD.reveal(),
    })
  })

  test('can be taken back, where the provider knows that', async () => {
    provider.on('/revoke', () => ({ body: '' }))
    assert.equal(await (await discover()).revoke(OLD), true)
    assert.equal(provider.forms[0]?.fields['token'], OLD.reveal())
    provider.on('/revoke', () => ({ status: 400, body: { error: 'unsupported_token_type' } }))
    await fails((await discover()).revoke(OLD), 'refused', /unsupported_token_type/)
    provider.fake.discovery = { ...discovery, revocation_endpoint: undefined }
    assert.equal(await (await discover()).revoke(OLD), false)
  })
})
