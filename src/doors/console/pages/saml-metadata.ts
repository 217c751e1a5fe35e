import type { Page } from '../page.ts'
import { send } from '../reply.ts'
import type { SamlSignIns } from '../saml-sign-ins.ts'

/** What identity providers import to know this service. @see https://docs.oasis-open.org/security/saml/v2.0/saml-metadata-2.0-os.pdf */
export function samlMetadataPage(saml: Pick<SamlSignIns, 'metadata'>): Page {
  return {
    path: '/saml/metadata.xml',
    for: 'strangers',
    get: () => send('application/samlmetadata+xml', saml.metadata()),
  }
}
