import { type Assertion, readAssertion, readFrame } from './assertion.ts'
import { attributeOf, childrenOf, everyElement, isNamed, isSame, NAMESPACES } from './elements.ts'
import { checkEncryption } from './encryption.ts'
import { LoginRefused, ResponseRefused } from './response-refused.ts'
import { checkSignature } from './signature.ts'
import { readXml, type XmlElement, XmlRefused } from './xml.ts'

/** A response whose structure leaves no doubt about what a signature in it is of. Nothing it says is proven. */
export interface SamlResponse {
  readonly root: XmlElement
  /** The one assertion, or what is one once it is decrypted. */
  readonly assertion: XmlElement
  readonly isEncrypted: boolean
  /** The signature of the whole, and that of the assertion. */
  readonly ownSignature: XmlElement | undefined
  readonly assertionSignature: XmlElement | undefined
}

/** In UTF-16 units. */
const LONGEST = 204_800
/** A thousand attributes, which is as many as there may be, are two or three thousand; every one costs its reader time. */
const MOST_ELEMENTS = 3000
const NC_NAME = /^[A-Za-z_][\w.-]{0,255}$/
/** Attributes that a reference can lead to, whatever their namespace. */
const IDS: ReadonlySet<string> = new Set(['ID', 'Id', 'id'])
/** What may stand in a response: at most one of each. */
const PARTS: readonly (readonly [namespace: string, name: string])[] = [
  [NAMESPACES.assertion, 'Issuer'],
  [NAMESPACES.signature, 'Signature'],
  [NAMESPACES.protocol, 'Extensions'],
  [NAMESPACES.protocol, 'Status'],
  [NAMESPACES.assertion, 'Assertion'],
  [NAMESPACES.assertion, 'EncryptedAssertion'],
]
/** What libraries look for by name alone, so that there may be none of it but where it belongs. */
const PLACED: ReadonlySet<string> = new Set(['Response', 'Assertion', 'EncryptedAssertion', 'Signature', 'Object'])
const OF_SIGNATURES: ReadonlySet<string> = new Set([
  'SignedInfo',
  'SignatureValue',
  'SignatureMethod',
  'CanonicalizationMethod',
  'Reference',
  'Manifest',
])

/**
 * Reads a response and checks its structure, so that every known way of wrapping what was signed in something else ends
 * here: one assertion, in its place; signatures in theirs, each of exactly the element that it stands in; every id once;
 * only algorithms that hold.
 * @throws {@link ResponseRefused}, {@link LoginRefused}
 * @see https://docs.oasis-open.org/security/saml/v2.0/saml-core-2.0-os.pdf section 5.4
 */
export function readResponse(text: string): SamlResponse {
  const root = rootOf(text)
  if (!isNamed(root, NAMESPACES.protocol, 'Response')) throw new ResponseRefused('no Response of SAML 2.0')
  if (attributeOf(root, 'Version') !== '2.0') throw new ResponseRefused('a Response of another version')
  checkParts(root)
  const { isSuccess, status } = readFrame(root)
  if (!isSuccess) throw new LoginRefused(`the status is ${status}`)
  const plain = childrenOf(root, NAMESPACES.assertion, 'Assertion')
  const encrypted = childrenOf(root, NAMESPACES.assertion, 'EncryptedAssertion')
  const [assertion, second] = [...plain, ...encrypted]
  if (assertion === undefined || second !== undefined) throw new ResponseRefused('not one assertion')
  const isEncrypted = encrypted.length > 0
  const ownSignature = signatureIn(root)
  const assertionSignature = isEncrypted ? undefined : signatureIn(assertion)
  checkPlaces(root, [root, assertion, ownSignature, assertionSignature])
  checkIds(root)
  checkId(root)
  if (isEncrypted) checkEncryption(assertion)
  else checkId(assertion)
  return { root, assertion, isEncrypted, ownSignature, assertionSignature }
}

