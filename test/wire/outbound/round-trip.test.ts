import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { EnableOutboundWebIdentityFederationCommand } from '@aws-sdk/client-iam'
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { policy } from '../cast.ts'
import { refused } from '../iam/iam-stage.ts'
import { trusting } from '../web-identity/setting.ts'
import {
  ACCOUNT,
  claimsOf,
  DIRECTORY,
  freePort,
  OTHER,
  type OutboundStage,
  SILENT,
  setOutboundStage,
} from './outbound-stage.ts'

const CLIENT = 'account-b'

/** A broker that fetches keys from itself, and another account that trusts the first one's issuer. */
async function setRoundTrip(acceptOutboundTokens: boolean): Promise<OutboundStage> {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const stage = await setOutboundStage({
    listen: { api: `127.0.0.1:${port}` },
    federation: { localIssuers: [origin], acceptOutboundTokens },
  })
  const url = claimsOf(await stage.token()).iss ?? ''
  const provider = `arn:aws:iam::${OTHER}:oidc-provider/${url.replace('http://', '')}`
  const pinned = {
    Condition: { StringEquals: { [`${url.replace('http://', '')}:sub`]: `arn:aws:iam::${ACCOUNT}:user/staff/admin` } },
  }
  const { Accounts, ...rest } = DIRECTORY
  await stage.apply({
    ...rest,
    Accounts: Accounts.map((account) =>
      account.Id === OTHER
        ? {
            ...account,
            OIDCProviders: [{ Url: url, ClientIdList: [CLIENT] }],
            Roles: [{ RoleName: 'Partner', AssumeRolePolicyDocument: policy(trusting(provider, pinned)) }],
          }
        : account,
    ),
  })
  return stage
}

function exchange(stage: OutboundStage, WebIdentityToken: string) {
  const nobody = new STSClient({ endpoint: stage.broker.endpoint, region: 'us-east-1', maxAttempts: 1 })
  const RoleArn = `arn:aws:iam::${OTHER}:role/Partner`
  const command = new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: 'partner', WebIdentityToken })
  return nobody.send(command).finally(() => nobody.destroy())
}

test('a token that AWS or a broker signed to be shown elsewhere assumes no role, however well it is trusted', async () => {
  await using stage = await setRoundTrip(false)
  const message = 'Tokens of GetWebIdentityToken cannot be used with AssumeRoleWithWebIdentity.'
  await refused(exchange(stage, await stage.token({ Audience: [CLIENT] })), 400, 'InvalidIdentityToken', message)
})

describe('where that is switched on', () => {
  let stage: OutboundStage
  before(async () => {
    stage = await setRoundTrip(true)
  })
  after(() => stage[Symbol.asyncDispose]())

  for (const SigningAlgorithm of ['RS256', 'ES384']) {
    test(`a token of one account, signed with ${SigningAlgorithm}, assumes a role of another that trusts its issuer`, async () => {
      const answer = await exchange(stage, await stage.token({ Audience: [CLIENT], SigningAlgorithm }))
      assert.equal(answer.SubjectFromWebIdentityToken, `arn:aws:iam::${ACCOUNT}:user/staff/admin`)
      const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = answer.Credentials ?? {}
      const partner = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
      const { Arn } = await (await stage.sts(partner)).send(new GetCallerIdentityCommand())
      assert.equal(Arn, `arn:aws:sts::${OTHER}:assumed-role/Partner/partner`)
    })
  }

  test('a token for somebody else is refused', async () => {
    await refused(exchange(stage, await stage.token()), 400, 'InvalidIdentityToken', 'Incorrect token audience')
  })

  test('another principal of the same account is refused by the trust policy', async () => {
    const token = await stage.token({ Audience: [CLIENT] }, 'plain')
    await refused(
      exchange(stage, token),
      403,
      'AccessDenied',
      'Not authorized to perform sts:AssumeRoleWithWebIdentity',
    )
  })

  test('the issuer of an account that nobody trusts is unknown', async () => {
    await (await stage.iam(`${SILENT}/admin`)).send(new EnableOutboundWebIdentityFederationCommand())
    const token = await stage.token({ Audience: [CLIENT] }, `${SILENT}/admin`)
    await refused(
      exchange(stage, token),
      400,
      'InvalidIdentityToken',
      /^No OpenIDConnect provider found in your account for /,
    )
  })

  test('whoever puts the name of another issuer into a token is betrayed by the key', async () => {
    const [header = '', claims = '', signature = ''] = (
      await stage.token({ Audience: [CLIENT] }, `${OTHER}/admin`)
    ).split('.')
    const mine = claimsOf(await stage.token({ Audience: [CLIENT] }))
    const forged = JSON.parse(Buffer.from(claims, 'base64url').toString())
    const changed = Buffer.from(JSON.stringify({ ...forged, iss: mine.iss, sub: mine.sub })).toString('base64url')
    const theirs = (await stage.token({ Audience: [CLIENT] })).split('.')[0] ?? ''
    for (const token of [`${header}.${changed}.${signature}`, `${theirs}.${changed}.${signature}`]) {
      await refused(exchange(stage, token), 400, 'InvalidIdentityToken', /^Couldn't retrieve verification key/)
    }
  })
})
