import assert from 'node:assert/strict'
import { createHmac, createPublicKey } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { CreateOpenIDConnectProviderCommand, IAMClient } from '@aws-sdk/client-iam'
import { startTestBroker } from '../../../src/testing/index.ts'
import { issuerKey, signed, startIssuer } from '../../fake-issuer.ts'
import type { WireAnswer } from '../wire-client.ts'
import {
  type Account,
  claimsOf,
  type IrsaStage,
  ISSUER,
  irsaStage,
  ORIGIN,
  OTHER,
  ROLE,
  SESSION,
  WEB,
} from './stage.ts'

const NO_KEY =
  "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements"
const DENIED = 'Not authorized to perform sts:AssumeRoleWithWebIdentity'
const DAY_MS = 86_400_000

async function stage(t: TestContext): Promise<IrsaStage> {
  const set = await irsaStage()
  t.after(() => set[Symbol.asyncDispose]())
  return set
}

const refused = ({ fault }: WireAnswer, code: string, message: string | RegExp): void => {
  assert.equal(fault?.code, code)
  if (typeof message === 'string') assert.equal(fault?.message, message)
  else assert.match(fault?.message ?? '', message)
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const keyIdOf = (token: string): string =>
  JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid

/** Tokens that no cluster of this broker signed as they are. */
const FORGED: Readonly<Record<string, (token: string, set: IrsaStage) => Promise<string> | string>> = {
  'another service account in it': (token) =>
    withClaims(token, (claims) => claims.replace('default:other', 'default:web')),
  'a later end': (token) => withClaims(token, (claims) => claims.replace(/"exp":\d+/, '"exp":9999999999')),
  'a key of somebody else under the name of its own': async (token) => {
    const key = await issuerKey(keyIdOf(token))
    return await signed({ ...claimsOf(token), sub: 'system:serviceaccount:default:web' }, key)
  },
  'its public key as the secret of a MAC': async (token, { at }) => {
    const { keys } = Object(await (await fetch(at(`${new URL(ISSUER).pathname}/keys`))).json())
    const pem = createPublicKey({ key: keys[0], format: 'jwk' }).export({ type: 'spki', format: 'pem' })
    const input = `${part({ alg: 'HS256', kid: keyIdOf(token) })}.${token.split('.')[1]}`
    return `${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`
  },
  'no signature': (token) => `${part({ alg: 'none', kid: keyIdOf(token) })}.${token.split('.')[1]}.`,
  'a key that is not there': (token) => `${part({ alg: 'RS256', kid: 'gone' })}.${token.split('.').slice(1).join('.')}`,
  'a newline after it': (token) => `${token}\n`,
}

for (const [what, forge] of Object.entries(FORGED)) {
  test(`a token with ${what} proves nobody`, async (t) => {
    const set = await stage(t)
    const { status, fault } = await set.exchange(await forge(await set.token(OTHER), set))
    assert.deepEqual([status, fault?.code], [400, 'InvalidIdentityToken'])
  })
}

test('a pod of another service account is refused by the trust policy', async (t) => {
  const set = await stage(t)
  refused(await set.exchange(await set.token(OTHER)), 'AccessDenied', DENIED)
})

test('an account that does not trust the cluster takes none of its tokens', async (t) => {
  const set = await stage(t)
  const token = await set.token()
  const RoleArn = ROLE.replace('111111111111', '222222222222')
  const none = `No OpenIDConnect provider found in your account for ${ISSUER}`
  refused(await set.exchange(token, { RoleArn }), 'InvalidIdentityToken', none)
})

test('a provider that knows another audience takes none', async (t) => {
  const set = await stage(t)
  await set.apply({ OIDCProviders: [{ Url: ISSUER, ClientIdList: ['vault'] }] })
  refused(await set.exchange(await set.token()), 'InvalidIdentityToken', 'Incorrect token audience')
})

test('a token ends a day after it was issued, by the clock that moves, whoever still has a copy', async (t) => {
  const set = await stage(t)
  const token = await set.token()
  set.broker.clock.advance(DAY_MS)
  assert.equal((await set.exchange(token)).status, 200, 'five minutes are tolerated')
  set.broker.clock.advance(301_000)
  refused(await set.exchange(token), 'ExpiredTokenException', /^Token expired: current date\/time/)
  assert.equal((await set.exchange(await set.token())).status, 200, 'the file has another by then')
})

const CLUSTER: NonNullable<Account['Clusters']>[number] = {
  Name: 'shop',
  Region: 'eu-central-1',
  ServiceAccounts: [{ Namespace: 'default', Name: 'web', RoleArn: ROLE }],
}

/** What the example has beside its cluster. */
const TRUST: Partial<Account> = {
  OIDCProviders: [{ Url: ISSUER, ClientIdList: ['sts.amazonaws.com'] }],
  Roles: [
    {
      RoleName: 'web',
      AssumeRolePolicyDocument: trusting(`arn:aws:iam::111111111111:oidc-provider/${ISSUER.slice('http://'.length)}`),
    },
  ],
}

test('tokens of a cluster that is gone prove nobody from then on, and its issuer publishes nothing', async (t) => {
  const set = await stage(t)
  const { pathname } = new URL(ISSUER)
  const token = await set.token()
  await set.apply(TRUST, true)
  refused(await set.exchange(token), 'InvalidIdentityToken', NO_KEY)
  for (const document of ['/.well-known/openid-configuration', '/keys']) {
    assert.equal((await fetch(set.at(pathname + document))).status, 404)
  }
  await assert.rejects(set.token(), { name: 'NoSuchEntity' })

  await set.apply({ Clusters: [CLUSTER] })
  refused(await set.exchange(token), 'InvalidIdentityToken', NO_KEY)
  assert.equal((await set.exchange(await set.token())).status, 200, 'the new cluster of that name has keys of its own')
})

test('a token of a service account that is gone is good to its end, as at AWS: STS sees what its cluster signed', async (t) => {
  const set = await stage(t)
  const token = await set.token()
  await set.apply({ Clusters: [{ ...CLUSTER, ServiceAccounts: [] }] })
  await assert.rejects(set.token(), { name: 'NoSuchEntity' })
  assert.equal((await set.exchange(token)).status, 200)
  set.broker.clock.advance(DAY_MS + 301_000)
  refused(await set.exchange(token), 'ExpiredTokenException', /^Token expired/)
})

test('tokens of a closed account prove nobody', async (t) => {
  const set = await stage(t)
  const Id = '222222222222'
  const Url = `${ORIGIN}/clusters/${Id}/us-east-1/bank`
  const trust = trusting(`arn:aws:iam::111111111111:oidc-provider/${Url.slice('http://'.length)}`)
  await set.broker.apply({
    Accounts: [
      { Id, Clusters: [{ Name: 'bank', ServiceAccounts: [{ Namespace: 'a', Name: 'b', RoleArn: ROLE }] }] },
      {
        Id: '111111111111',
        OIDCProviders: [{ Url, ClientIdList: ['sts.amazonaws.com'] }],
        Roles: [{ RoleName: 'web', AssumeRolePolicyDocument: trust }],
      },
    ],
  })
  const token = await set.token('pod/bank/a/b')
  assert.equal((await set.exchange(token)).status, 200, 'the cluster of another account is trusted')
  await fetch(`${set.broker.addresses.admin}/operations/CloseAccount`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${set.broker.operatorToken}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ account: Id }),
  })
  refused(await set.exchange(token), 'InvalidIdentityToken', NO_KEY)
  await assert.rejects(set.token('pod/bank/a/b'), { name: 'NoSuchEntity' })
})

