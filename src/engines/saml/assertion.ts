import type { EpochMillis } from '../../model/index.ts'
import { attributeOf, childrenOf, isNamed, NAMESPACES } from './elements.ts'
import { readInstant } from './instant.ts'
import { ResponseRefused } from './response-refused.ts'
import type { XmlElement } from './xml.ts'

/** What an assertion says. It is read from the element that the signature was verified of. */
export interface Assertion {
  readonly id: string
  readonly issuer: string
  readonly issuedAt: EpochMillis
  /** Who it is about; `undefined` when it does not say. */
  readonly subject: { readonly nameId: string; readonly format: string | undefined } | undefined
  readonly confirmation: Confirmation
  readonly conditions: Conditions
  /** When the provider's own session ends; `undefined` when it does not say. */
  readonly sessionEndsAt: EpochMillis | undefined
  /** By their names; of attributes of one name the first. Values that are more than text are left out. */
  readonly attributes: ReadonlyMap<string, readonly string[]>
}

/** That whoever bears the assertion is its subject, and where it may be shown until when. */
interface Confirmation {
  readonly recipient: string
  readonly notOnOrAfter: EpochMillis
  readonly inResponseTo: string | undefined
}

interface Conditions {
  readonly notBefore: EpochMillis | undefined
  readonly notOnOrAfter: EpochMillis | undefined
  /** One list for each restriction: all have to be met, each by one of its audiences. */
  readonly audiences: readonly (readonly string[])[]
  /** Whether it may be used once, and not kept for another use. */
  readonly isForOneUse: boolean
}

/** What the response around an assertion says. Proven only where it is signed itself. */
export interface ResponseFrame {
  readonly issuer: string | undefined
  readonly destination: string | undefined
  readonly inResponseTo: string | undefined
  readonly isSuccess: boolean
  /** The codes of its status, without what they all begin with; of one that has none, that. */
  readonly status: string
}

const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer'
const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success'
const ENTITY = 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity'
const STATUS = 'urn:oasis:names:tc:SAML:2.0:status:'
const LONGEST_STATUS = 100
const MOST_ATTRIBUTES = 1000
const MOST_VALUES = 5000
/** Conditions that are understood: of one that is not, nobody can say that it is met. */
const UNDERSTOOD: ReadonlySet<string> = new Set(['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction'])

/**
 * Reads an assertion. Whether what it says is so is for whoever reads it: the time, the audience and the rest are not
 * judged.
 * @throws {@link ResponseRefused} when something is missing, or there twice
 * @see https://docs.oasis-open.org/security/saml/v2.0/saml-core-2.0-os.pdf section 2
 */
export function readAssertion(assertion: XmlElement): Assertion {
  if (!isNamed(assertion, NAMESPACES.assertion, 'Assertion')) throw new ResponseRefused('no Assertion of SAML 2.0')
  if (attributeOf(assertion, 'Version') !== '2.0') throw new ResponseRefused('an Assertion of another version')
  const subject = one(assertion, 'Subject')
  const statements = childrenOf(assertion, NAMESPACES.assertion, 'AttributeStatement')
  return {
    id: attributeOf(assertion, 'ID') ?? '',
    issuer: issuerOf(one(assertion, 'Issuer')),
    issuedAt: instantOf(assertion, 'IssueInstant') ?? missing('IssueInstant'),
    subject: subjectIn(subject),
    confirmation: confirmationIn(subject),
    conditions: conditionsOf(one(assertion, 'Conditions')),
    sessionEndsAt: sessionEnd(assertion),
    attributes: attributesIn(statements),
  }
}

/** Reads what stands around the assertion. @throws {@link ResponseRefused} */
export function readFrame(response: XmlElement): ResponseFrame {
  const [issuer] = childrenOf(response, NAMESPACES.assertion, 'Issuer')
  const [status] = childrenOf(response, NAMESPACES.protocol, 'Status')
  const [code, second] = codesIn(status)
  return {
    issuer: issuer && issuerOf(issuer),
    destination: attributeOf(response, 'Destination'),
    inResponseTo: attributeOf(response, 'InResponseTo'),
    isSuccess: code !== undefined && second === undefined && attributeOf(code, 'Value') === SUCCESS,
    status: code === undefined ? 'missing' : [code, ...codesIn(code).slice(0, 1)].map(statusOf).join(', '),
  }
}

function codesIn(element: XmlElement | undefined): readonly XmlElement[] {
  return element === undefined ? [] : childrenOf(element, NAMESPACES.protocol, 'StatusCode')
}

