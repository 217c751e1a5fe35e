import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { describe, test } from 'node:test'
import { ServiceProvider } from '../../../../src/domain/federation/saml/service-provider.ts'
import { attributeOf, childrenOf, everyElement, NAMESPACES } from '../../../../src/engines/saml/elements.ts'
import { readXml } from '../../../../src/engines/saml/xml.ts'
import { epochMillis } from '../../../../src/model/index.ts'

const ADDRESS = 'https://sts.example.com/saml'
const NOW = epochMillis(Date.UTC(2026, 10, 5))
const ID = 'SAMLSPABCDEFGHIJKLMNOPQ'

function provider(publicUrl: string | undefined): ServiceProvider {
  return new ServiceProvider({ partition: 'aws', publicUrl, isRegion: (region) => region === 'eu-west-1' })
}

describe('who we are to identity providers', () => {
  const ours = provider('https://sts.example.com')

  test('is whom assertions are for at our own address, and at those of AWS', () => {
    for (const url of [ADDRESS, `https://signin.aws.amazon.com/saml/acs/${ID}`, 'https://signin.aws.amazon.com/saml']) {
      assert.ok(ours.isRecipient(url, ID), url)
      assert.ok(ours.isAudience(url, ID), url)
    }
    assert.ok(ours.isRecipient('https://eu-west-1.signin.aws.amazon.com/saml', ID))
    assert.ok(ours.isAudience('urn:amazon:webservices', ID))
    assert.ok(!ours.isRecipient('urn:amazon:webservices', ID))
  })

  for (const url of [
    'https://sts.example.com',
    'https://sts.example.com/',
    `${ADDRESS}/`,
    `${ADDRESS}?a=b`,
    // Nothing answers there.
    `${ADDRESS}/acs/${ID}`,
    `${ADDRESS}/acs/SAMLSPOTHER`,
    'http://sts.example.com/saml',
    'https://sts.example.com:443/saml',
    'https://STS.example.com/saml',
    'https://sts.example.com.evil.example/saml',
    'https://us-west-9.signin.aws.amazon.com/saml',
  ]) {
    test(`is nobody at ${url}`, () => assert.ok(!ours.isRecipient(url, ID)))
  }

  test('is reached where the node listens, unless it was told where', () => {
    const local = provider(undefined)
    assert.ok(!local.isRecipient('http://127.0.0.1:7600/saml', ID))
    assert.throws(() => local.metadata(), /before the node listens/)
    local.listensAt('http://127.0.0.1:7600')
    assert.ok(local.isRecipient('http://127.0.0.1:7600/saml', ID))
    ours.listensAt('http://127.0.0.1:7600')
    assert.ok(!ours.isRecipient('http://127.0.0.1:7600/saml', ID))
  })

  test('asks for a sign-in in its own name', () => {
    const url = new URL(ours.requestSignIn('https://idp.example.com/sso', { id: '_a', now: NOW, relayState: 'x' }))
    assert.deepEqual([...url.searchParams.keys()], ['SAMLRequest', 'RelayState'])
    assert.equal(url.origin, 'https://idp.example.com')
  })

  test('is described in metadata, in the shape of that of AWS', () => {
    const root = readXml(ours.metadata(), { length: 10_000, elements: 100 })
    assert.equal(attributeOf(root, 'entityID'), ADDRESS)
    const named = (name: string) => [...everyElement(root)].filter((each) => each.name === name)
    const [descriptor] = childrenOf(root, NAMESPACES.metadata, 'SPSSODescriptor')
    assert.equal(descriptor && attributeOf(descriptor, 'WantAssertionsSigned'), 'true')
    assert.equal(named('NameIDFormat').length, 8)
    const [acs, second] = named('AssertionConsumerService')
    assert.equal(second, undefined)
    assert.equal(acs && attributeOf(acs, 'Location'), ADDRESS)
    const required = named('RequestedAttribute').filter((each) => attributeOf(each, 'isRequired') === 'true')
    assert.deepEqual(
      required.map((each) => attributeOf(each, 'Name')),
      ['Role', 'RoleSessionName'].map((name) => `https://aws.amazon.com/SAML/Attributes/${name}`),
    )
    assert.ok(named('RequestedAttribute').some((each) => attributeOf(each, 'FriendlyName') === 'edupersonaffiliation'))
    assert.deepEqual(named('KeyDescriptor'), [])
  })

  test('is described so that a library of service providers reads it', () => {
    const samlify: {
      SPMetadata(xml: string): { getEntityID(): string; getAssertionConsumerService(binding: string): string }
    } = createRequire(import.meta.url)('samlify')
    const read = samlify.SPMetadata(ours.metadata())
    assert.equal(read.getEntityID(), ADDRESS)
    assert.equal(read.getAssertionConsumerService('post'), ADDRESS)
  })
})
