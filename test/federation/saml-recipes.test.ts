import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { readMetadata } from '../../src/engines/saml/index.ts'
import { startTestBroker, type TestBroker } from '../../src/testing/index.ts'
import { signer } from '../saml/certificates.ts'
import { formPost, send } from '../wire/wire-client.ts'
import { readIndex } from './recipe.ts'
import { filled, readSamlRecipes, signedAs } from './saml-recipe.ts'

const KEYS = { idp: signer('idp'), next: signer('next') }

describe('SAML recipes', () => {
  const recipes = readSamlRecipes()

  test('every one stands in the index', () => {
    assert.equal(recipes.length, 6)
    for (const { name } of recipes) assert.ok(readIndex().includes(`[${name}](${name}.md)`), name)
  })

  for (const { name, directory, command, signed, metadata, response, rows } of recipes) {
    const [account] = directory.Accounts
    const [provider] = account.SAMLProviders
    const [role] = account.Roles
    describe(name, () => {
      let broker: TestBroker
      before(async () => {
        const SAMLProviders = [{ Name: provider.Name, SamlMetadataDocument: filled(metadata, KEYS) }]
        broker = await startTestBroker({ directory: { Accounts: [{ ...account, SAMLProviders }] } })
      })
      after(() => broker.stop())

      const answerTo = async (xml: string): Promise<string> => {
        const { status, fault, body } = await send(
          broker.endpoint,
          formPost(new URL(broker.endpoint).host, {
            Action: 'AssumeRoleWithSAML',
            Version: '2011-06-15',
            RoleArn: `arn:aws:iam::${account.Id}:role/${role.RoleName}`,
            PrincipalArn: `arn:aws:iam::${account.Id}:saml-provider/${provider.Name}`,
            SAMLAssertion: Buffer.from(xml).toString('base64'),
          }),
        )
        assert.ok(status === 200 || fault !== undefined, body)
        return status === 200 ? 'taken' : `${fault?.code}: ${fault?.message}`
      }

      test('its command makes the provider of its directory file', () => {
        const file = provider.SamlMetadataDocument.replace('file:', 'file://')
        assert.equal(command, `aws iam create-saml-provider --name ${provider.Name} --saml-metadata-document ${file}`)
      })

      test('its metadata has a place to sign in, and no keys but those that sign assertions', () => {
        const read = readMetadata(filled(metadata, KEYS))
        const both = metadata.includes('use="signing"') && name === 'saml-entra-id'
        const keys = both ? [KEYS.idp, KEYS.next] : [KEYS.idp]
        assert.deepEqual(
          read.signingCertificates,
          keys.map(({ certificate }) => certificate),
        )
        assert.match(read.signOnUrl ?? '', /^https:/)
      })

      test('it shows a response that is taken, and three at least that are not', () => {
        assert.equal(rows[0]?.answer, 'taken')
        assert.ok(rows.filter(({ answer }) => answer !== 'taken').length >= 3)
      })

      for (const { response: named, over, answer } of rows) {
        test(`${named}: ${answer}`, async () => {
          let text = response
          for (const [from, to] of Object.entries(over)) {
            assert.ok(text.includes(from), from)
            text = text.replaceAll(from, to)
          }
          const told = await answerTo(signedAs(signed, filled(text, KEYS), KEYS.idp))
          assert.ok(told.startsWith(answer), told)
        })
      }

      test('by another key nothing is taken', async () => {
        const told = await answerTo(signedAs(signed, filled(response, KEYS), signer('idp')))
        assert.equal(told, 'InvalidIdentityToken: Response signature invalid')
      })
    })
  }
})
