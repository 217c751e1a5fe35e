import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { claimsOf, ISSUER, irsaStage, OTHER } from './stage.ts'

const PATH = new URL(ISSUER).pathname
const DISCOVERY = '/.well-known/openid-configuration'

test('the issuer of a cluster publishes what that of EKS does, and any library verifies its tokens with it', async () => {
  await using set = await irsaStage()
  const read = async (path: string) => await fetch(set.at(path))
  const discovery = await read(PATH + DISCOVERY)
  assert.deepEqual(await discovery.json(), {
    issuer: ISSUER,
    jwks_uri: `${ISSUER}/keys`,
    authorization_endpoint: 'urn:kubernetes:programmatic_authorization',
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    claims_supported: ['sub', 'iss'],
    id_token_signing_alg_values_supported: ['RS256'],
  })
  assert.equal(discovery.headers.get('content-type'), 'application/json')
  const keys = Object(await (await read(`${PATH}/keys`)).json())
  assert.deepEqual(Object.keys(keys.keys[0]), ['alg', 'kid', 'use', 'e', 'kty', 'n'])
  const token = await set.token()
  const options = { issuer: ISSUER, audience: 'sts.amazonaws.com', algorithms: ['RS256'] }
  const { protectedHeader } = await jwtVerify(token, createLocalJWKSet(keys), options)
  assert.deepEqual(Object.keys(protectedHeader), ['alg', 'kid'])
})

test('a program of a test asks where the broker listens, whatever its public URL is', async () => {
  await using set = await irsaStage()
  const { AWS_ENDPOINT_URL_STS } = await set.broker.env(OTHER, { irsa: true })
  assert.equal(AWS_ENDPOINT_URL_STS, set.broker.addresses.api)
})

test('a file that names an issuer of this broker by another address is refused, and told why', async () => {
  const Url = 'http://127.0.0.1:7599/clusters/111111111111/eu-central-1/shop'
  await using set = await irsaStage()
  await assert.rejects(
    set.apply({ OIDCProviders: [{ Url, ClientIdList: ['sts.amazonaws.com'] }] }),
    /must begin with https:\/\/; of a cluster of this broker it has to begin as its API's address does now: serve --public-url http:\/\/127\.0\.0\.1:7599 keeps it/,
  )
})

for (const path of [
  PATH,
  `${PATH}/`,
  `${PATH}/.well-known/jwks.json`,
  `${PATH}/keys/`,
  `${PATH}/x/keys`,
  `${PATH.replace('shop', 'bank')}/keys`,
  `${PATH.replace('shop', 'Shop')}/keys`,
  `${PATH.replace('eu-central-1', 'us-east-1')}/keys`,
  `${PATH.replace('111111111111', '222222222222')}/keys`,
  `${PATH.replace('shop', '%73hop')}/keys`,
  '/clusters/',
  '/clusters/constructor/x/y/keys',
]) {
  test(`there is no document at ${path}`, async () => {
    await using set = await irsaStage()
    assert.equal((await fetch(set.at(path))).status, 404)
  })
}

test('a token says what a cluster says of a pod, and for how long: a day', async () => {
  await using set = await irsaStage()
  const { jti, iat, 'kubernetes.io': kubernetes, ...rest } = claimsOf(await set.token())
  assert.match(String(jti), /^[0-9a-f-]{36}$/)
  assert.deepEqual(rest, {
    aud: ['sts.amazonaws.com'],
    exp: Number(iat) + 86_400,
    iss: ISSUER,
    nbf: iat,
    sub: 'system:serviceaccount:default:web',
  })
  const { namespace, pod, serviceaccount } = Object(kubernetes)
  assert.deepEqual([namespace, serviceaccount.name], ['default', 'web'])
  assert.match(pod.name, /^web-[0-9a-f]{5}$/)
  for (const { uid } of [pod, serviceaccount]) assert.match(uid, /^[0-9a-f-]{36}$/)
  const other = Object(claimsOf(await set.token(OTHER))['kubernetes.io'])
  assert.notEqual(other.serviceaccount.uid, serviceaccount.uid)
})

test('clusters share no key, and neither do they with accounts that vouch for their principals', async () => {
  await using set = await irsaStage()
  await set.apply({ Clusters: [{ Name: 'bank', Region: 'eu-central-1' }], OutboundWebIdentityFederation: true })
  const idsAt = async (path: string) => {
    const { keys } = Object(await (await fetch(set.at(path))).json())
    return keys.map(({ kid }: { kid: string }) => kid)
  }
  const [shop, bank] = [await idsAt(`${PATH}/keys`), await idsAt(`${PATH.replace('shop', 'bank')}/keys`)]
  assert.equal(new Set([...shop, ...bank]).size, 2)
})

test('keys follow each other on schedule: what a replaced one signed is good to its end', async () => {
  await using set = await irsaStage()
  const idsNow = async (): Promise<string[]> => {
    const { keys } = Object(await (await fetch(set.at(`${PATH}/keys`))).json())
    return keys.map(({ kid }: { kid: string }) => kid)
  }
  const operate = async (name: string, input: object) =>
    await fetch(`${set.broker.addresses.admin}/operations/${name}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${set.broker.operatorToken}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(input),
    })
  const keyIdOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid
  const before = await set.token()
  const [first] = await idsNow()
  assert.equal((await operate('RotateKeys', { purpose: 'cluster-rs256' })).status, 200)
  const published = await idsNow()
  assert.equal(published.length, 2, 'the next is published before it signs')
  assert.equal(keyIdOf(await set.token()), first)
  set.broker.clock.advance(20 * 3_600_000)
  const after = await set.token()
  assert.notEqual(keyIdOf(after), first)
  assert.ok(published.includes(keyIdOf(after)))
  for (const token of [before, after]) assert.equal((await set.exchange(token)).status, 200)

  // A key that was stolen is gone at once, and pods get tokens of another.
  const { keys } = Object(await (await operate('ListKeys', {})).json())
  const rows = (keys ?? []).filter(({ purpose }: { purpose: string }) => purpose === 'cluster-rs256')
  for (const { id, state } of rows) {
    if (state === 'active') assert.equal((await operate('RotateKeys', { compromised: id })).status, 200)
  }
  assert.equal((await set.exchange(after)).fault?.code, 'InvalidIdentityToken')
  assert.equal((await set.exchange(await set.token())).status, 200)
})

test('what a pod was given stands in the audit trail, and no token', async () => {
  await using set = await irsaStage()
  const token = await set.token()
  const records = (await set.broker.events()).filter(({ eventName }) => eventName === 'IssueServiceAccountToken')
  assert.equal(records.length, 1)
  assert.deepEqual(records[0]?.['requestParameters'], {
    serviceAccount: 'pod/111111111111/eu-central-1/shop/default/web',
  })
  const text = JSON.stringify(await set.broker.events())
  for (const each of token.split('.').slice(1)) assert.ok(!text.includes(each))
})