test('what a pod shows for EKS Pod Identity is no token for STS, and the other way round', async (t) => {
  const set = await stage(t)
  const trust = {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Service: 'pods.eks.amazonaws.com' },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
    },
  }
  const RoleArn = 'arn:aws:iam::111111111111:role/pod'
  await set.apply({
    Roles: [{ RoleName: 'pod', AssumeRolePolicyDocument: trust }],
    PodIdentityAssociations: [
      { ClusterName: 'shop', Region: 'eu-central-1', Namespace: 'default', ServiceAccount: 'web', RoleArn },
    ],
  })
  const { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri = '', AWS_CONTAINER_AUTHORIZATION_TOKEN: podToken = '' } =
    await set.broker.env(WEB)
  const ask = async (Authorization: string) => (await fetch(uri, { headers: { Authorization } })).status
  assert.equal(await ask(podToken), 200)
  assert.equal(await ask(await set.token()), 400)
  assert.equal((await set.exchange(podToken)).fault?.code, 'InvalidIdentityToken')
})

for (const [what, url] of [
  ['what else this origin has', `${ORIGIN}/other`],
  ['this origin itself', ORIGIN],
  ['something below a cluster', `${ISSUER}/x`],
  ['a cluster with a slash after it', `${ISSUER}/`],
  ['a cluster by another name of the machine', ISSUER.replace('127.0.0.1', 'localhost')],
  ['a cluster at another port', ISSUER.replace('7600', '7601')],
  ['a cluster over TLS, which is not spoken here', ISSUER.replace('http:', 'https:')],
  ['a cluster with a name before it', ISSUER.replace('//', '//user@')],
  ['a cluster that climbs', `${ORIGIN}/clusters/../tokens/111111111111/us-east-1/shop`],
  ['a cluster with an escape', `${ISSUER}%2f`],
] as const) {
  test(`the issuers of clusters open nothing of loopback: no provider for ${what}`, async (t) => {
    const set = await stage(t)
    await assert.rejects(set.apply({ OIDCProviders: [{ Url: url, ClientIdList: ['x'] }] }), {
      name: 'DirectoryFileError',
      message: /Url/,
    })
  })
}

