import { attributeOf, childrenOf, everyElement, isNamed, NAMESPACES } from './elements.ts'
import { ResponseRefused } from './response-refused.ts'
import type { XmlElement } from './xml.ts'

/** The exclusive canonical form. */
export const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#'
/** Canonical forms without comments: there are none in what is taken, and a form with them says that there might be. */
const CANONICAL: ReadonlySet<string> = new Set([EXCLUSIVE, 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315'])
const ENVELOPED: ReadonlySet<string> = new Set(['http://www.w3.org/2000/09/xmldsig#enveloped-signature'])
const SIGNATURES: ReadonlySet<string> = new Set([
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
  'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
])
const DIGESTS: ReadonlySet<string> = new Set([
  'http://www.w3.org/2001/04/xmlenc#sha256',
  'http://www.w3.org/2001/04/xmlenc#sha512',
])
const MOST_PREFIXES = 50

/**
 * Checks that a signature is of one element, whole, by an algorithm that holds: one reference, to that element; no
 * transform but those that leave out the signature itself and write the canonical form; nothing else in it that a library
 * might look at. Does not verify it.
 * @param of - the id of the element that it stands in
 * @throws {@link ResponseRefused}
 * @see https://www.w3.org/TR/xmldsig-core1/
 */
export function checkSignature(signature: XmlElement, of: string): void {
  checkChildren(signature, ['SignedInfo', 'SignatureValue'], 'KeyInfo')
  const info = part(signature, 'SignedInfo')
  checkChildren(info, ['CanonicalizationMethod', 'SignatureMethod', 'Reference'])
  checkAttributes(info, [])
  checkCanonicalization(part(info, 'CanonicalizationMethod'))
  checkAlgorithm(part(info, 'SignatureMethod'), SIGNATURES)
  const reference = part(info, 'Reference')
  checkChildren(reference, ['Transforms', 'DigestMethod', 'DigestValue'])
  checkAttributes(reference, ['URI'])
  if (attributeOf(reference, 'URI') !== `#${of}`) throw new ResponseRefused('a signature of something else')
  checkTransforms(part(reference, 'Transforms'))
  checkAlgorithm(part(reference, 'DigestMethod'), DIGESTS)
  for (const value of [part(signature, 'SignatureValue'), part(reference, 'DigestValue')]) checkChildren(value, [])
}

/** The certificate that a signature brings along, if any, as base64: says which to try, and proves nothing. */
export function broughtCertificate(signature: XmlElement): string | undefined {
  for (const element of everyElement(signature)) {
    if (element.name === 'X509Certificate') return element.text.replace(/[ \t\r\n]/g, '')
  }
  return undefined
}

function checkTransforms(transforms: XmlElement): void {
  const [enveloped, canonicalization, more] = transforms.children
  if (enveloped === undefined || more !== undefined) throw new ResponseRefused('not one or two transforms')
  for (const each of transforms.children) {
    if (!isNamed(each, NAMESPACES.signature, 'Transform')) throw new ResponseRefused('transforms that are none')
  }
  checkAlgorithm(enveloped, ENVELOPED)
  if (canonicalization !== undefined) checkCanonicalization(canonicalization)
}

function checkCanonicalization(element: XmlElement): void {
  const [prefixes, more] = element.children
  checkAttributes(element, ['Algorithm'])
  const algorithm = attributeOf(element, 'Algorithm') ?? ''
  if (!CANONICAL.has(algorithm)) throw new ResponseRefused('another canonical form')
  if (prefixes === undefined) return
  if (more !== undefined || algorithm !== EXCLUSIVE || !isNamed(prefixes, EXCLUSIVE, 'InclusiveNamespaces')) {
    throw new ResponseRefused('a canonical form with something in it')
  }
  checkAttributes(prefixes, ['PrefixList'])
  checkChildren(prefixes, [])
  if ((attributeOf(prefixes, 'PrefixList') ?? '').split(' ').length > MOST_PREFIXES) {
    throw new ResponseRefused('too many prefixes')
  }
}

function checkAlgorithm(element: XmlElement, allowed: ReadonlySet<string>): void {
  checkAttributes(element, ['Algorithm'])
  checkChildren(element, [])
  const algorithm = attributeOf(element, 'Algorithm') ?? ''
  if (!allowed.has(algorithm)) throw new ResponseRefused(`the algorithm ${algorithm.slice(0, 100)}`)
}

/** Exactly these attributes: libraries look some up by their names without asking for the namespace. */
function checkAttributes(element: XmlElement, names: readonly string[]): void {
  const { attributes, name } = element
  if (attributes.length !== names.length || names.some((each) => attributeOf(element, each) === undefined)) {
    throw new ResponseRefused(`${name} with other attributes`)
  }
}

/** Exactly these elements of signatures, in this order. */
function checkChildren({ name, children }: XmlElement, names: readonly string[], optional?: string): void {
  const expected = children.length === names.length || optional === undefined ? names : [...names, optional]
  const isAsExpected =
    children.length === expected.length &&
    children.every((child, index) => isNamed(child, NAMESPACES.signature, expected[index] ?? ''))
  if (!isAsExpected) throw new ResponseRefused(`${name} with other things in it`)
}

function part(parent: XmlElement, name: string): XmlElement {
  const [found] = childrenOf(parent, NAMESPACES.signature, name)
  if (found === undefined) throw new ResponseRefused(`no ${name}`)
  return found
}
