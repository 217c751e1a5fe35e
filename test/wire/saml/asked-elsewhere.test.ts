import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestBroker } from '../../../src/testing/index.ts'
import { el, written } from '../../saml/canonical-xml.ts'
import { signer } from '../../saml/certificates.ts'
import { assertion, metadata, response, withSignature } from '../../saml/saml-idp.ts'
import { policy, SOURCE, TARGET } from '../cast.ts'
import { Browser, begin } from './browser.ts'
import { base64, pair, providerArn, roleArn, trusting } from './setting.ts'

const Binding = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect'
const at = (Location: string) => ({ services: [el('md:SingleSignOnService', { Binding, Location })] })

test('somebody with an account here cannot make others use a sign-in, by a provider of the same name and key that leads to them', async () => {
  const idp = signer('idp')
  await using broker = await startTestBroker({
    directory: {
      Accounts: [
        {
          Id: SOURCE,
          SAMLProviders: ['corp', 'only'].map((Name) => ({
            Name,
            SamlMetadataDocument: metadata([idp], at('https://idp.example.com/sso')),
            SpInitiatedOnly: Name === 'only',
          })),
          Roles: ['corp', 'only'].map((name) => ({
            RoleName: name,
            AssumeRolePolicyDocument: policy(trusting(providerArn(name))),
          })),
        },
        {
          Id: TARGET,
          SAMLProviders: [
            { Name: 'trap', SamlMetadataDocument: metadata([idp], at('https://attacker.example/catch')) },
          ],
        },
      ],
    },
  })
  for (const name of ['corp', 'only']) {
    const victim = new Browser(broker.endpoint)
    const InResponseTo = await begin(victim, `/saml/login/${TARGET}/trap`)
    const theirs = assertion({ confirmation: { InResponseTo }, roles: [pair(name, providerArn(name))] })
    const answer = written(response({ inResponseTo: InResponseTo }, withSignature(theirs, idp)))
    const form = { SAMLResponse: base64(answer) }
    assert.equal((await victim.postFromElsewhere('/saml', form)).status, 403)
    const chosen = await victim.post('/saml/role', { ...form, roleIndex: roleArn(name) })
    assert.equal(chosen.status, 403)
    assert.equal(victim.holds('rolecall'), undefined)
  }
})