function statusOf(code: XmlElement): string {
  const value = attributeOf(code, 'Value') ?? ''
  return (value.startsWith(STATUS) ? value.slice(STATUS.length) : value).slice(0, LONGEST_STATUS)
}

function issuerOf(issuer: XmlElement): string {
  const format = attributeOf(issuer, 'Format')
  if (format !== undefined && format !== ENTITY) throw new ResponseRefused('an Issuer in another format')
  return textOf(issuer)
}

function subjectIn(subject: XmlElement): Assertion['subject'] {
  const [nameId, second] = childrenOf(subject, NAMESPACES.assertion, 'NameID')
  if (second !== undefined) throw new ResponseRefused('two NameIDs')
  return nameId && { nameId: textOf(nameId), format: attributeOf(nameId, 'Format') }
}

function confirmationIn(subject: XmlElement): Confirmation {
  const confirmation = one(subject, 'SubjectConfirmation')
  if (attributeOf(confirmation, 'Method') !== BEARER) throw new ResponseRefused('a confirmation that is not by bearer')
  const data = one(confirmation, 'SubjectConfirmationData')
  // The profile for browsers forbids it. @see saml-profiles-2.0-os section 4.1.4.2
  if (attributeOf(data, 'NotBefore') !== undefined) throw new ResponseRefused('a confirmation with NotBefore')
  return {
    recipient: attributeOf(data, 'Recipient') ?? missing('Recipient'),
    notOnOrAfter: instantOf(data, 'NotOnOrAfter') ?? missing('NotOnOrAfter of the confirmation'),
    inResponseTo: attributeOf(data, 'InResponseTo'),
  }
}

function conditionsOf(conditions: XmlElement): Conditions {
  for (const { namespace, name } of conditions.children) {
    if (namespace !== NAMESPACES.assertion || !UNDERSTOOD.has(name)) throw new ResponseRefused(`the condition ${name}`)
  }
  return {
    notBefore: instantOf(conditions, 'NotBefore'),
    notOnOrAfter: instantOf(conditions, 'NotOnOrAfter'),
    audiences: childrenOf(conditions, NAMESPACES.assertion, 'AudienceRestriction').map((restriction) =>
      childrenOf(restriction, NAMESPACES.assertion, 'Audience').map(textOf),
    ),
    isForOneUse: childrenOf(conditions, NAMESPACES.assertion, 'OneTimeUse').length > 0,
  }
}

/** The earliest of what the statements about the sign-in say. */
function sessionEnd(assertion: XmlElement): EpochMillis | undefined {
  let earliest: EpochMillis | undefined
  for (const statement of childrenOf(assertion, NAMESPACES.assertion, 'AuthnStatement')) {
    const end = instantOf(statement, 'SessionNotOnOrAfter')
    if (end !== undefined && (earliest === undefined || end < earliest)) earliest = end
  }
  return earliest
}

function attributesIn(statements: readonly XmlElement[]): ReadonlyMap<string, readonly string[]> {
  const attributes = new Map<string, readonly string[]>()
  let values = 0
  for (const statement of statements) {
    for (const attribute of childrenOf(statement, NAMESPACES.assertion, 'Attribute')) {
      const name = attributeOf(attribute, 'Name') ?? missing('Name of an attribute')
      if (attributes.has(name)) continue
      const texts = childrenOf(attribute, NAMESPACES.assertion, 'AttributeValue')
        .filter(isText)
        .map(({ text }) => text)
      values += texts.length
      attributes.set(name, texts)
      if (attributes.size > MOST_ATTRIBUTES || values > MOST_VALUES) throw new ResponseRefused('too many attributes')
    }
  }
  return attributes
}

function isText({ children }: XmlElement): boolean {
  return children.length === 0
}

function textOf(element: XmlElement): string {
  if (!isText(element)) throw new ResponseRefused(`${element.name} with something in it`)
  return element.text
}

function instantOf(element: XmlElement, attribute: string): EpochMillis | undefined {
  const text = attributeOf(element, attribute)
  if (text === undefined) return undefined
  return readInstant(text) ?? missing(`${attribute} that is an instant in UTC`)
}

function one(parent: XmlElement, name: string): XmlElement {
  const [found, second] = childrenOf(parent, NAMESPACES.assertion, name)
  if (found === undefined || second !== undefined) throw new ResponseRefused(`not one ${name}`)
  return found
}

function missing(what: string): never {
  throw new ResponseRefused(`no ${what}`)
}
