import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { startTestBroker } from '../../../src/testing/index.ts'
import { DISCOVERY, type IssuerKey, issuerKey, signed, startIssuer } from '../../fake-issuer.ts'
import { SOURCE } from '../cast.ts'
import { formPost, send } from '../wire-client.ts'
import { CLIENT, providerArn, role, roleArn, trusting } from './setting.ts'

/** A provider, as directory files have it. */
interface Provider {
  readonly Url: string
  readonly ClientIdList: string[]
  readonly Jwks?: Readonly<Record<string, unknown>>
}

/** A directory with a role that trusts a provider, and these providers. */
function trustingOnly(arn: string, ...OIDCProviders: Provider[]) {
  return { Accounts: [{ Id: SOURCE, OIDCProviders, Roles: [role('Open', trusting(arn))] }] }
}

/** Exchanges a token of that issuer; gives the code of the refusal, or `credentials`. */
async function exchange(endpoint: string, iss: string, key: IssuerKey): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const { fault } = await send(
    endpoint,
    formPost(new URL(endpoint).host, {
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: roleArn('Open'),
      RoleSessionName: 'session',
      WebIdentityToken: await signed({ iss, sub: 'alice', aud: CLIENT, iat: now, exp: now + 300 }, key),
    }),
  )
  return fault === undefined ? 'credentials' : `${fault.code}: ${fault.message?.slice(0, 20)}`
}

const NO_PROVIDER = 'InvalidIdentityToken: No OpenIDConnect pro'
const NO_AUDIENCE = 'InvalidIdentityToken: Incorrect token audi'
const NO_KEY = "InvalidIdentityToken: Couldn't retrieve ve"

for (const [change, answer] of [
  ['the provider is taken away', NO_PROVIDER],
  ['the audience is taken away', NO_AUDIENCE],
  ['the provider is given another key', NO_KEY],
  ['the provider is made again, for others', NO_AUDIENCE],
] as const) {
  test(`while the issuer is asked ${change}: its token is refused`, async () => {
    const [key, other] = await Promise.all([issuerKey('k'), issuerKey('k')])
    await using issuer = await startIssuer([key])
    const arn = providerArn(issuer)
    const provider = { Url: issuer.issuer, ClientIdList: [CLIENT] }
    await using broker = await startTestBroker({
      federation: { localIssuers: [issuer.origin] },
      directory: trustingOnly(arn, provider),
    })
    const asked = Promise.withResolvers<void>()
    const answered = Promise.withResolvers<void>()
    issuer.routes.set(DISCOVERY, async (_, response) => {
      asked.resolve()
      await answered.promise
      response.end(JSON.stringify(issuer.discovery))
    })
    const pending = exchange(broker.endpoint, issuer.issuer, key)
    await asked.promise
    const changes: Record<typeof change, () => Promise<void>> = {
      'the provider is taken away': () => broker.apply(trustingOnly(arn), { prune: true }),
      'the audience is taken away': () => broker.apply(trustingOnly(arn, { ...provider, ClientIdList: ['other'] })),
      'the provider is given another key': () =>
        broker.apply(trustingOnly(arn, { ...provider, Jwks: { keys: [other.jwk] } })),
      'the provider is made again, for others': async () => {
        await broker.apply(trustingOnly(arn), { prune: true })
        await broker.apply(trustingOnly(arn, { ...provider, ClientIdList: ['other'] }))
      },
    }
    await changes[change]()
    answered.resolve()
    assert.equal(await pending, answer)
  })
}

test('whatever else changes meanwhile, the token is taken', async () => {
  const key = await issuerKey('k')
  await using issuer = await startIssuer([key])
  const provider = { Url: issuer.issuer, ClientIdList: [CLIENT] }
  const directory = trustingOnly(providerArn(issuer), provider)
  await using broker = await startTestBroker({ federation: { localIssuers: [issuer.origin] }, directory })
  issuer.routes.set(DISCOVERY, async (_, response) => {
    await broker.apply({ Accounts: [{ Id: SOURCE, Users: [{ UserName: 'somebody' }] }] })
    response.end(JSON.stringify(issuer.discovery))
  })
  assert.equal(await exchange(broker.endpoint, issuer.issuer, key), 'credentials')
})

test('keys that were fetched over plain http sign nothing for the issuer that is asked over https', async (t) => {
  const key = await issuerKey('k')
  const server = createServer(({ url }, response) => {
    response.end(JSON.stringify(url === '/keys' ? { keys: [key.jwk] } : { issuer: plain, jwks_uri: `${plain}/keys` }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const plain = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const safe = plain.replace('http:', 'https:')
  const arn = providerArn({ issuer: plain })
  const of = (Url: string) => trustingOnly(arn, { Url, ClientIdList: [CLIENT] })
  await using broker = await startTestBroker({ federation: { localIssuers: [plain, safe] }, directory: of(plain) })
  assert.equal(await exchange(broker.endpoint, plain, key), 'credentials')
  await broker.apply(of(safe))
  assert.match(await exchange(broker.endpoint, safe, key), /^IDPCommunicationError/)
  assert.equal(await exchange(broker.endpoint, plain, key), NO_PROVIDER)
})

test('an issuer that gives another key the same name is believed, and the old key is not any more', async () => {
  const [first, second] = await Promise.all([issuerKey('same'), issuerKey('same')])
  await using issuer = await startIssuer([first])
  const directory = trustingOnly(providerArn(issuer), { Url: issuer.issuer, ClientIdList: [CLIENT] })
  await using broker = await startTestBroker({ federation: { localIssuers: [issuer.origin] }, directory })
  const withKey = (key: IssuerKey) => exchange(broker.endpoint, issuer.issuer, key)
  assert.equal(await withKey(first), 'credentials')
  issuer.keys = [second.jwk]
  assert.equal(await withKey(second), 'credentials')
  assert.equal(await withKey(first), NO_KEY)
  assert.equal(issuer.fetched.length, 4, 'it is asked once more, not with every forgery')
})
