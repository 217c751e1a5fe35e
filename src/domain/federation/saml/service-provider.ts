/** What AWS calls itself to identity providers, and where it takes their responses, by partition. */
const AWS: Readonly<Record<string, { readonly entityId: string; readonly domain: string }>> = {
  aws: { entityId: 'urn:amazon:webservices', domain: 'signin.aws.amazon.com' },
  'aws-cn': { entityId: 'urn:amazon:webservices:cn-north-1', domain: 'signin.amazonaws.cn' },
  'aws-us-gov': { entityId: 'urn:amazon:webservices:govcloud', domain: 'signin.amazonaws-us-gov.com' },
}

const REGIONAL = /^https:\/\/([a-z0-9-]{1,32})\.(.+)$/

interface ServiceProviderParts {
  readonly partition: string
  /** The origin that this broker is reached at; without one it goes by AWS's names alone. */
  readonly publicUrl: string | undefined
  isRegion(region: string): boolean
}

/**
 * Who we are to identity providers. Besides by our own address we go by AWS's, so that assertions made for AWS are taken
 * unchanged.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_saml_relying-party.html
 */
export class ServiceProvider {
  readonly #parts: ServiceProviderParts
  readonly #entityId: string
  readonly #domain: string

  constructor(parts: ServiceProviderParts) {
    this.#parts = parts
    const { entityId = '', domain = '' } = AWS[parts.partition] ?? {}
    this.#entityId = entityId
    this.#domain = domain
  }

  /** Whether an assertion may be shown at that URL. @param uniqueId - of the provider, which has an address of its own */
  isRecipient(url: string, uniqueId: string): boolean {
    const { publicUrl } = this.#parts
    const own = `/saml/acs/${uniqueId}`
    if (publicUrl !== undefined && (url === `${publicUrl}/saml` || url === publicUrl + own)) return true
    const path = this.#pathOf(url)
    return path === '/saml' || path === '/static/saml' || path === own
  }

  /** Whether an assertion may be for somebody of that name. */
  isAudience(name: string, uniqueId: string): boolean {
    return name === this.#entityId || this.isRecipient(name, uniqueId)
  }

  /** What follows AWS's host in a URL, or one of its regions' hosts. */
  #pathOf(url: string): string | undefined {
    const global = `https://${this.#domain}`
    if (url.startsWith(`${global}/`)) return url.slice(global.length)
    const [, region = '', rest = ''] = REGIONAL.exec(url) ?? []
    if (!rest.startsWith(`${this.#domain}/`) || !this.#parts.isRegion(region)) return undefined
    return rest.slice(this.#domain.length)
  }
}
