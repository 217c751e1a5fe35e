import type { OrganizationPlace } from '../../domain/directory/index.ts'
import type { RequestContext } from '../../engines/policy/index.ts'
import { epochSeconds, type IdentityCaller, isoSeconds, type RequestFacts, type Tag } from '../../model/index.ts'
import type { Access, ContextValue } from './access.ts'
import { tagValue } from './context.ts'

/** What the condition keys of somebody's request are read from whom an identity provider vouches for. */
export interface IdentitySources {
  readonly caller: IdentityCaller
  readonly facts: RequestFacts
  readonly region: string | undefined
  readonly access: Access
  readonly resourceAccount: string
  readonly resourcePlace: OrganizationPlace | undefined
  readonly resourceTags: readonly Tag[]
}

const RESOURCE_TAGS = ['aws:resourcetag/', 'iam:resourcetag/']

/**
 * The condition keys of a request that a token or an assertion proves. There is no principal yet, so none of the keys that describe a
 * session: the provider stands in for it, as at AWS, where `aws:userid` is its ARN and `aws:PrincipalArn` is absent.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
 */
export class IdentityContext implements RequestContext {
  readonly #sources: IdentitySources

  constructor(sources: IdentitySources) {
    this.#sources = sources
  }

  /** @param key - in lower case */
  get(key: string): ContextValue | undefined {
    const { caller, facts, region, access, resourceAccount, resourcePlace, resourceTags } = this.#sources
    switch (key) {
      case 'aws:currenttime':
        return isoSeconds(facts.now)
      case 'aws:epochtime':
        return String(epochSeconds(facts.now))
      case 'aws:securetransport':
        return String(facts.secureTransport)
      case 'aws:sourceip':
        return facts.sourceIp
      case 'aws:useragent':
        return facts.userAgent
      case 'aws:referer':
        return facts.referer
      case 'aws:requestedregion':
        return region
      case 'aws:viaawsservice':
      case 'aws:principalisawsservice':
        return 'false'
      case 'aws:principaltype':
        return 'User'
      case 'aws:principalaccount':
        return caller.account
      case 'aws:userid':
      case 'aws:federatedprovider':
        return caller.provider
      case 'aws:resourceaccount':
        return resourceAccount
      case 'aws:resourceorgid':
        return resourcePlace?.organizationId
      case 'aws:resourceorgpaths':
        return resourcePlace && [resourcePlace.path]
    }
    for (const prefix of RESOURCE_TAGS) {
      if (key.startsWith(prefix)) return tagValue(resourceTags, key.slice(prefix.length))
    }
    return caller.keys.get(key) ?? access.context?.get(key)
  }
}
