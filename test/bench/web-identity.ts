import type { DirectoryInput } from '../../src/index.ts'
import { type IssuerKey, issuerKey, signed } from '../fake-issuer.ts'
import { againstBare } from './against-bare.ts'
import { DIRECTORY } from './directory.ts'
import type { Row } from './row.ts'
import type { PreparedRequest } from './signed-request.ts'

const ACCOUNT = '555555555555'
const HOST = 'idp.example.com'
/** How many are sent in turn. */
const TOKENS = { new: 16, repeated: 1 } as const

/**
 * AssumeRoleWithWebIdentity with an algorithm, with new tokens or one that is shown again and again. Nothing of a token is
 * remembered, so both should cost the same; the keys are given, because what an issuer takes to answer is its own affair.
 */
export async function webIdentityRow(algorithm: 'RS256' | 'ES256', tokens: keyof typeof TOKENS): Promise<Row> {
  const key = await issuerKey('one', algorithm)
  return await againstBare({
    work: `WebIdentity ${algorithm}, ${tokens === 'new' ? 'new token each' : 'the same token again'}`,
    target: { atLeast: 20, aim: 25 },
    settings: { data: ':memory:', directory: directoryWith(key) },
    prepare: async () => await Promise.all(Array.from({ length: TOKENS[tokens] }, (_, index) => exchange(key, index))),
  })
}

function directoryWith({ jwk }: IssuerKey): DirectoryInput {
  const AssumeRolePolicyDocument = {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${HOST}` },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { [`${HOST}:aud`]: 'client' }, StringLike: { [`${HOST}:sub`]: 'repo:org/app:*' } },
    },
  }
  return {
    Accounts: [
      ...DIRECTORY.Accounts,
      {
        Id: ACCOUNT,
        OIDCProviders: [{ Url: `https://${HOST}`, ClientIdList: ['client'], Jwks: { keys: [jwk] } }],
        Roles: [{ RoleName: 'ci', AssumeRolePolicyDocument }],
      },
    ],
  }
}

async function exchange(key: IssuerKey, index: number): Promise<PreparedRequest> {
  const now = Math.floor(Date.now() / 1000)
  const claims = { iss: `https://${HOST}`, sub: `repo:org/app:${index}`, aud: 'client', iat: now, exp: now + 3600 }
  const body = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: `arn:aws:iam::${ACCOUNT}:role/ci`,
    RoleSessionName: `build-${index}`,
    WebIdentityToken: await signed(claims, key),
  }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'Content-Length': String(body.length) }
  return { method: 'POST', path: '/', headers, body }
}