test("IAM's own API takes the issuer of a cluster, and nothing else that is near", async (t) => {
  const set = await stage(t)
  await set.apply({
    Users: [
      { UserName: 'admin', AccessKeys: [{}], ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] },
    ],
  })
  const { credentials, region } = await set.broker.as('111111111111/admin')
  const iam = new IAMClient({ credentials, region, endpoint: set.broker.addresses.api, maxAttempts: 1 })
  t.after(() => iam.destroy())
  const create = (Url: string) => iam.send(new CreateOpenIDConnectProviderCommand({ Url, ClientIDList: ['x'] }))
  await assert.rejects(create('http://127.0.0.1:7601'), { name: 'InvalidInputException' })
  const { OpenIDConnectProviderArn } = await create(ISSUER.replace('/shop', '/bank'))
  assert.match(OpenIDConnectProviderArn ?? '', /127\.0\.0\.1:7600\/clusters\/111111111111\/eu-central-1\/bank$/)
})

test('nobody is asked for the keys of a cluster, who might answer at its address', async () => {
  const key = await issuerKey('k')
  const path = '/clusters/111111111111/eu-central-1/shop'
  await using stranger = await startIssuer([key], path)
  // The address that this broker goes by is that of somebody else.
  const Url = stranger.issuer
  await using broker = await startTestBroker({
    publicUrl: stranger.origin,
    directory: {
      Accounts: [
        {
          Id: '111111111111',
          Clusters: [CLUSTER],
          OIDCProviders: [{ Url, ClientIdList: ['sts.amazonaws.com'] }],
          Roles: [
            {
              RoleName: 'web',
              AssumeRolePolicyDocument: trusting(
                `arn:aws:iam::111111111111:oidc-provider/${Url.slice('http://'.length)}`,
              ),
            },
          ],
        },
      ],
    },
  })
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    iss: Url,
    sub: 'system:serviceaccount:default:web',
    aud: 'sts.amazonaws.com',
    iat: now,
    exp: now + 60,
  }
  const ask = await fetch(broker.addresses.api, {
    method: 'POST',
    body: new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: ROLE,
      RoleSessionName: 'session',
      WebIdentityToken: await signed(claims, key),
    }),
  })
  assert.equal(ask.status, 400)
  assert.match(await ask.text(), /InvalidIdentityToken/)
  assert.deepEqual(stranger.fetched, [])
})

test('one that is right in everything is taken', async (t) => {
  const set = await stage(t)
  const { status, body } = await set.exchange(await set.token())
  assert.equal(status, 200, body)
  assert.ok(body.includes(SESSION))
  assert.ok(body.includes('<SubjectFromWebIdentityToken>system:serviceaccount:default:web<'))
})

function trusting(Federated: string) {
  return {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { Federated }, Action: 'sts:AssumeRoleWithWebIdentity' },
  }
}

function withClaims(token: string, change: (claims: string) => string): string {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const changed = change(Buffer.from(payload, 'base64url').toString())
  return `${header}.${Buffer.from(changed).toString('base64url')}.${signature}`
}
