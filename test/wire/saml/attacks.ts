import { deflateRawSync } from 'node:zlib'
import { type Child, el, type Node, written } from '../../saml/canonical-xml.ts'
import { type Signer, signer } from '../../saml/certificates.ts'
import {
  ACS,
  type AssertionParts,
  ATTRIBUTES,
  AUDIENCE,
  inSeconds,
  type ResponseParts,
  response,
  type Signing,
  signatureOf,
  transform,
  withSignature,
} from '../../saml/saml-idp.ts'
import { TARGET } from '../cast.ts'
import type { Params } from '../wire-client.ts'
import { base64, pair, providerArn, roleArn, type Setting } from './setting.ts'

/** A document that proves nobody, and what AWS answers. */
export interface Attack {
  readonly rule: string
  /** The document, or with `base64` what is sent in its place. */
  document(setting: Setting): string | { readonly base64: string }
  readonly params?: Params
  readonly status: number
  readonly code: string
  readonly message: string | RegExp
}

const INVALID = 'Response signature invalid'
const AUDIENCE_MISSING = 'Response does not contain the required audience.'
const ISSUER = 'Issuer not present in specified provider'
const BASE64 = 'Invalid base64 SAMLResponse'
const NO_PROVIDER = "Specified provider doesn't exist."
const LATE = 'Token must be redeemed within 5 minutes of issuance'
const DENIED = 'Not authorized to perform sts:AssumeRoleWithSAML'
const TAGS = 'PrincipalTag in AuthnResponse is not in correct format.'
const NAME = 'RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}'
const DURATION = 'SessionDuration in AuthnResponse must be 900 to 43200 seconds'
const SOURCE_IDENTITY = 'Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"'
const CERTIFICATE_ONLY = 'http://www.w3.org/2000/09/xmldsig#'
const C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#'

const attack = (
  rule: string,
  document: Attack['document'],
  message: string | RegExp = INVALID,
  code = 'InvalidIdentityToken',
  more: { readonly status?: number; readonly params?: Params } = {},
): Attack => ({ rule, document, message, code, status: 400, ...more })
/** Claims that are truly signed. */
const claiming = (rule: string, parts: AssertionParts, message: string = INVALID): Attack =>
  attack(rule, (set) => set.signed(parts), message)
const late = (rule: string, parts: AssertionParts): Attack =>
  attack(rule, (set) => set.signed(parts), LATE, 'ExpiredTokenException')
const denied = (rule: string, parts: AssertionParts, params?: Params): Attack =>
  attack(rule, (set) => set.signed(parts), DENIED, 'AccessDenied', { status: 403, ...(params && { params }) })
const around = (rule: string, parts: ResponseParts, message: string = INVALID): Attack =>
  attack(rule, (set) => set.signed({}, parts), message)
/** The text of a document, changed after it was signed. */
const changed = (rule: string, change: (xml: string) => string, message: string = INVALID): Attack =>
  attack(rule, (set) => change(set.signed()), message)
const sent = (rule: string, encode: (xml: string) => string, message: string = BASE64): Attack =>
  attack(rule, (set) => ({ base64: encode(set.signed()) }), message)
/** An assertion that is signed in another way than it should be. */
const signing = (rule: string, how: Signing, by: (set: Setting) => Signer = (set) => set.idp): Attack =>
  attack(rule, (set) => written(response({}, withSignature(set.assertion(), by(set), how))))
/** A signed assertion and a forged one, put together. */
const wrapped = (rule: string, wrap: (signed: Node, forged: Node, set: Setting) => Node): Attack =>
  attack(rule, (set) => {
    const forged = set.assertion({ nameId: 'mallory', attributes: { [`${ATTRIBUTES}/RoleSessionName`]: 'mallory' } })
    return written(wrap(withSignature(set.assertion(), set.idp), forged, set))
  })
/** The same where the response is what is signed. */
const wrappedResponse = (
  rule: string,
  wrap: (signed: Node, forged: Node, signature: Node, bare: Node) => Node,
): Attack =>
  attack(rule, (set) => {
    const bare = response({}, set.assertion())
    const signature = signatureOf(bare, set.idp)
    const [issuer, ...rest] = bare.children
    const forged = response({ id: '_forged' }, set.assertion({ nameId: 'mallory' }))
    return written(wrap({ ...bare, children: [issuer, signature, ...rest] }, forged, signature, bare))
  })

/** A document that is much to read, signed twice by a key that proves nobody. */
const large = (rule: string, raw: string): Attack =>
  attack(rule, ({ assertion, attacker }) => {
    const signed = withSignature(assertion({ more: [el('saml:Advice', {}, { raw })] }), attacker, { keyInfo: false })
    return written(withSignature(response({}, signed), attacker, { keyInfo: false }))
  })
