import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  DisableOutboundWebIdentityFederationCommand,
  EnableOutboundWebIdentityFederationCommand,
  GetOutboundWebIdentityFederationInfoCommand,
} from '@aws-sdk/client-iam'
import { calculateJwkThumbprint, type JSONWebKeySet, jwtVerify } from 'jose'
import { refused } from '../iam/iam-stage.ts'
import {
  ACCOUNT,
  AUDIENCE,
  claimsOf,
  OTHER,
  type OutboundStage,
  SILENT,
  setOutboundStage,
  verified,
} from './outbound-stage.ts'

const HOUR_MS = 3_600_000
const enable = () => new EnableOutboundWebIdentityFederationCommand()
const disable = () => new DisableOutboundWebIdentityFederationCommand()
const info = () => new GetOutboundWebIdentityFederationInfoCommand()

describe('an account as an issuer', () => {
  let stage: OutboundStage
  before(async () => {
    stage = await setOutboundStage()
  })
  after(() => stage[Symbol.asyncDispose]())

  const keysOf = async (issuer: string): Promise<JSONWebKeySet['keys']> =>
    JSON.parse(await (await stage.published(issuer)).text()).keys

  for (const command of [enable, disable, info]) {
    const name = command().constructor.name.replace('Command', '')
    test(`${name} takes a permission`, async () => {
      const message = `User: arn:aws:iam::${ACCOUNT}:user/idle is not authorized to perform: iam:${name} on resource: * because no identity-based policy allows the iam:${name} action`
      await refused((await stage.iam('idle')).send(command()), 403, 'AccessDenied', message)
    })
  }

  test('what is enabled cannot be enabled', async () => {
    const message = `Outbound identity federation is already enabled for account ${ACCOUNT}`
    await refused((await stage.iam('admin')).send(enable()), 409, 'FeatureEnabled', message)
  })

  test('what is disabled can be neither disabled nor told of', async () => {
    const iam = await stage.iam(`${SILENT}/admin`)
    const already = `Outbound identity federation is already disabled for account ${SILENT}`
    await refused(iam.send(disable()), 404, 'FeatureDisabled', already)
    const message = `Outbound identity federation is disabled for account ${SILENT}`
    await refused(iam.send(info()), 404, 'FeatureDisabled', message)
  })

  test('disabled, nothing is signed at once; what was signed verifies until it has expired, then the issuer is gone', async () => {
    await using other = await setOutboundStage()
    const iam = await other.iam(`${SILENT}/admin`)
    const { IssuerIdentifier: issuer = '' } = await iam.send(enable())
    assert.match(issuer, new RegExp(`^${other.broker.endpoint}/tokens/${SILENT}/[0-9a-f-]{36}$`))
    const { $metadata: _, ...told } = await iam.send(info())
    assert.deepEqual(told, { IssuerIdentifier: issuer, JwtVendingEnabled: true })
    const token = await other.token({ DurationSeconds: 3600 }, `${SILENT}/admin`)

    await iam.send(disable())
    const message = 'OutboundWebIdentityFederation is disabled.'
    await refused(other.token({}, `${SILENT}/admin`), 403, 'OutboundWebIdentityFederationDisabled', message)
    assert.equal((await verified(token)).claims.iss, issuer)
    other.advance(HOUR_MS - 1000)
    assert.equal((await other.published(issuer)).status, 200)
    other.advance(1000)
    for (const name of ['jwks.json', 'openid-configuration'] as const) {
      assert.equal((await other.published(issuer, name)).status, 404)
    }
    assert.equal((await iam.send(enable())).IssuerIdentifier, issuer)
    assert.equal((await other.published(issuer)).status, 200)
  })

  test('issuers cannot be guessed: another id, another account and everything else is not there', async () => {
    const mine = claimsOf(await stage.token()).iss ?? ''
    const theirs = claimsOf(await stage.token({}, `${OTHER}/admin`)).iss ?? ''
    const id = theirs.slice(-36)
    const { endpoint } = stage.broker
    const { length } = `${endpoint}/tokens/${ACCOUNT}/`
    assert.notEqual(mine.slice(length), id)
    for (const issuer of [
      `${endpoint}/tokens/${ACCOUNT}/${id}`,
      `${endpoint}/tokens/${ACCOUNT}/${mine.slice(-36).toUpperCase()}X`,
      `${endpoint}/tokens/${SILENT}/${id}`,
      `${endpoint}/tokens/444444444444/${id}`,
      `${endpoint}/tokens/${ACCOUNT}/undefined`,
      `${endpoint}/tokens/${ACCOUNT}`,
      `${mine}/..`,
      `${mine}//`,
    ]) {
      assert.equal((await stage.published(issuer)).status, 404, issuer)
    }
    assert.equal((await fetch(`${mine}/.well-known/`)).status, 404)
    assert.equal((await fetch(`${mine}/.well-known/jwks.json/x`)).status, 404)
  })

  test('documents are for anybody to read and to remember, and are only read', async () => {
    const issuer = claimsOf(await stage.token()).iss ?? ''
    const discovery = await stage.published(issuer, 'openid-configuration')
    for (const { headers } of [discovery, await stage.published(issuer)]) {
      assert.equal(headers.get('content-type'), 'application/json')
      assert.equal(headers.get('cache-control'), 'public, max-age=300')
      assert.equal(headers.get('access-control-allow-origin'), '*')
      assert.equal(headers.get('set-cookie'), null)
    }
    assert.deepEqual(await discovery.json(), {
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256', 'ES384'],
      claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'jti', 'https://sts.amazonaws.com/'],
    })
    const head = await fetch(`${issuer}/.well-known/jwks.json?v=1`, { method: 'HEAD' })
    assert.equal(head.status, 200)
    assert.ok(Number(head.headers.get('content-length')) > 500)
    const posted = await fetch(`${issuer}/.well-known/jwks.json`, { method: 'POST', body: '' })
    assert.doesNotMatch(await posted.text(), /kty/)
  })

  test('keys are published as public keys for signatures, each under its thumbprint', async () => {
    const keys = await keysOf(claimsOf(await stage.token()).iss ?? '')
    assert.deepEqual(keys.map(Object.keys), [
      ['alg', 'kid', 'use', 'e', 'kty', 'n'],
      ['alg', 'kid', 'use', 'crv', 'kty', 'x', 'y'],
    ])
    assert.deepEqual(
      keys.map(({ alg, use }) => [alg, use]),
      [
        ['RS256', 'sig'],
        ['ES384', 'sig'],
      ],
    )
    for (const key of keys) assert.equal(key.kid, await calculateJwkThumbprint(key))
  })

  test('a key is published before it signs, signs nothing once it is replaced, and verifies until its tokens are over', async () => {
    await using rotated = await setOutboundStage()
    const { keyring } = rotated.node.broker
    const issuer = claimsOf(await rotated.token()).iss ?? ''
    const kids = async () => {
      const { keys }: JSONWebKeySet = JSON.parse(await (await rotated.published(issuer)).text())
      return keys.filter(({ alg }) => alg === 'RS256').map(({ kid }) => kid ?? '')
    }
    const [old = ''] = await kids()
    await keyring.rotate('outbound-rs256')
    const [first, next = '', ...more] = await kids()
    assert.deepEqual([first, more], [old, []])
    const before = await verified(await rotated.token())
    assert.equal(before.header.kid, old)

    rotated.advance(HOUR_MS)
    const token = await rotated.token()
    assert.equal((await verified(token)).header.kid, next)
    // Whoever fetched the keys before they changed verifies it all the same.
    await jwtVerify(token, before.keys, { issuer, audience: AUDIENCE })
    assert.deepEqual(await kids(), [old, next])

    rotated.advance(49 * HOUR_MS)
    await keyring.upkeep()
    assert.deepEqual(await kids(), [next])
  })

  test('a stolen key verifies nothing any more', async () => {
    await using robbed = await setOutboundStage()
    const { keyring } = robbed.node.broker
    const { id } = keyring.active('outbound-es384')
    const token = await robbed.token({ SigningAlgorithm: 'ES384' })
    await verified(token)
    await keyring.supersede('outbound-es384', id)
    await keyring.destroy('outbound-es384', id)
    await assert.rejects(verified(token), { code: 'ERR_JWKS_NO_MATCHING_KEY' })
    await verified(await robbed.token({ SigningAlgorithm: 'ES384' }))
  })
})
