import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SamlIdentities } from '../../../src/domain/federation/index.ts'
import { readPresented } from '../../../src/domain/federation/saml/read-presented.ts'
import { verifyResponse } from '../../../src/domain/federation/saml/verify-response.ts'
import { parseArn, Secret } from '../../../src/model/index.ts'
import { bySaml } from '../../../src/pipeline/authentication/index.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { anAccount, aWorld, SOURCE } from '../../domain/directory/samples.ts'
import { written } from '../../saml/canonical-xml.ts'
import { signer } from '../../saml/certificates.ts'
import { assertion, metadata, response, withSignature } from '../../saml/saml-idp.ts'

const IDP = signer('idp')
const ARN = `arn:aws:iam::${SOURCE}:saml-provider/corp`
const ROLE = `arn:aws:iam::${SOURCE}:role/Open`

test('an assertion whose provider is given another key while it is verified is judged anew', async (t) => {
  const { directory, apply } = await aWorld(t)
  const trust = (key: typeof IDP) =>
    apply(
      anAccount(SOURCE, {
        SAMLProviders: [
          {
            Name: 'corp',
            SamlMetadataDocument: metadata([key]),
            Tags: [],
            SingleUse: false,
            SpInitiatedOnly: false,
          },
        ],
      }),
    )
  await trust(IDP)
  let verified = 0
  const samlIdentities = new SamlIdentities({
    clock: systemClock,
    partition: 'aws',
    isRegion: () => true,
    threads: {
      async verify(task) {
        verified++
        // The administrator replaces the key that leaked.
        if (verified === 1) await trust(signer('new'))
        return verifyResponse(task)
      },
      read: async (text) => readPresented(text),
      close: async () => undefined,
    },
  })
  const document = written(response({}, withSignature(assertion({ roles: [`${ROLE},${ARN}`] }), IDP)))
  const [principalArn, roleArn] = [parseArn(ARN), parseArn(ROLE)]
  if (principalArn === undefined || roleArn === undefined) throw new Error('no ARNs')
  const presented = { assertion: new Secret(Buffer.from(document).toString('base64')), principalArn, roleArn }
  const proven = bySaml(
    presented,
    { region: 'us-east-1', sourceIp: '192.0.2.1' },
    { directory, samlIdentities },
    (load) => load,
  )
  await assert.rejects(proven, { message: 'Response signature invalid' })
  assert.equal(verified, 2)
})