const deep = (inner: string): string => `<a xmlns:q="urn:q">${'<a>'.repeat(85)}${inner}${'</a>'.repeat(86)}`
const many = (make: (n: number) => string): string => Array.from({ length: 90 }, (_, n) => make(n)).join(' ')
const declaring = (inner: string): string => `<a ${many((n) => `xmlns:n${n}="u${n}"`)}>${inner}</a>`
const inside = (node: Node, ...more: readonly Child[]): Node => ({ ...node, children: [...node.children, ...more] })
const renamed = (node: Node, ID: string): Node => ({ ...node, attributes: { ...node.attributes, ID } })
const idOf = ({ attributes }: Node): string => attributes['ID'] ?? ''
const isSignature = (child: Child): child is Node =>
  typeof child === 'object' && 'tag' in child && child.tag === 'ds:Signature'
const signatureIn = ({ children }: Node): Node => children.find(isSignature) ?? el('ds:Signature')
const unsigned = (node: Node): Node => ({ ...node, children: node.children.filter((child) => !isSignature(child)) })
const extensions = (...inner: readonly Child[]): ResponseParts => ({ more: [el('samlp:Extensions', {}, ...inner)] })
const behindIssuer = (node: Node, ...more: readonly Child[]): Node => {
  const [issuer, ...rest] = node.children
  return { ...node, children: [issuer, ...more, ...rest] }
}
const attributes = (each: NonNullable<AssertionParts['attributes']>): AssertionParts => ({ attributes: each })
const confirmation = (attribute: Readonly<Record<string, string | undefined>>, method = 'bearer'): Node =>
  el(
    'saml:SubjectConfirmation',
    { Method: `urn:oasis:names:tc:SAML:2.0:cm:${method}` },
    el('saml:SubjectConfirmationData', { NotOnOrAfter: inSeconds(300), Recipient: ACS, ...attribute }),
  )
const status = (code: string, ...inner: readonly Child[]): Node =>
  el('samlp:Status', {}, el('samlp:StatusCode', { Value: `urn:oasis:names:tc:SAML:2.0:status:${code}` }, ...inner))
const rejected = (rule: string, parts: ResponseParts): Attack =>
  attack(rule, (set) => set.signed({}, parts), /^The identity provider \(IdP\) reported/, 'IDPRejectedClaim', {
    status: 403,
  })
const doctype =
  (declaration: string, inNameId = ''): Attack['document'] =>
  (set) =>
    `<!DOCTYPE r ${declaration}>${set.signed().replace('>alice<', `>alice${inNameId}<`)}`

