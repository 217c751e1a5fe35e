import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { inflateRawSync } from 'node:zlib'
import { attributeOf, childrenOf, NAMESPACES } from '../../../src/engines/saml/elements.ts'
import { redirectWith } from '../../../src/engines/saml/index.ts'
import { readXml } from '../../../src/engines/saml/xml.ts'
import { fc } from '../../fast-check.ts'

const REQUEST = {
  id: '_0123456789abcdef',
  issuedAt: new Date('2026-11-05T10:11:12.345Z'),
  destination: 'https://idp.example.com/sso',
  assertionConsumerServiceUrl: 'https://sts.example.com/saml',
  issuer: 'https://sts.example.com/saml',
}

function sent(url: string) {
  const deflated = new URL(url).searchParams.get('SAMLRequest') ?? ''
  return readXml(inflateRawSync(Buffer.from(deflated, 'base64')).toString(), { length: 10_000, elements: 10 })
}

describe('requests for a sign-in', () => {
  test('say which they are, who asks, when, where it is sent, and where the answer goes', () => {
    const request = sent(redirectWith(REQUEST))
    assert.deepEqual([request.namespace, request.name], [NAMESPACES.protocol, 'AuthnRequest'])
    assert.deepEqual(Object.fromEntries(request.attributes.map(({ name, value }) => [name, value])), {
      ID: REQUEST.id,
      Version: '2.0',
      IssueInstant: '2026-11-05T10:11:12Z',
      Destination: REQUEST.destination,
      ProtocolBinding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
      AssertionConsumerServiceURL: REQUEST.assertionConsumerServiceUrl,
    })
    assert.equal(childrenOf(request, NAMESPACES.assertion, 'Issuer')[0]?.text, REQUEST.issuer)
  })

  test('go beside what is in the address of the provider already', () => {
    const url = new URL(redirectWith({ ...REQUEST, destination: 'https://idp.example.com/sso?tenant=a%26b' }))
    assert.equal(url.searchParams.get('tenant'), 'a&b')
    assert.ok(url.searchParams.has('SAMLRequest'))
  })

  test('take a relay state along, and none where there is none', () => {
    const withState = new URL(redirectWith(REQUEST, 'to here & <there>'))
    assert.equal(withState.searchParams.get('RelayState'), 'to here & <there>')
    assert.ok(!new URL(redirectWith(REQUEST)).searchParams.has('RelayState'))
  })

  test('are read as they were written, whatever stands in them', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '<', '>', '&', '"', "'", '\n', '\t', ']', ' ', 'é', '😀') })
    fc.assert(
      fc.property(text, text, (issuer, id) => {
        const request = sent(redirectWith({ ...REQUEST, issuer, id }))
        assert.equal(attributeOf(request, 'ID'), id)
        assert.equal(childrenOf(request, NAMESPACES.assertion, 'Issuer')[0]?.text, issuer)
      }),
    )
  })
})
