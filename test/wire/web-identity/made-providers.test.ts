import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  DeleteOpenIDConnectProviderCommand,
  IAMClient,
  RemoveClientIDFromOpenIDConnectProviderCommand,
} from '@aws-sdk/client-iam'
import { startTestBroker } from '../../../src/testing/index.ts'
import { issuerKey, signed, startIssuer } from '../../fake-issuer.ts'
import { policy, SOURCE } from '../cast.ts'
import { formPost, send } from '../wire-client.ts'
import { CLIENT, providerArn, role, roleArn, trusting } from './setting.ts'

test('the next token is judged by what the provider has become', async (t) => {
  const key = await issuerKey('rsa')
  const issuer = await startIssuer([key])
  t.after(() => issuer[Symbol.asyncDispose]())
  const OpenIDConnectProviderArn = providerArn(issuer)
  const everything = policy({ Effect: 'Allow', Action: '*', Resource: '*' })
  const broker = await startTestBroker({
    federation: { localIssuers: [issuer.origin] },
    directory: {
      Accounts: [
        {
          Id: SOURCE,
          Users: [
            {
              UserName: 'admin',
              AccessKeys: [{}],
              Policies: [{ PolicyName: 'all', PolicyDocument: everything }],
            },
          ],
          Roles: [role('Web', trusting(OpenIDConnectProviderArn))],
        },
      ],
    },
  })
  t.after(() => broker[Symbol.asyncDispose]())
  const { credentials } = await broker.as(`arn:aws:iam::${SOURCE}:user/admin`)
  const iam = new IAMClient({ endpoint: broker.endpoint, region: 'us-east-1', credentials })
  t.after(() => iam.destroy())
  const exchange = async () => {
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: issuer.issuer, sub: 'alice', aud: CLIENT, iat: now, exp: now + 600 }
    const request = formPost(new URL(broker.endpoint).host, {
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: roleArn('Web'),
      RoleSessionName: 'web',
      WebIdentityToken: await signed(claims, key),
    })
    const { status, body } = await send(broker.endpoint, request)
    return status === 200 ? 'granted' : /<Message>(.*?)<\/Message>/.exec(body)?.[1]
  }
  const client = { OpenIDConnectProviderArn, ClientID: CLIENT }
  const unknown = `No OpenIDConnect provider found in your account for ${issuer.issuer}`

  assert.equal(await exchange(), unknown)
  await iam.send(new CreateOpenIDConnectProviderCommand({ Url: issuer.issuer }))
  assert.equal(await exchange(), 'Incorrect token audience')
  await iam.send(new AddClientIDToOpenIDConnectProviderCommand(client))
  assert.equal(await exchange(), 'granted')
  await iam.send(new RemoveClientIDFromOpenIDConnectProviderCommand(client))
  assert.equal(await exchange(), 'Incorrect token audience')
  await iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }))
  assert.equal(await exchange(), unknown)
})
