import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WebIdentities } from '../../../src/domain/federation/index.ts'
import { parseArn, Secret } from '../../../src/model/index.ts'
import { byWebIdentity } from '../../../src/pipeline/authentication/by-web-identity.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { issuerKey, signed } from '../../fake-issuer.ts'

test('an issuer that AWS knows is known in every account, whether it exists or not', async () => {
  const key = await issuerKey('k')
  const documents: Record<string, object> = {
    'https://accounts.google.com/.well-known/openid-configuration': {
      issuer: 'https://accounts.google.com',
      jwks_uri: 'https://www.googleapis.com/keys',
    },
    'https://www.googleapis.com/keys': { keys: [key.jwk] },
  }
  const get = async ({ url }: { readonly url: string }) => ({
    body: Buffer.from(JSON.stringify(documents[url])),
    cacheControl: undefined,
  })
  const webIdentities = new WebIdentities({ outbound: { get }, clock: systemClock })
  const now = Math.floor(Date.now() / 1000)
  const token = await signed({ iss: 'accounts.google.com', sub: '1', aud: 'a', iat: now, exp: now + 60 }, key)
  const directory = { version: 1, oidcProvider: async () => undefined, isOpen: async () => false }
  const roleArn = parseArn('arn:aws:iam::999999999999:role/any') ?? assert.fail()
  const presented = { token: new Secret(token), providerId: undefined, roleArn }
  // @ts-expect-error: as much of a directory as is asked
  const sources: Parameters<typeof byWebIdentity>[2] = { directory, webIdentities }
  const { caller } = await byWebIdentity(presented, 'us-east-1', sources, (load) => load)
  assert.deepEqual([caller.account, caller.provider, caller.subject], ['999999999999', 'accounts.google.com', '1'])
})
