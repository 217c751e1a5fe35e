import { type RequestedAttribute, redirectWith, writeServiceProviderMetadata } from '../../../engines/saml/index.ts'
import type { EpochMillis } from '../../../model/index.ts'
import { directoryAttributes } from './attribute-keys.ts'
import type { Judged } from './judge-assertion.ts'
import { ATTRIBUTES } from './session-attributes.ts'
import type { TrustedProvider } from './trusted-provider.ts'

/** What AWS calls itself to identity providers, and where it takes their responses, by partition. */
const AWS: Readonly<Record<string, { readonly entityId: string; readonly domain: string }>> = {
  aws: { entityId: 'urn:amazon:webservices', domain: 'signin.aws.amazon.com' },
  'aws-cn': { entityId: 'urn:amazon:webservices:cn-north-1', domain: 'signin.amazonaws.cn' },
  'aws-us-gov': { entityId: 'urn:amazon:webservices:govcloud', domain: 'signin.amazonaws-us-gov.com' },
}

const ACS = '/saml'
const REQUESTED: readonly RequestedAttribute[] = [
  { name: `${ATTRIBUTES}Role`, friendlyName: 'RoleEntitlement', isRequired: true },
  { name: `${ATTRIBUTES}RoleSessionName`, friendlyName: 'RoleSessionName', isRequired: true },
  ...directoryAttributes().map((each) => ({ ...each, isRequired: false })),
]
const REGIONAL = /^https:\/\/([a-z0-9-]{1,32})\.(.+)$/

/** A sign-in that is asked for. */
export interface SignInRequest {
  /** An `NCName` that nobody can guess: the answer names it. */
  readonly id: string
  readonly now: EpochMillis
  /** Comes back with the answer, from whoever sends that; at most 80 bytes. */
  readonly relayState?: string | undefined
}

interface ServiceProviderParts {
  readonly partition: string
  /** The origin that this broker is reached at. */
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
  #origin: string | undefined

  constructor(parts: ServiceProviderParts) {
    this.#parts = parts
    this.#origin = parts.publicUrl
    const { entityId = '', domain = '' } = AWS[parts.partition] ?? {}
    this.#entityId = entityId
    this.#domain = domain
  }

  /** Says where this node listens: there it is reached, unless a public origin was given. */
  listensAt(origin: string): void {
    this.#origin ??= origin
  }

  /** What identity providers import to know us by our own name and address. */
  metadata(): string {
    const address = this.#address()
    return writeServiceProviderMetadata({
      entityId: address,
      assertionConsumerServiceUrl: address,
      organizationUrl: new URL(address).origin,
      attributes: REQUESTED,
    })
  }

  /** The URL that takes a browser to an identity provider with a request for a sign-in, in our own name. */
  requestSignIn(signOnUrl: string, { id, now, relayState }: SignInRequest): string {
    const issuer = this.#address()
    const issuedAt = new Date(now)
    return redirectWith(
      { id, issuedAt, destination: signOnUrl, assertionConsumerServiceUrl: issuer, issuer },
      relayState,
    )
  }

  /** What the assertions of a provider are judged by. */
  judging({ entityId, uniqueId }: TrustedProvider): Pick<Judged, 'entityId' | 'isRecipient' | 'isAudience'> {
    return {
      entityId,
      isRecipient: (url) => this.isRecipient(url, uniqueId),
      isAudience: (name) => this.isAudience(name, uniqueId),
    }
  }

  /** What we are called, and where assertions may be shown: what a provider may be told, not all that is taken. */
  names(): { readonly audiences: readonly string[]; readonly recipients: readonly string[] } {
    const recipients = [`https://${this.#domain}${ACS}`, ...(this.#origin === undefined ? [] : [this.#origin + ACS])]
    return { audiences: [this.#entityId, ...recipients.slice(1)], recipients }
  }

  /** Whether an assertion may be shown at that URL. @param uniqueId - of the provider, which has an address of its own at AWS */
  isRecipient(url: string, uniqueId: string): boolean {
    const origin = this.#origin
    if (origin !== undefined && url === origin + ACS) return true
    const path = this.#pathOf(url)
    return path === ACS || path === '/static/saml' || path === `/saml/acs/${uniqueId}`
  }

  /** Whether an assertion may be for somebody of that name. */
  isAudience(name: string, uniqueId: string): boolean {
    return name === this.#entityId || this.isRecipient(name, uniqueId)
  }

  /** What we are called, and where responses are taken: one URL is both. */
  #address(): string {
    if (this.#origin === undefined) throw new Error('the address of sign-ins was asked for before the node listens')
    return this.#origin + ACS
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