function rootOf(text: string): XmlElement {
  try {
    return readXml(text, { length: LONGEST, elements: MOST_ELEMENTS })
  } catch (error) {
    if (!(error instanceof XmlRefused)) throw error
    throw new ResponseRefused(`no XML of the kind that is taken: ${error.message}`, { cause: error })
  }
}

function checkParts(root: XmlElement): void {
  const seen = new Set<string>()
  for (const child of root.children) {
    if (!PARTS.some(([namespace, name]) => isNamed(child, namespace, name))) {
      throw new ResponseRefused(`a Response with ${child.name} in it`)
    }
    if (seen.has(child.name)) throw new ResponseRefused(`a Response with more than one ${child.name}`)
    seen.add(child.name)
  }
}

function signatureIn(parent: XmlElement): XmlElement | undefined {
  const [signature, second] = childrenOf(parent, NAMESPACES.signature, 'Signature')
  if (second !== undefined) throw new ResponseRefused('two signatures of one element')
  if (signature !== undefined) checkSignature(signature, attributeOf(parent, 'ID') ?? '')
  return signature
}

/** Whatever has a name that matters, in whatever namespace, stands where it was found before, and nowhere else. */
function checkPlaces(root: XmlElement, placed: readonly (XmlElement | undefined)[]): void {
  const parts = new Set<XmlElement>()
  for (const each of placed) {
    if (each === undefined) continue
    if (isNamed(each, NAMESPACES.signature, 'Signature')) for (const part of partsOf(each)) parts.add(part)
    parts.add(each)
  }
  for (const element of everyElement(root)) {
    if ((PLACED.has(element.name) || OF_SIGNATURES.has(element.name)) && !parts.has(element)) {
      throw new ResponseRefused(`${element.name} where none belongs`)
    }
  }
}

/** `SignedInfo` and what is in it, and the value: what was checked to be there once. */
function* partsOf(signature: XmlElement): Generator<XmlElement> {
  for (const child of signature.children) if (child.name !== 'KeyInfo') yield* everyElement(child)
}

function checkIds(root: XmlElement): void {
  const ids = new Set<string>()
  for (const { attributes } of everyElement(root)) {
    for (const { name, value } of attributes) {
      if (!IDS.has(name)) continue
      if (ids.has(value)) throw new ResponseRefused('an id that stands there twice')
      ids.add(value)
    }
  }
}

function checkId(element: XmlElement): void {
  if (!NC_NAME.test(attributeOf(element, 'ID') ?? '')) throw new ResponseRefused(`an ${element.name} without ID`)
}

/** Who the response and its assertion say that they are of, as far as they say so in the open. Nothing of it is proven. */
export function claimedIssuers({ root, assertion }: SamlResponse): readonly string[] {
  return [root, assertion].flatMap((each) => childrenOf(each, NAMESPACES.assertion, 'Issuer')).map(({ text }) => text)
}

/** The request that a response says it answers. Nothing of it is proven. */
export function claimedRequest({ root }: SamlResponse): string | undefined {
  return attributeOf(root, 'InResponseTo')
}

/**
 * What the assertion says, as far as it says so in the open. Nothing of it is proven.
 * @throws {@link ResponseRefused} when something is missing, or there twice
 */
export function claimedAssertion({ assertion, isEncrypted }: SamlResponse): Assertion | undefined {
  return isEncrypted ? undefined : readAssertion(assertion)
}

/**
 * Reads the octets that a signature was verified of, and compares: what was sent has to say the same, so that whatever
 * of it is read was signed, though two readers have read it.
 * @param sent - what was read of the document, without the signature itself
 * @throws {@link ResponseRefused} when anything differs
 */
export function readSigned(octets: string, sent: XmlElement): XmlElement {
  const signed = rootOf(octets)
  if (!isSame(signed, sent)) throw new ResponseRefused('something else than what was signed')
  return signed
}
