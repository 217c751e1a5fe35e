import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { JWK } from 'jose'
import { startTestBroker, type TestBroker } from '../../src/testing/index.ts'
import { formPost, send, type WireAnswer } from '../wire/wire-client.ts'
import { APP, MACHINE, providerKey, type RealIssuer, startRealIssuer } from './real-issuer.ts'

const ACCOUNT = '111111111111'
const ACTIONS = ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession']

describe('a real OpenID Connect provider on loopback', () => {
  let issuer: RealIssuer
  let broker: TestBroker
  let first: JWK
  before(async () => {
    first = await providerKey('first')
    issuer = await startRealIssuer(first)
    const host = issuer.issuer.replace('http://', '')
    const role = (RoleName: string, aud: string, sub: string) => ({
      RoleName,
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${host}` },
          Action: ACTIONS,
          Condition: { StringEquals: { [`${host}:aud`]: aud, [`${host}:sub`]: sub } },
        },
      },
    })
    broker = await startTestBroker({
      federation: { localIssuers: [issuer.issuer] },
      directory: {
        Accounts: [
          {
            Id: ACCOUNT,
            OIDCProviders: [{ Url: issuer.issuer, ClientIdList: [APP, 'sts.amazonaws.com'] }],
            Roles: [role('Person', APP, 'alice'), role('Machine', 'sts.amazonaws.com', MACHINE)],
          },
        ],
      },
    })
  })
  after(async () => {
    await broker.stop()
    await issuer[Symbol.asyncDispose]()
  })

  async function exchange(name: string, WebIdentityToken: string): Promise<WireAnswer> {
    return await send(
      broker.endpoint,
      formPost(new URL(broker.endpoint).host, {
        Action: 'AssumeRoleWithWebIdentity',
        Version: '2011-06-15',
        RoleArn: `arn:aws:iam::${ACCOUNT}:role/${name}`,
        RoleSessionName: 'session',
        WebIdentityToken,
      }),
    )
  }

  test('the token of another person, or of a machine, gets nothing of a role for one', async () => {
    for (const token of [await issuer.signIn('mallory'), await issuer.asMachine()]) {
      assert.equal((await exchange('Person', token)).fault?.code, 'AccessDenied')
    }
  })

  test('the ID token of a sign-in by code and PKCE gets credentials, tags included', async () => {
    const { status, body } = await exchange('Person', await issuer.signIn('alice'))
    assert.equal(status, 200, body)
    assert.match(body, /<SubjectFromWebIdentityToken>alice</)
    assert.match(body, /<PackedPolicySize>[1-9]/)
  })

  test('the access token of a machine gets credentials, without anybody signing in', async () => {
    const { status, body } = await exchange('Machine', await issuer.asMachine())
    assert.equal(status, 200, body)
  })

  test('when keys rotate, old tokens go on and new ones are taken at once, but not twice within the cool-down', async () => {
    const [second, third] = [await providerKey('second'), await providerKey('third')]
    const before = await issuer.signIn('alice')
    assert.equal((await exchange('Person', before)).status, 200)
    const fetched = issuer.fetchedKeys

    issuer.useKeys(second, first)
    const during = await issuer.signIn('alice')
    assert.equal((await exchange('Person', during)).status, 200, 'an unknown key is looked for')
    assert.equal((await exchange('Person', before)).status, 200)
    assert.equal(issuer.fetchedKeys, fetched + 1)

    issuer.useKeys(third)
    const afterwards = await exchange('Person', await issuer.signIn('alice'))
    assert.match(afterwards.fault?.message ?? '', /^Couldn't retrieve verification key/, 'not twice in 30 seconds')
    assert.equal(issuer.fetchedKeys, fetched + 1)
  })
})
