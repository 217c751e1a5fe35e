import { BINDINGS } from './bindings.ts'
import { NAMESPACES } from './elements.ts'
import { asAttribute, asText } from './written.ts'

/** A service provider, as it is described to identity providers. */
export interface ServiceProviderDescription {
  readonly entityId: string
  readonly assertionConsumerServiceUrl: string
  /** What there is to read about whoever runs it. */
  readonly organizationUrl: string
  readonly attributes: readonly RequestedAttribute[]
}

/** An attribute that assertions may have. */
export interface RequestedAttribute {
  readonly name: string
  readonly friendlyName: string
  readonly isRequired: boolean
}

const URI = 'urn:oasis:names:tc:SAML:2.0:attrname-format:uri'
/** In the order of AWS's own metadata. */
const NAME_ID_FORMATS = [
  'urn:oasis:names:tc:SAML:2.0:nameid-format:transient',
  'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
  'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
  'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
  'urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName',
  'urn:oasis:names:tc:SAML:1.1:nameid-format:WindowsDomainQualifiedName',
  'urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos',
  'urn:oasis:names:tc:SAML:2.0:nameid-format:entity',
]

/**
 * Writes the metadata of a service provider, in the shape of AWS's own. Without keys, because nothing is signed by it; so
 * there is nothing in it that would have to end, and it says no `validUntil`.
 * @see https://signin.aws.amazon.com/static/saml-metadata.xml
 * @see https://docs.oasis-open.org/security/saml/v2.0/saml-metadata-2.0-os.pdf section 2.4.4
 */
export function writeServiceProviderMetadata(description: ServiceProviderDescription): string {
  const { entityId, assertionConsumerServiceUrl, organizationUrl, attributes } = description
  return `<?xml version="1.0" encoding="UTF-8"?>
<EntityDescriptor xmlns="${NAMESPACES.metadata}" entityID="${asAttribute(entityId)}">
  <SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true" protocolSupportEnumeration="${NAMESPACES.protocol}">
${NAME_ID_FORMATS.map((format) => `    <NameIDFormat>${format}</NameIDFormat>`).join('\n')}
    <AssertionConsumerService index="1" isDefault="true" Binding="${BINDINGS.post}" Location="${asAttribute(assertionConsumerServiceUrl)}"/>
    <AttributeConsumingService index="1">
      <ServiceName xml:lang="en">Rolecall single sign-on</ServiceName>
${attributes.map(requested).join('\n')}
    </AttributeConsumingService>
  </SPSSODescriptor>
  <Organization>
    <OrganizationName xml:lang="en">Rolecall</OrganizationName>
    <OrganizationDisplayName xml:lang="en">Rolecall</OrganizationDisplayName>
    <OrganizationURL xml:lang="en">${asText(organizationUrl)}</OrganizationURL>
  </Organization>
</EntityDescriptor>
`
}

function requested({ name, friendlyName, isRequired }: RequestedAttribute): string {
  return `      <RequestedAttribute isRequired="${isRequired}" Name="${asAttribute(name)}" NameFormat="${URI}" FriendlyName="${asAttribute(friendlyName)}"/>`
}
