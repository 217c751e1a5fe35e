import assert from 'node:assert/strict'
import { createHash, sign } from 'node:crypto'
import { describe, test } from 'node:test'
import { verifyResponse } from '../../../../src/domain/federation/saml/verify-response.ts'
import { el, written } from '../../../saml/canonical-xml.ts'
import { signer } from '../../../saml/certificates.ts'
import { assertion, response, withSignature } from '../../../saml/saml-idp.ts'

const IDP = signer('idp')
const base64 = (xml: string) => Buffer.from(xml).toString('base64')
const DS = 'http://www.w3.org/2000/09/xmldsig#'
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#'
const INCLUSIVE = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315'
const SAMLP = 'urn:oasis:names:tc:SAML:2.0:protocol'

/**
 * A response that is signed by hand: with a `SignedInfo` as it stands there, and its canonical form as the specification
 * has it, each with a place for the id and the digest.
 */
function signedByHand(info: string, canonical: string, prefix = 'ds:'): string {
  const plain = response({ id: '_r' }, assertion())
  const digest = createHash('sha256').update(written(plain)).digest('base64')
  const filled = (text: string): string => text.replaceAll('DIGEST', digest)
  const value = sign('sha256', Buffer.from(filled(canonical)), IDP.privateKey).toString('base64')
  const declares = prefix === '' ? `xmlns="${DS}"` : `xmlns:ds="${DS}"`
  const signature = `<${prefix}Signature ${declares}>${filled(info)}<${prefix}SignatureValue>${value}</${prefix}SignatureValue></${prefix}Signature>`
  const [issuer, ...rest] = plain.children
  return written({ ...plain, children: [issuer, { raw: signature }, ...rest] })
}

function signedInfo(parts: { start: string; form: string; p?: string; space?: string; empty?: boolean }): string {
  const { start, form, p = 'ds:', space = '', empty = false } = parts
  const leaf = (name: string, algorithm: string): string =>
    `<${p}${name} Algorithm="${algorithm}"${empty ? '/>' : `></${p}${name}>`}`
  const transforms = leaf('Transform', `${DS}enveloped-signature`) + leaf('Transform', EXCLUSIVE)
  const digest = `${leaf('DigestMethod', 'http://www.w3.org/2001/04/xmlenc#sha256')}<${p}DigestValue>DIGEST</${p}DigestValue>`
  const method = leaf('SignatureMethod', 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256')
  const reference = `<${p}Reference URI="#_r"><${p}Transforms>${transforms}</${p}Transforms>${digest}</${p}Reference>`
  return `<${p}SignedInfo${start}>${space}${form}${space}${method}${reference}${space}</${p}SignedInfo>`
}

const formOf = (algorithm: string, inner = ''): string =>
  `<ds:CanonicalizationMethod Algorithm="${algorithm}">${inner}</ds:CanonicalizationMethod>`
const listing = (prefixes: string): string =>
  formOf(
    EXCLUSIVE,
    `<ec:InclusiveNamespaces xmlns:ec="${EXCLUSIVE}" PrefixList="${prefixes}"></ec:InclusiveNamespaces>`,
  )
const OWN = ` xmlns:ds="${DS}"`
const BOTH = `${OWN} xmlns:samlp="${SAMLP}"`

describe('a signature is verified by its SignedInfo', () => {
  for (const [what, info, canonical, prefix] of [
    [
      'in the exclusive form',
      signedInfo({ start: '', form: formOf(EXCLUSIVE), empty: true }),
      signedInfo({ start: OWN, form: formOf(EXCLUSIVE) }),
    ],
    [
      'in the inclusive form, with what is declared around it',
      signedInfo({ start: '', form: formOf(INCLUSIVE) }),
      signedInfo({ start: BOTH, form: formOf(INCLUSIVE) }),
    ],
    [
      'with a list of prefixes',
      signedInfo({ start: '', form: listing('xs samlp') }),
      signedInfo({ start: BOTH, form: listing('xs samlp') }),
    ],
    [
      'with space between its elements',
      signedInfo({ start: '  ', form: formOf(EXCLUSIVE), space: '\r\n\t&#13;' }),
      signedInfo({ start: OWN, form: formOf(EXCLUSIVE), space: '\n\t&#xD;' }),
    ],
    [
      'without prefix',
      signedInfo({ start: '', p: '', form: `<CanonicalizationMethod Algorithm="${EXCLUSIVE}"/>` }),
      signedInfo({
        start: ` xmlns="${DS}"`,
        p: '',
        form: `<CanonicalizationMethod Algorithm="${EXCLUSIVE}"></CanonicalizationMethod>`,
      }),
      '',
    ],
  ] as const) {
    const task = { certificates: [signer('other').certificate, IDP.certificate], privateKeys: [] }
    test(what, () => {
      const verified = verifyResponse({ ...task, text: base64(signedByHand(info, canonical, prefix)) })
      assert.deepEqual('refused' in verified ? verified : verified.verifiedBy, [1])
    })
    test(`${what}, and not by another`, () => {
      const verified = verifyResponse({ ...task, text: base64(signedByHand(info, `${canonical} `, prefix)) })
      assert.ok('refused' in verified)
    })
  }
})

test('what is long costs nobody much who has no key, however many certificates there are', () => {
  const advice = el('saml:Advice', {}, { raw: '<a/>'.repeat(2700) })
  const signed = withSignature(assertion({ more: [advice] }), signer('attacker'), { keyInfo: false })
  const text = base64(written(withSignature(response({}, signed), signer('attacker'), { keyInfo: false })))
  const certificates = Array.from({ length: 10 }, (_, index) => signer(`k${index}`).certificate)
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < 3; round++) {
    const before = process.threadCpuUsage()
    assert.ok('refused' in verifyResponse({ text, certificates, privateKeys: [] }))
    const { user, system } = process.threadCpuUsage(before)
    least = Math.min(least, (user + system) / 1000)
  }
  assert.ok(least < 50, `${least} ms`)
})