/** Documents with which nobody gets anything. */
export const ATTACKS: readonly Attack[] = [
  // Wrapping: what is signed is in the document, and something else is where it is looked for.
  wrappedResponse('XSW1: a forged response with the signed one in its signature', (_signed, forged, signature, bare) =>
    behindIssuer(forged, inside(signature, bare)),
  ),
  wrappedResponse(
    'XSW2: a forged response with the signed one beside its signature',
    (_signed, forged, signature, bare) => behindIssuer(forged, bare, signature),
  ),
  wrappedResponse('a forged response with the signed one in its extensions', (signed, forged) =>
    behindIssuer(forged, el('samlp:Extensions', {}, signed)),
  ),
  wrappedResponse('a forged response around the signed one', (signed, forged) => inside(forged, signed)),
  wrappedResponse('a forged response with the id of the signed one', (signed, forged, signature) =>
    behindIssuer(renamed(forged, idOf(signed)), signature),
  ),
  wrapped('XSW3: a forged assertion before the signed one', (signed, forged) => response({}, forged, signed)),
  wrapped('XSW3: a forged assertion behind the signed one', (signed, forged) => response({}, signed, forged)),
  wrapped('XSW4: the signed assertion in a forged one', (signed, forged) => response({}, inside(forged, signed))),
  wrapped('XSW5: a forged assertion with the signature, the signed one behind it', (signed, forged) =>
    response({}, behindIssuer(forged, signatureIn(signed)), unsigned(signed)),
  ),
  wrapped('XSW5: the signed one before a forged assertion with the signature', (signed, forged) =>
    response({}, unsigned(signed), behindIssuer(forged, signatureIn(signed))),
  ),
  wrapped('XSW6: a forged assertion with the signature, the signed one in it', (signed, forged) =>
    response({}, behindIssuer(forged, inside(signatureIn(signed), unsigned(signed)))),
  ),
  wrapped('XSW7: a forged assertion with the same id in extensions', (signed, forged) =>
    response(extensions(renamed(forged, idOf(signed))), signed),
  ),
  wrapped('XSW7: the signed assertion in extensions, a forged one with its id', (signed, forged) =>
    response(extensions(signed), renamed(forged, idOf(signed))),
  ),
  wrapped('XSW7: the signed assertion in extensions, a forged one with the signature', (signed, forged) =>
    response(extensions(unsigned(signed)), behindIssuer(forged, signatureIn(signed))),
  ),
  wrapped('XSW8: a forged assertion with the signature, the signed one in its object', (signed, forged) =>
    response({}, behindIssuer(forged, inside(signatureIn(signed), el('ds:Object', {}, unsigned(signed))))),
  ),
  wrapped('XSW8: the signed assertion with a forged one in its signature', (signed, forged) => {
    const signature = inside(signatureIn(signed), el('ds:Object', {}, forged))
    return response({}, behindIssuer(unsigned(signed), signature))
  }),
  wrapped('XSW9: the signature of the assertion at the response, a forged one added', (signed, forged) =>
    behindIssuer(response({}, forged, unsigned(signed)), signatureIn(signed)),
  ),
  wrapped('the signature of the assertion at the response', (signed) =>
    behindIssuer(response({}, unsigned(signed)), signatureIn(signed)),
  ),
  wrapped('the signature of a forged assertion is of the signed one in its advice', (signed, forged) =>
    response({}, behindIssuer(inside(forged, el('saml:Advice', {}, unsigned(signed))), signatureIn(signed))),
  ),
  wrapped('the signed assertion in the confirmation of a forged one', (signed, _forged, set) => {
    const data = el('saml:SubjectConfirmationData', { NotOnOrAfter: inSeconds(300), Recipient: ACS }, signed)
    const bearer = el('saml:SubjectConfirmation', { Method: 'urn:oasis:names:tc:SAML:2.0:cm:bearer' }, data)
    return response({}, set.assertion({ nameId: 'mallory', confirmations: [bearer] }))
  }),
  wrapped('the signed assertion in the status', (signed, forged) =>
    response(
      {
        status: {
          ...status('Success'),
          children: [...status('Success').children, el('samlp:StatusDetail', {}, signed)],
        },
      },
      forged,
    ),
  ),
  wrapped('the signed assertion in an element of another kind', (signed, forged) =>
    response({}, forged, el('dsx:Wrapper', {}, signed)),
  ),
  wrapped('an assertion in another namespace, the signed one in it', (signed, forged) =>
    response({}, { ...inside(forged, signed), tag: 'dsx:Assertion' }),
  ),
  wrapped('two assertions that are both signed', (signed, forged, set) =>
    response({}, signed, withSignature(forged, set.idp)),
  ),
  wrapped('two assertions in a signed response', (signed, forged, set) =>
    withSignature(response({}, unsigned(signed), forged), set.idp),
  ),
  wrapped('a signed assertion and an encrypted one', (signed) =>
    response({}, signed, el('saml:EncryptedAssertion', {}, el('xenc:EncryptedData'))),
  ),
  wrapped('no assertion', () => response({})),
  // Ids.
  wrapped('the response and the assertion have one id', (signed) => response({ id: idOf(signed) }, signed)),
  wrapped('something else has the id of the assertion', (signed) =>
    response(extensions(el('dsx:Other', { Id: idOf(signed) })), signed),
  ),
  wrapped('something else has the id of the assertion, in lower case', (signed) =>
    response(extensions(el('dsx:Other', { id: idOf(signed) })), signed),
  ),
  wrapped('something else has the id of the assertion, as xml:id', (signed) =>
    response(extensions(el('dsx:Other', { 'xml:id': idOf(signed) })), signed),
  ),
  attack('an assertion without an id', (set) => {
    const bare = set.assertion()
    const nameless = { ...bare, attributes: { ...bare.attributes, ID: undefined } }
    return written(response({}, withSignature(nameless, set.idp, { uri: '' })))
  }),
  attack('an id that ends a path of XPath', (set) =>
    written(response({}, withSignature(set.assertion({ id: "x' or '1'='1" }), set.idp))),
  ),
  // Signatures.
  attack('nothing is signed', (set) => written(response({}, set.assertion()))),
  wrapped('the signature was taken out', (signed) => response({}, unsigned(signed))),
  changed('the signature has no value', (xml) => xml.replace(/<ds:SignatureValue>[^<]*</, '<ds:SignatureValue><')),
  changed('the signature has another value', (xml) =>
    xml.replace(/<ds:SignatureValue>..../, '<ds:SignatureValue>AAAA'),
  ),
  changed('the name was changed', (xml) => xml.replace('>alice</saml:NameID>', '>mallory</saml:NameID>')),
  changed('a role was changed', (xml) => xml.replace('role/Bare,', 'role/Open,')),
  changed('the digest was made anew for another name', (xml) =>
    xml
      .replace('>alice</saml:NameID>', '>mallory</saml:NameID>')
      .replace(/<ds:DigestValue>..../, '<ds:DigestValue>AAAA'),
  ),
  signing('another key', {}, (set) => set.attacker),
  signing('another key, without certificate', { keyInfo: false }, (set) => set.attacker),
  signing('another key, whose certificate has the same subject and number', {}, () => signer('a')),
  signing('another key, that shows the right certificate', {}, (set) => ({
    privateKey: set.attacker.privateKey,
    certificate: set.idp.certificate,
  })),
  signing('another key, that shows both certificates', {}, (set) => ({
    privateKey: set.attacker.privateKey,
    certificate: `${set.idp.certificate}\n${set.attacker.certificate}`,
  })),
  attack(
    'the key of a service provider in the metadata',
    (set) => written(response({}, withSignature(set.assertion(), set.ofServiceProvider))),
    INVALID,
    undefined,
    { params: { PrincipalArn: providerArn('mixed'), RoleArn: roleArn('Mixed') } },
  ),
  attack(
    'the key for encryption in the metadata',
    (set) => written(response({}, withSignature(set.assertion(), set.forEncryption))),
    INVALID,
    undefined,
    { params: { PrincipalArn: providerArn('mixed'), RoleArn: roleArn('Mixed') } },
  ),
  signing('RSA with SHA-1', { method: `${CERTIFICATE_ONLY}rsa-sha1` }),
  signing('a digest by SHA-1', { digest: `${CERTIFICATE_ONLY}sha1` }),
  signing('a digest by SHA-384, which nobody uses', { digest: 'http://www.w3.org/2001/04/xmldsig-more#sha384' }),
  signing('RSA with SHA-384, which the library does not know', {
    method: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha384',
  }),
  signing('ECDSA', { method: 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256' }),
  signing('HMAC with SHA-256', { method: 'http://www.w3.org/2001/04/xmldsig-more#hmac-sha256' }),
  signing('RSA with MD5', { method: 'http://www.w3.org/2001/04/xmldsig-more#rsa-md5' }),
  signing('HMAC', { method: `${CERTIFICATE_ONLY}hmac-sha1` }),
  signing('no algorithm', { method: '' }),
  signing('the name of something that every object has as algorithm', { method: 'constructor' }),
  signing('a canonical form with comments', { canonical: `${C14N}WithComments` }),
  signing('no transform', { transforms: [] }),
  signing('a transform by XSLT', { transforms: [transform('http://www.w3.org/TR/1999/REC-xslt-19991116')] }),
  signing('a transform by XPath', {
    transforms: [
      transform(`${CERTIFICATE_ONLY}enveloped-signature`),
      transform('http://www.w3.org/TR/1999/REC-xpath-19991116', el('ds:XPath', {}, 'not(//*)')),
    ],
  }),
  signing('500 transforms', { transforms: Array.from({ length: 500 }, () => transform(C14N)) }),
  signing('two references', { references: 2 }),
  signing('100 references', { references: 100 }),
  signing('130 references', { references: 130 }),
  signing('a reference to the document', { uri: '' }),
  signing('a reference to another document', { uri: 'http://127.0.0.1:9/' }),
  signing('a reference to a file', { uri: 'file:///etc/passwd' }),
  signing('a reference to nothing', { uri: '#_nothing' }),
  signing('a reference by XPointer', { uri: '#xpointer(/)' }),
  signing('something else in the signature', { more: [el('ds:Object', {}, 'x')] }),
  signing('a second value in the signature', { more: [el('ds:SignatureValue', {}, 'AAAA')] }),
  signing('a signature in the signature', { keyInfo: el('ds:KeyInfo', {}, el('ds:Signature')) }),
  attack('25 signatures', (set) => {
    const signed = withSignature(set.assertion(), set.idp)
    return written(response({}, behindIssuer(signed, ...Array.from({ length: 24 }, () => signatureIn(signed)))))
  }),
  attack('a signed response that was changed, and its assertion is signed', (set) => {
    const both = withSignature(response({}, withSignature(set.assertion(), set.idp)), set.idp)
    return written(both).replace('Destination="https://signin', 'Destination="https://us-east-1.signin')
  }),
  attack('a signed response whose signature has another value, and its assertion is signed', (set) => {
    const both = withSignature(response({}, withSignature(set.assertion(), set.idp)), set.idp)
    return written(both).replace(/<ds:SignatureValue>..../, '<ds:SignatureValue>AAAA')
  }),
  attack('a signed response by another key, and its assertion is signed', (set) =>
    written(withSignature(response({}, withSignature(set.assertion(), set.idp)), set.attacker)),
  ),
  attack('a signed response whose assertion is signed by another key', (set) =>
    written(withSignature(response({}, withSignature(set.assertion(), set.attacker)), set.idp)),
  ),
  attack('a signed response whose assertion was changed before it was signed', (set) => {
    const inner = written(withSignature(set.assertion(), set.idp)).replace(
      '>alice</saml:NameID>',
      '>mallory</saml:NameID>',
    )
    return written(withSignature(response({}, { raw: inner }), set.idp))
  }),
  // XML that two readers read in two ways.
  changed('a comment in the name', (xml) => xml.replace('>alice<', '>alice<!-- -->.mallory<')),
  attack('a comment in a name that was signed with it', (set) =>
    set.signed({ nameId: { raw: 'alice<!---->.mallory' } }),
  ),
  changed('a comment in a role', (xml) => xml.replace('role/Open,', 'role/Open<!---->,')),
  changed('a comment in the issuer', (xml) => xml.replace('idp.example.com/saml</', 'idp.example.com/<!---->saml</')),
  changed('an instruction in a role', (xml) => xml.replace('role/Open,', 'role/Open<?p?>,')),
  changed('CDATA in a role', (xml) => xml.replace('role/Open,', 'role/<![CDATA[Open]]>,')),
  changed('a comment in a certificate', (xml) => xml.replace('<ds:X509Certificate>', '<ds:X509Certificate><!---->')),
  changed('a comment before the document', (xml) => `<!-- -->${xml}`),
  changed('an instruction in the name', (xml) => xml.replace('>alice<', '><?p ali?>ce<')),
  changed('an instruction before the document', (xml) => `<?p q?>${xml}`),
  changed('CDATA in the name', (xml) => xml.replace('>alice<', '><![CDATA[alice]]><')),
  attack('a document type', doctype('')),
  attack('an entity', doctype('[<!ENTITY e "mallory">]', '&e;')),
  attack('an entity that nobody declared', (set) => set.signed({ nameId: { raw: 'alice&e;' } })),
  attack('a file as entity', doctype('[<!ENTITY e SYSTEM "file:///etc/passwd">]', '&e;')),
  attack('an address as entity', doctype('[<!ENTITY e SYSTEM "http://127.0.0.1:9/">]', '&e;')),
  attack('a parameter entity', doctype('[<!ENTITY % e SYSTEM "http://127.0.0.1:9/"> %e;]')),
  attack('a document type elsewhere', doctype('SYSTEM "http://127.0.0.1:9/"')),
  attack(
    'a billion laughs',
    doctype(
      `[<!ENTITY a "ha">${Array.from({ length: 9 }, (_, n) => `<!ENTITY ${'bcdefghij'[n]} "${`&${'abcdefghi'[n]};`.repeat(10)}">`).join('')}]`,
      '&j;',
    ),
  ),
  attack('an entity that is long, many times', doctype(`[<!ENTITY e "${'x'.repeat(10_000)}">]`, '&e;'.repeat(2000))),
  changed('something behind the document', (xml) => `${xml}<x></x>`),
  changed('an end that is missing', (xml) => xml.replace('</samlp:Status>', '')),
  changed('an attribute twice', (xml) => xml.replace(' Version="2.0"', ' Version="2.0" Version="2.0"')),
  changed('a prefix that nobody declared', (xml) =>
    xml.replace('<samlp:Status>', '<x:Status>').replace('</samlp:Status>', '</x:Status>'),
  ),
  changed('a character that XML does not have', (xml) => xml.replace('>alice<', '>alice\u0001<')),
  changed('a reference to such a character', (xml) => xml.replace('>alice<', '>alice&#0;<')),
  changed('a byte order mark', (xml) => `\ufeff${xml}`),
  changed('another encoding', (xml) => `<?xml version="1.0" encoding="utf-7"?>${xml}`),
  changed('another version of XML', (xml) => `<?xml version="1.1"?>${xml}`),
  changed('a name beyond ASCII', (xml) => xml.replaceAll('samlp:Status>', 'samlp:St\u0430tus>')),
  attack('more elements than there may be', (set) => set.signed({}, extensions({ raw: '<a/>'.repeat(10_000) }))),
  ...[9000, 2700].flatMap((amount) => [
    large(`${amount} elements between characters`, `<a>${'x<a/>'.repeat(amount)}</a>`),
    large(`${amount} elements with a prefix, deep inside`, deep('<q:a/>'.repeat(amount))),
    large(`${amount} elements with a prefix of their own`, declaring('<n8:a/>'.repeat(amount))),
  ]),
  large('elements that each declare a prefix', deep('<q:a xmlns:p="u"/>'.repeat(2700))),
  large('a prefix declared anew at each of many depths', '<a xmlns:q="u">'.repeat(90) + '</a>'.repeat(90)),
  large('attributes with a prefix, deep inside', deep(`<a ${many((n) => `q:a${n}=""`)}/>`.repeat(65))),
  large('elements that each declare many prefixes', declaring(`<a ${many((n) => `xmlns:n${n}="v"`)}/>`.repeat(45))),
  large('references to characters', '&#38;'.repeat(11_000)),
  attack('elements too deep', (set) =>
    set.signed({}, extensions({ raw: `${'<a>'.repeat(5000)}${'</a>'.repeat(5000)}` })),
  ),
  attack('too many attributes', (set) => {
    const many = Array.from({ length: 5000 }, (_, n) => ` a${n}=""`).join('')
    return set.signed({}, extensions({ raw: `<a${many}></a>` }))
  }),
  claiming('more attributes than there may be', {
    attributes: Object.fromEntries(Array.from({ length: 1100 }, (_, n) => [`a${n}`, []])),
  }),
  attack('an attribute without a name', (set) => {
    const nameless = el('saml:AttributeStatement', {}, el('saml:Attribute', {}, el('saml:AttributeValue', {}, 'x')))
    return set.signed({ more: [nameless] })
  }),
  attack('no document', () => 'hello world'),
  attack('another document', () => '<html xmlns="http://www.w3.org/1999/xhtml"></html>'),
  attack('an assertion without response', (set) => written(withSignature(set.assertion(), set.idp))),
  // How it is sent.
  sent('junk before base64', (xml) => `!!${base64(xml)}`),
  sent('spaces in base64', (xml) => base64(xml).replace(/^(.{8})/, '$1 ')),
  sent('the alphabet of URLs', (xml) => Buffer.from(`${xml}\n<>?~~~`).toString('base64url')),
  sent(
    'something behind the padding',
    (xml) => `${base64(`${xml} `.padEnd(xml.length + 3 - (xml.length % 3) + 1))}AAAA`,
  ),
  sent('bits to spare', (xml) => {
    const padded = base64(`${xml}${' '.repeat((4 - (xml.length % 3)) % 3)}`)
    return padded.replace(/[A-Za-z0-9+/]==?$/, (end) => (end.startsWith('g') ? `h${end.slice(1)}` : `/${end.slice(1)}`))
  }),
  sent('base64 twice', (xml) => base64(base64(xml)), INVALID),
  sent('deflated', (xml) => deflateRawSync(xml).toString('base64')),
  sent('UTF-16', (xml) => Buffer.from(xml, 'utf16le').toString('base64'), INVALID),
  sent('Latin-1', (xml) => Buffer.from(xml.replace('>alice<', '>\u00e9lice<'), 'latin1').toString('base64')),
  attack(
    'more than 100,000 characters',
    () => ({ base64: 'A'.repeat(100_001) }),
    /1 validation error detected: Value at 'sAMLAssertion' failed to satisfy constraint: Member must have length less than or equal to 100000/,
    'ValidationError',
  ),
  // Who it is of.
  claiming('another issuer', { issuer: 'https://other.example.com' }, ISSUER),
  claiming('the issuer with a space', { issuer: 'https://idp.example.com/saml ' }, ISSUER),
  claiming('the issuer in upper case', { issuer: 'https://IDP.example.com/saml' }, ISSUER),
  around('a response of another issuer', { issuer: 'https://other.example.com' }, ISSUER),
  around('a response of version 1.1', { version: '1.1' }),
  claiming('an assertion of version 1.1', { version: '1.1' }),
  attack('a response in another namespace', (set) =>
    written({ ...response({}, withSignature(set.assertion(), set.idp)), tag: 'dsx:Response' }),
  ),
  attack(
    'a sign-in that nobody asked for, by a provider that wants to be asked',
    (set) => set.signed({ roles: [pair('Open', providerArn('only'))] }),
    'The specified provider takes answers to sign-ins that began here only.',
    undefined,
    { params: { PrincipalArn: providerArn('only') } },
  ),
  attack('a provider that there is not', (set) => set.signed(), NO_PROVIDER, undefined, {
    params: { PrincipalArn: providerArn('nobody') },
  }),
  attack('a provider in other letters', (set) => set.signed(), NO_PROVIDER, undefined, {
    params: { PrincipalArn: providerArn('CORP') },
  }),
  attack('a provider of another account', (set) => set.signed(), NO_PROVIDER, undefined, {
    params: { PrincipalArn: providerArn('corp', TARGET) },
  }),
  attack('a role of another account', (set) => set.signed(), NO_PROVIDER, undefined, {
    params: { RoleArn: roleArn('Open', TARGET) },
  }),
  attack('a provider that is none', (set) => set.signed(), NO_PROVIDER, undefined, {
    params: { PrincipalArn: roleArn('Open-and-more') },
  }),
  attack('the provider of somebody else', (set) => set.signed(), ISSUER, undefined, {
    params: { PrincipalArn: providerArn('other'), RoleArn: roleArn('Elsewhere') },
  }),
  // For when.
  claiming('no conditions', { conditions: null }),
  claiming('conditions without dates', { notBefore: null, notOnOrAfter: null }),
  claiming('conditions without end', { notOnOrAfter: null }),
  claiming('two conditions', { more: [el('saml:Conditions')] }),
  claiming('a condition that nobody knows', {
    conditions: [el('saml:AudienceRestriction', {}, el('saml:Audience', {}, AUDIENCE)), el('saml:Condition')],
  }),
  late('conditions that have expired', { notOnOrAfter: inSeconds(-61) }),
  claiming('conditions that are not valid yet', { notBefore: inSeconds(90) }),
  claiming('an end without zone', { notOnOrAfter: inSeconds(300).replace('Z', '') }),
  claiming('an end in another zone', { notOnOrAfter: inSeconds(300).replace('Z', '+00:00') }),
  claiming('a leap second', { notOnOrAfter: '2036-12-31T23:59:60Z' }),
  claiming('a day that there is not', { notOnOrAfter: '2036-02-30T00:00:00Z' }),
  claiming('an end in the year 10000', { notOnOrAfter: '+010000-01-01T00:00:00Z' }),
  late('issued six minutes ago', { issueInstant: inSeconds(-361) }),
  claiming('issued in the future', { issueInstant: inSeconds(120) }),
  claiming('issued at no time', { issueInstant: null }),
  late('a session that has ended', { sessionNotOnOrAfter: inSeconds(-1) }),
  // For whom.
  claiming('no audience', { audiences: [] }, AUDIENCE_MISSING),
  claiming('a restriction to nobody', { audiences: [[]] }, AUDIENCE_MISSING),
  claiming('another audience', { audiences: [['https://sp.example.com']] }, AUDIENCE_MISSING),
  claiming('the audience in upper case', { audiences: [[AUDIENCE.toUpperCase()]] }, AUDIENCE_MISSING),
  claiming(
    'two restrictions, one of them to somebody else',
    { audiences: [[AUDIENCE], ['https://sp.example.com']] },
    AUDIENCE_MISSING,
  ),
  claiming('another recipient', { recipient: 'https://sp.example.com/acs' }, AUDIENCE_MISSING),
  claiming('a recipient that begins like ours', { recipient: `${ACS}.evil.example` }, AUDIENCE_MISSING),
  claiming(
    'a recipient whose host begins like ours',
    { recipient: 'https://signin.aws.amazon.com.evil.example/saml' },
    AUDIENCE_MISSING,
  ),
  claiming(
    'a recipient whose host ends like ours',
    { recipient: 'https://evilsignin.aws.amazon.com/saml' },
    AUDIENCE_MISSING,
  ),
  claiming('a recipient in no region', { recipient: 'https://evil.signin.aws.amazon.com/saml' }, AUDIENCE_MISSING),
  claiming('a recipient in plain http', { recipient: ACS.replace('https', 'http') }, AUDIENCE_MISSING),
  claiming('the recipient of another provider', { recipient: `${ACS}/acs/SAMLSPAAAAAAAAAAAAAAAAA` }, AUDIENCE_MISSING),
  claiming('no recipient', { recipient: null }),
  around('another destination', { destination: 'https://sp.example.com/acs' }, AUDIENCE_MISSING),
  around('an empty destination', { destination: '' }, AUDIENCE_MISSING),
  attack(
    'a signed response without destination',
    (set) => written(withSignature(response({ destination: null }, set.assertion()), set.idp)),
    AUDIENCE_MISSING,
  ),
  around('an answer to a request that nobody sent', { inResponseTo: '_request' }),
  claiming('a confirmation for a request that nobody sent', { confirmation: { InResponseTo: '_request' } }),
  // Who may show it.
  claiming('no confirmation', { confirmations: [] }),
  claiming('two confirmations', { confirmations: [confirmation({}), confirmation({})] }),
  claiming('a confirmation without data', {
    confirmations: [el('saml:SubjectConfirmation', { Method: 'urn:oasis:names:tc:SAML:2.0:cm:bearer' })],
  }),
  claiming('a holder of a key', { confirmations: [confirmation({}, 'holder-of-key')] }),
  claiming('a sender who vouches', { confirmations: [confirmation({}, 'sender-vouches')] }),
  claiming('a confirmation that begins later', { confirmation: { NotBefore: inSeconds(-10) } }),
  claiming('a confirmation without end', { confirmedUntil: null }),
  late('a confirmation that has expired', { confirmedUntil: inSeconds(-61) }),
  // That nobody signed in.
  rejected('the provider failed', { status: status('Responder') }),
  rejected('the provider says in detail that it failed', { status: status('Responder', status('AuthnFailed')) }),
  rejected('no status', { status: null }),
  rejected('success within a failure', {
    status: el(
      'samlp:Status',
      {},
      el(
        'samlp:StatusCode',
        { Value: 'x' },
        el('samlp:StatusCode', { Value: 'urn:oasis:names:tc:SAML:2.0:status:Success' }),
      ),
    ),
  }),
  // What it asks for.
  denied('nobody is named', { nameId: null }),
  denied('an empty name', { nameId: '' }),
  denied('an encrypted name', { nameId: null, subject: [el('saml:EncryptedID')] }),
  claiming('a name with a line end', { nameId: 'alice\nmallory' }),
  claiming('a name that turns around', { nameId: 'alice\u202eyrollam' }),
  claiming('a name of 1,025 characters', { nameId: 'a'.repeat(1025) }),
  denied('no roles', { roles: [] }),
  denied('other roles', { roles: [pair('Bare')] }),
  denied('any role', { roles: [pair('*')] }),
  denied('the role by another provider', { roles: [pair('Open', providerArn('other'))] }),
  denied('the role by a provider of another account', { roles: [pair('Open', providerArn('corp', TARGET))] }),
  denied('the role and more', { roles: [`${pair('Open')},x`] }),
  denied('a role that trusts another provider', {}, { RoleArn: roleArn('Elsewhere') }),
  denied('a role that there is not', {}, { RoleArn: roleArn('Absent') }),
  denied('a role that trusts another audience', {}, { RoleArn: roleArn('Pinned') }),
  denied('a role that trusts everybody at AWS', { roles: [pair('Everyone')] }, { RoleArn: roleArn('Everyone') }),
  denied('tags for a role that allows none', attributes({ [`${ATTRIBUTES}/PrincipalTag:Team`]: 'core' }), {
    RoleArn: roleArn('Bare'),
  }),
  denied('a source identity for a role that allows none', attributes({ [`${ATTRIBUTES}/SourceIdentity`]: 'alice' }), {
    RoleArn: roleArn('Bare'),
  }),
  claiming(
    'no session name',
    attributes({ [`${ATTRIBUTES}/RoleSessionName`]: null }),
    'RoleSessionName is required in AuthnResponse',
  ),
  claiming(
    'an empty session name',
    attributes({ [`${ATTRIBUTES}/RoleSessionName`]: '' }),
    'RoleSessionName is required in AuthnResponse',
  ),
  ...['a', 'a'.repeat(65), 'alice mallory', '\u0430lice', ' alice'].map((name) =>
    claiming(`the session name "${name.slice(0, 20)}"`, attributes({ [`${ATTRIBUTES}/RoleSessionName`]: name }), NAME),
  ),
  claiming('two session names', attributes({ [`${ATTRIBUTES}/RoleSessionName`]: ['alice', 'mallory'] }), NAME),
  ...['899', '43201', '1h', '-1', '1e4', ' 900'].map((text) =>
    claiming(`a duration of "${text}"`, attributes({ [`${ATTRIBUTES}/SessionDuration`]: text }), DURATION),
  ),
  claiming('two durations', attributes({ [`${ATTRIBUTES}/SessionDuration`]: ['900', '43200'] }), DURATION),
  ...['aws:x', 'AWS:x', 'a', 'a b', 'a'.repeat(65)].map((text) =>
    claiming(
      `the source identity "${text.slice(0, 20)}"`,
      attributes({ [`${ATTRIBUTES}/SourceIdentity`]: text }),
      SOURCE_IDENTITY,
    ),
  ),
  claiming('two values of a tag', attributes({ [`${ATTRIBUTES}/PrincipalTag:Team`]: ['a', 'b'] }), TAGS),
  claiming('a tag of AWS', attributes({ [`${ATTRIBUTES}/PrincipalTag:aws:x`]: 'a' }), TAGS),
  claiming(
    'a tag in two spellings',
    attributes({ [`${ATTRIBUTES}/PrincipalTag:Team`]: 'a', [`${ATTRIBUTES}/PrincipalTag:team`]: 'b' }),
    TAGS,
  ),
  claiming('a tag with a long key', attributes({ [`${ATTRIBUTES}/PrincipalTag:${'k'.repeat(129)}`]: 'a' }), TAGS),
  claiming(
    '51 tags',
    attributes(Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`${ATTRIBUTES}/PrincipalTag:k${n}`, 'a']))),
    TAGS,
  ),
  claiming('a transitive key of no tag', attributes({ [`${ATTRIBUTES}/TransitiveTagKeys`]: 'Team' }), TAGS),
]
