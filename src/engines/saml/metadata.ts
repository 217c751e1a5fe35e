import { X509Certificate } from 'node:crypto'
import type { EpochMillis } from '../../model/index.ts'
import { BINDINGS } from './bindings.ts'
import { attributeOf, childrenOf, isNamed, NAMESPACES } from './elements.ts'
import { readInstant } from './instant.ts'
import { readXml, type XmlElement, XmlRefused } from './xml.ts'

/** What the metadata of an identity provider says, as far as assertions are judged by it. */
export interface SamlMetadata {
  /** What its assertions call their issuer, letter by letter. */
  readonly entityId: string
  /** What its assertions may be signed with: certificates as base64 of their DER, each once. */
  readonly signingCertificates: readonly string[]
  /** From when on it may not be relied on; `undefined` when it does not say. */
  readonly validUntil: EpochMillis | undefined
  /** Where browsers are sent to sign in, by the redirect binding; `undefined` when there is no such place. */
  readonly signOnUrl: string | undefined
}

/** What was given is no metadata of an identity provider that could be used; `message` says why, as a sentence goes on. */
export class MetadataRefused extends Error {
  override readonly name = 'MetadataRefused'
}

/** Of a metadata document. AWS takes ten million characters; nobody's identity provider has a tenth of that. */
export const METADATA_LENGTH = { min: 1000, max: 1_048_576 } as const

const MOST_ELEMENTS = 50_000
const MOST_CERTIFICATES = 10
const LONGEST_ENTITY_ID = 1024
const LONGEST_URL = 2048
/** Cost grows with the square of a modulus. Shorter ones than these can be broken, at a price. */
const RSA_BITS = { min: 2048, max: 8192 }
const LOOPBACK = /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])$/
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/

/**
 * Reads the metadata of one identity provider. Only certificates that it signs with are taken: those of an
 * `IDPSSODescriptor` that are marked for signing or, as at AWS, not marked at all. Never those of a service provider in
 * the same document, never bare keys. Whether certificates have expired is not asked, as at AWS: `validUntil` is.
 * @throws {@link MetadataRefused}
 * @see https://docs.oasis-open.org/security/saml/v2.0/saml-metadata-2.0-os.pdf section 2
 */
export function readMetadata(document: string): SamlMetadata {
  if (document.length < METADATA_LENGTH.min)
    throw new MetadataRefused(`must have ${METADATA_LENGTH.min} characters or more`)
  const root = rootOf(document)
  if (!isNamed(root, NAMESPACES.metadata, 'EntityDescriptor')) {
    throw new MetadataRefused('must be one EntityDescriptor of SAML 2.0 metadata')
  }
  const entityId = attributeOf(root, 'entityID') ?? ''
  if (entityId === '' || entityId.length > LONGEST_ENTITY_ID || entityId.trim() !== entityId) {
    throw new MetadataRefused(`must have an entityID of 1 to ${LONGEST_ENTITY_ID} characters`)
  }
  const descriptors = childrenOf(root, NAMESPACES.metadata, 'IDPSSODescriptor').filter(speaksSaml2)
  if (descriptors.length === 0) throw new MetadataRefused('must have an IDPSSODescriptor that supports SAML 2.0')
  const signingCertificates = new Set(descriptors.flatMap(signingCertificatesOf))
  if (signingCertificates.size === 0) {
    throw new MetadataRefused('must have a KeyDescriptor for signing with an X509Certificate in its IDPSSODescriptor')
  }
  if (signingCertificates.size > MOST_CERTIFICATES) {
    throw new MetadataRefused(`must have at most ${MOST_CERTIFICATES} signing certificates`)
  }
  return {
    entityId,
    signingCertificates: [...signingCertificates],
    validUntil: earliest([root, ...descriptors].map(validUntilOf)),
    signOnUrl: descriptors.flatMap(signOnUrlsOf)[0],
  }
}

function rootOf(document: string): XmlElement {
  try {
    return readXml(document, { length: METADATA_LENGTH.max, elements: MOST_ELEMENTS, comments: true })
  } catch (error) {
    if (!(error instanceof XmlRefused)) throw error
    throw new MetadataRefused(`is no XML of the kind that is taken: ${error.message}`, { cause: error })
  }
}

function speaksSaml2(descriptor: XmlElement): boolean {
  const protocols = attributeOf(descriptor, 'protocolSupportEnumeration') ?? ''
  return protocols.split(' ').includes(NAMESPACES.protocol)
}

function signingCertificatesOf(descriptor: XmlElement): readonly string[] {
  const certificates: string[] = []
  for (const key of childrenOf(descriptor, NAMESPACES.metadata, 'KeyDescriptor')) {
    const use = attributeOf(key, 'use')
    if (use !== undefined && use !== 'signing') continue
    for (const info of childrenOf(key, NAMESPACES.signature, 'KeyInfo')) {
      for (const data of childrenOf(info, NAMESPACES.signature, 'X509Data')) {
        for (const each of childrenOf(data, NAMESPACES.signature, 'X509Certificate')) certificates.push(...derOf(each))
      }
    }
  }
  return certificates
}

/**
 * As base64 without spaces: that of what was read, so that it is the same however it was written. Nothing for a key of a
 * type that no signature is taken of.
 */
function derOf({ text, children }: XmlElement): readonly string[] {
  const base64 = text.replace(/[ \t\r\n]/g, '')
  if (children.length > 0 || !BASE64.test(base64))
    throw new MetadataRefused('has an X509Certificate that is not base64')
  const der = Buffer.from(base64, 'base64')
  try {
    const certificate = new X509Certificate(der)
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = certificate.publicKey
    if (type !== 'rsa') return []
    const bits = details?.modulusLength ?? 0
    if (bits < RSA_BITS.min || bits > RSA_BITS.max) {
      throw new MetadataRefused(`has a signing certificate whose key has not ${RSA_BITS.min} to ${RSA_BITS.max} bits`)
    }
    return [certificate.raw.toString('base64')]
  } catch (error) {
    if (error instanceof MetadataRefused) throw error
    throw new MetadataRefused('has an X509Certificate that is none', { cause: error })
  }
}

function validUntilOf(element: XmlElement): EpochMillis | undefined {
  const text = attributeOf(element, 'validUntil')
  if (text === undefined) return undefined
  const instant = readInstant(text)
  if (instant === undefined) throw new MetadataRefused('has a validUntil that is no instant in UTC')
  return instant
}

/** Browsers are sent there, so it is nothing but a page: over TLS, or on this machine. */
function signOnUrlsOf(descriptor: XmlElement): readonly string[] {
  return childrenOf(descriptor, NAMESPACES.metadata, 'SingleSignOnService').flatMap((service) => {
    const location = attributeOf(service, 'Location') ?? ''
    if (attributeOf(service, 'Binding') !== BINDINGS.redirect || location.length > LONGEST_URL) return []
    const url = URL.parse(location)
    if (url === null || url.username !== '' || url.password !== '' || url.hash !== '') return []
    const isTaken = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname))
    return isTaken ? [url.href] : []
  })
}

function earliest(instants: readonly (EpochMillis | undefined)[]): EpochMillis | undefined {
  return instants.reduce(
    (one, other) => (one === undefined || (other !== undefined && other < one) ? other : one),
    undefined,
  )
}
