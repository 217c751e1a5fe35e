import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { type DesiredAccount, DirectoryMistakes, planDirectory } from '../../../src/domain/directory/index.ts'
import { epochMillis } from '../../../src/model/index.ts'
import { readDirectoryObject } from '../../../src/operations/loading/directory-source.ts'
import { systemRandom } from '../../../src/platform/random.ts'
import { aWorld, SOURCE, TARGET } from './samples.ts'

const Url = 'https://idp.example.com/realms/x'
const ARN = `arn:aws:iam::${SOURCE}:oidc-provider/idp.example.com/realms/x`
const KEY = { ...generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' }), kid: 'one' }

/** An account with these providers, as a file would say it. */
function withProviders(OIDCProviders: readonly object[], Id: string = SOURCE): DesiredAccount {
  const [account] = readDirectoryObject({ Accounts: [{ Id, OIDCProviders: OIDCProviders as [] }] }).desired.Accounts
  return account ?? assert.fail()
}

async function mistakesOf(t: TestContext, ...providers: readonly object[]): Promise<readonly string[]> {
  try {
    const world = await aWorld(t, { localIssuers: ['http://127.0.0.1:3000'] })
    await world.plan(withProviders(providers))
  } catch (error) {
    assert.ok(error instanceof DirectoryMistakes)
    return error.mistakes.map(({ path, message }) => `${path.slice(3).join('.')}: ${message}`)
  }
  return []
}

const SCHEME = 'must begin with https://'
const NORMAL = 'must be a URL in its normal form: host in lower case, then a path; no query, no escapes'
const PUBLIC = 'must name a host of the internet, without port; serve --local-issuer ORIGIN allows one that is not'

for (const [url, says] of [
  ['http://idp.example.com', SCHEME],
  ['idp.example.com', SCHEME],
  ['HTTPS://idp.example.com', SCHEME],
  ['ftp://idp.example.com', SCHEME],
  ['https://', NORMAL],
  ['https://idp.example.com?x', NORMAL],
  ['https://idp.example.com/?x=1', NORMAL],
  ['https://idp.example.com/#x', NORMAL],
  ['https://user@idp.example.com', NORMAL],
  ['https://user:secret@idp.example.com', NORMAL],
  ['https://Idp.example.com', NORMAL],
  ['https://idp.example.com/a/../b', NORMAL],
  ['https://idp.example.com/a//b', NORMAL],
  ['https://idp.example.com/%2e', NORMAL],
  ['https://idp.example.com/a b', NORMAL],
  ['https://idp.example.com/*', NORMAL],
  ['https://idp.example.com\\a', NORMAL],
  ['https://ídp.example.com', NORMAL],
  ['https://idp.example.com:443', NORMAL],
  ['https://idp.example.com:8443', PUBLIC],
  ['https://idp.example.com.', PUBLIC],
  ['https://localhost', PUBLIC],
  ['https://192.0.2.1', PUBLIC],
  ['https://8.8.8.8/x', PUBLIC],
  ['https://127.1', NORMAL],
  ['https://2130706433', NORMAL],
  ['https://0x7f.1/x', NORMAL],
  ['https://[::1]', PUBLIC],
  ['http://127.0.0.1:3001', SCHEME],
  ['https://127.0.0.1:3000', PUBLIC],
  [`https://idp.example.com/${'x'.repeat(232)}`, 'must have at most 255 characters'],
] as const) {
  test(`a provider at ${url.slice(0, 60)} is refused`, async (t) => {
    assert.deepEqual(await mistakesOf(t, { Url: url }), [`0.Url: "${url}" ${says}`])
  })
}

for (const [what, parts, mistake] of [
  ['101 client ids', { ClientIdList: many(101) }, '0.ClientIdList: at most 100 entries'],
  ['an empty client id', { ClientIdList: [''] }, '0.ClientIdList.0: "" must be 1 to 255 characters'],
  [
    'a client id of 256 characters',
    { ClientIdList: ['x'.repeat(256)] },
    `0.ClientIdList.0: "${'x'.repeat(256)}" must be 1 to 255 characters`,
  ],
  ['a client id twice', { ClientIdList: ['a', 'a'] }, '0.ClientIdList.1: "a" stands here twice'],
  [
    'six thumbprints',
    { ThumbprintList: many(6).map((each) => each.padStart(40, '0')) },
    '0.ThumbprintList: at most 5 entries',
  ],
  [
    'a thumbprint of 39 digits',
    { ThumbprintList: ['a'.repeat(39)] },
    `0.ThumbprintList.0: "${'a'.repeat(39)}" must be 40 hexadecimal digits: a SHA-1 of a certificate`,
  ],
  [
    'keys that are none',
    { Jwks: { keys: {} } },
    '0.Jwks: must be a JSON Web Key Set: { "keys": [...] } with at least one key',
  ],
  ['no key', { Jwks: { keys: [] } }, '0.Jwks: must be a JSON Web Key Set: { "keys": [...] } with at least one key'],
  [
    'text that is no JSON',
    { Jwks: '{' },
    '0.Jwks: must be a JSON Web Key Set: { "keys": [...] } with at least one key',
  ],
  [
    'a private key',
    { Jwks: { keys: [{ ...KEY, d: 'AQAB' }] } },
    '0.Jwks: keys.0 is a private key: only its public part belongs here',
  ],
  [
    'a shared secret',
    { Jwks: { keys: [{ kty: 'oct', kid: 'x', k: 'x' }] } },
    '0.Jwks: keys.0 must be an RSA or EC key',
  ],
  [
    'a key without name',
    { Jwks: { keys: [{ kty: 'EC' }] } },
    '0.Jwks: keys.0 needs a kid: tokens name their key by it',
  ],
  [
    'a key to encrypt with',
    { Jwks: { keys: [KEY, { ...KEY, use: 'enc' }] } },
    '0.Jwks: keys.1 is not for signatures: leave use and key_ops out, or say "sig" and ["verify"]',
  ],
] as const) {
  test(`a provider with ${what} is refused`, async (t) => {
    assert.deepEqual(await mistakesOf(t, { Url, ...parts }), [mistake])
  })
}

test('one URL is one provider of an account, and a slash at its end makes another', async (t) => {
  assert.deepEqual(await mistakesOf(t, { Url }, { Url: `${Url}/` }, { Url }), [`2.Url: "${Url}" stands here twice`])
})

test('a provider is found in its own account, by its URL as it is spelled', async (t) => {
  const world = await aWorld(t)
  await world.apply(withProviders([{ Url, ClientIdList: ['one'], Jwks: { keys: [KEY] } }]), withProviders([], TARGET))
  const { createdAt: _, ...provider } =
    (await world.directory.oidcProvider(SOURCE, 'idp.example.com/realms/x')) ?? assert.fail()
  assert.deepEqual(provider, {
    account: SOURCE,
    url: 'idp.example.com/realms/x',
    issuer: Url,
    arn: ARN,
    clientIds: ['one'],
    thumbprints: [],
    tags: [],
    jwks: JSON.stringify({ keys: [KEY] }),
  })
  for (const [account, url] of [
    [SOURCE, 'idp.example.com/realms/X'],
    [SOURCE, 'idp.example.com/realms/x/'],
    [SOURCE, Url],
    [TARGET, 'idp.example.com/realms/x'],
  ] as const) {
    assert.equal(await world.directory.oidcProvider(account, url), undefined)
  }
})

test('an issuer that is allowed by its origin may be plain http with a port, and keeps both in its ARN', async (t) => {
  const world = await aWorld(t, { localIssuers: ['http://127.0.0.1:3000'] })
  await world.apply(withProviders([{ Url: 'http://127.0.0.1:3000/path' }]))
  const provider = await world.directory.oidcProvider(SOURCE, '127.0.0.1:3000/path')
  assert.equal(provider?.arn, `arn:aws:iam::${SOURCE}:oidc-provider/127.0.0.1:3000/path`)
  assert.equal(provider?.issuer, 'http://127.0.0.1:3000/path')
})

test('what changes of a provider is told of by its ARN, its birth is kept, and it goes when it is pruned', async (t) => {
  const world = await aWorld(t)
  const { directory, keyring } = world
  await world.apply(withProviders([{ Url }]))
  const before = await directory.oidcProvider(SOURCE, 'idp.example.com/realms/x')
  const told = async (...providers: readonly object[]) => {
    const parts = { directory, keyring, random: systemRandom, now: epochMillis(9000), unlisted: 'pruned' } as const
    const plan = () => planDirectory({ Accounts: [withProviders(providers)] }, parts)
    return (await directory.change(plan)).differences
  }
  const changed = { Url, ClientIdList: ['one'], ThumbprintList: ['a'.repeat(40)] }
  assert.deepEqual(await told(changed), [
    { change: 'changed', kind: 'oidc-provider', arn: ARN, properties: ['ClientIdList', 'ThumbprintList'] },
  ])
  const after = await directory.oidcProvider(SOURCE, 'idp.example.com/realms/x')
  assert.equal(after?.createdAt, before?.createdAt)
  assert.deepEqual(await told(changed), [])
  assert.deepEqual(await told(), [{ change: 'deleted', kind: 'oidc-provider', arn: ARN }])
  assert.equal(await directory.oidcProvider(SOURCE, 'idp.example.com/realms/x'), undefined)
})

function many(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => String(index))
}
