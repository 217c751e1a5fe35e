import { deflateRawSync } from 'node:zlib'
import { BINDINGS } from './bindings.ts'
import { NAMESPACES } from './elements.ts'
import { asAttribute, asText } from './written.ts'

/** A request that somebody be asked to sign in. */
export interface AuthnRequest {
  /** An `NCName` that nobody can guess: the answer names it. */
  readonly id: string
  readonly issuedAt: Date
  /** Where the identity provider takes it. */
  readonly destination: string
  /** Where the answer is to be sent. */
  readonly assertionConsumerServiceUrl: string
  /** What the service provider is called. */
  readonly issuer: string
}

/**
 * Writes a request for a sign-in. It is not signed: it says nothing that whoever sends it could not change for themselves,
 * and what comes of it is signed.
 * @see https://docs.oasis-open.org/security/saml/v2.0/saml-core-2.0-os.pdf section 3.4.1
 */
function writeAuthnRequest(request: AuthnRequest): string {
  const { id, issuedAt, destination, assertionConsumerServiceUrl, issuer } = request
  const seconds = issuedAt.toISOString().replace(/\.[0-9]{3}Z$/, 'Z')
  return (
    `<samlp:AuthnRequest xmlns:samlp="${NAMESPACES.protocol}" xmlns:saml="${NAMESPACES.assertion}" ID="${asAttribute(id)}"` +
    ` Version="2.0" IssueInstant="${seconds}" Destination="${asAttribute(destination)}"` +
    ` ProtocolBinding="${BINDINGS.post}"` +
    ` AssertionConsumerServiceURL="${asAttribute(assertionConsumerServiceUrl)}">` +
    `<saml:Issuer>${asText(issuer)}</saml:Issuer><samlp:NameIDPolicy AllowCreate="true"/></samlp:AuthnRequest>`
  )
}

/**
 * The URL that takes a browser to the identity provider with a request.
 * @param relayState - comes back with the answer; at most 80 bytes, and nothing that matters: whoever sends the answer can
 *   say something else
 * @see https://docs.oasis-open.org/security/saml/v2.0/saml-bindings-2.0-os.pdf section 3.4.4
 */
export function redirectWith(request: AuthnRequest, relayState?: string): string {
  const { destination } = request
  const deflated = deflateRawSync(writeAuthnRequest(request)).toString('base64')
  const parameters = new URLSearchParams({ SAMLRequest: deflated })
  if (relayState !== undefined) parameters.set('RelayState', relayState)
  return `${destination}${destination.includes('?') ? '&' : '?'}${parameters}`
}
