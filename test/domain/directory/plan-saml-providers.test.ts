import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readDirectoryObject } from '../../../src/operations/loading/index.ts'
import { el } from '../../saml/canonical-xml.ts'
import { signer } from '../../saml/certificates.ts'
import { keyDescriptor, metadata } from '../../saml/saml-idp.ts'
import { aWorld, SOURCE } from './samples.ts'

const KEY = signer()
const DOCUMENT = metadata([KEY])
const PROTOCOL = 'urn:oasis:names:tc:SAML:2.0:protocol'

function withProviders(SAMLProviders: readonly object[]) {
  const [account] = readDirectoryObject({ Accounts: [{ Id: SOURCE, SAMLProviders: SAMLProviders as [] }] }).desired
    .Accounts
  if (account === undefined) throw new Error('no account')
  return account
}

describe('the SAML providers of a directory file', () => {
  const short = signer('short', 1024)
  const spOnly = el('md:SPSSODescriptor', { protocolSupportEnumeration: PROTOCOL }, keyDescriptor(KEY))
  const REFUSED: readonly (readonly [rule: string, provider: object, mistake: RegExp])[] = [
    ['a name with a slash', { Name: 'a/b' }, /Name: "a\/b" must be 1 to 128/],
    ['no metadata', { SamlMetadataDocument: 'file:missing.xml' }, /must have 1000 characters or more/],
    ['metadata that is too long', { SamlMetadataDocument: DOCUMENT.padEnd(1_048_577) }, /at most 1048576/],
    [
      'metadata without signing keys',
      { SamlMetadataDocument: metadata([{ ...KEY, use: 'encryption' }]) },
      /KeyDescriptor for signing/,
    ],
    [
      'metadata of a service provider',
      { SamlMetadataDocument: metadata([], { more: [spOnly, spOnly] }) },
      /KeyDescriptor for signing/,
    ],
    [
      'a key that is a name',
      {
        SamlMetadataDocument: DOCUMENT.replaceAll(
          /<ds:X509Data.*?<\/ds:X509Data>/g,
          `<ds:KeyName>${'k'.repeat(900)}</ds:KeyName>`,
        ),
      },
      /with an X509Certificate/,
    ],
    [
      'a certificate that is none',
      { SamlMetadataDocument: DOCUMENT.replace('<ds:X509Certificate>M', '<ds:X509Certificate>N') },
      /X509Certificate that is none/,
    ],
    ['a key that can be broken', { SamlMetadataDocument: metadata([short]).padEnd(1200) }, /not 2048 to 8192 bits/],
    [
      'eleven certificates',
      { SamlMetadataDocument: metadata(Array.from({ length: 11 }, () => signer())) },
      /at most 10 signing/,
    ],
    [
      'metadata that has expired',
      { SamlMetadataDocument: metadata([KEY], { validUntil: '1960-01-01T00:00:00Z' }) },
      /its validUntil has passed/,
    ],
    [
      'a validUntil that is none',
      { SamlMetadataDocument: metadata([KEY], { validUntil: 'soon' }) },
      /validUntil that is no instant/,
    ],
    ['no entity id', { SamlMetadataDocument: metadata([KEY], { entityID: '' }) }, /must have an entityID/],
    ['a document type', { SamlMetadataDocument: `<!DOCTYPE x>${DOCUMENT}` }, /document type/],
    [
      'an entity',
      { SamlMetadataDocument: `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${DOCUMENT}` },
      /document type/,
    ],
    ['a byte order mark', { SamlMetadataDocument: `\ufeff${DOCUMENT}` }, /no XML/],
    [
      'several entities',
      {
        SamlMetadataDocument: `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${DOCUMENT}</md:EntitiesDescriptor>`,
      },
      /must be one EntityDescriptor/,
    ],
    [
      'another protocol',
      { SamlMetadataDocument: DOCUMENT.replaceAll(PROTOCOL, PROTOCOL.replace('2.0', '1.1')) },
      /supports SAML 2\.0/,
    ],
  ]
  for (const [rule, provider, mistake] of REFUSED) {
    test(`are refused: ${rule}`, async (t) => {
      const { apply } = await aWorld(t)
      await assert.rejects(
        apply(withProviders([{ Name: 'corp', SamlMetadataDocument: DOCUMENT, ...provider }])),
        mistake,
      )
    })
  }

  test('are refused: two of one name, whatever its case', async (t) => {
    const { apply } = await aWorld(t)
    const twice = ['corp', 'CORP'].map((Name) => ({ Name, SamlMetadataDocument: DOCUMENT }))
    await assert.rejects(apply(withProviders(twice)), /"CORP" stands here twice/)
  })

  test('are kept as they were made, and replaced by what is written', async (t) => {
    const { apply, directory } = await aWorld(t)
    const ARN = `arn:aws:iam::${SOURCE}:saml-provider/corp`
    await apply(withProviders([{ Name: 'corp', SamlMetadataDocument: DOCUMENT }]))
    const first = await directory.samlProvider(ARN)
    assert.deepEqual(first?.signingCertificates, [KEY.certificate])
    assert.match(first?.uniqueId ?? '', /^SAMLSP[A-Z2-7]{17}$/)
    const next = signer()
    await apply(withProviders([{ Name: 'corp', SamlMetadataDocument: metadata([KEY, next]), SingleUse: true }]))
    const second = await directory.samlProvider(ARN)
    assert.deepEqual(second?.signingCertificates, [KEY.certificate, next.certificate])
    assert.deepEqual([second?.uniqueId, second?.singleUse], [first?.uniqueId, true])
    assert.equal(await directory.samlProvider(ARN.replace('corp', 'CORP')), undefined)
  })
})
