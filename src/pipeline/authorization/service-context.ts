import type { RequestContext } from '../../engines/policy/index.ts'
import { epochSeconds, isoSeconds, type RequestFacts, type ServiceCaller, type Tag } from '../../model/index.ts'
import type { Access, ContextValue } from './access.ts'
import { tagValue } from './context.ts'

/** What the condition keys of a service's request are read from. */
export interface ServiceSources {
  readonly caller: ServiceCaller
  readonly facts: RequestFacts
  readonly region: string | undefined
  readonly access: Access
  readonly resourceAccount: string
  readonly resourceTags: readonly Tag[]
}

const RESOURCE_TAGS = ['aws:resourcetag/', 'iam:resourcetag/']

/**
 * The condition keys of a request that a service makes. A service is no principal of an account, so there is none of the
 * keys that describe one. Whether EC2 sends `aws:SourceAccount` or `aws:SourceArn` when it assumes the role of an instance
 * is not documented: as if it did not, a condition on them is not met.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export class ServiceContext implements RequestContext {
  readonly #sources: ServiceSources

  constructor(sources: ServiceSources) {
    this.#sources = sources
  }

  /** @param key - in lower case */
  get(key: string): ContextValue | undefined {
    const { caller, facts, region, access, resourceAccount, resourceTags } = this.#sources
    switch (key) {
      case 'aws:currenttime':
        return isoSeconds(facts.now)
      case 'aws:epochtime':
        return String(epochSeconds(facts.now))
      case 'aws:securetransport':
        return String(facts.secureTransport)
      case 'aws:requestedregion':
        return region
      case 'aws:viaawsservice':
        return 'false'
      case 'aws:principalisawsservice':
        return 'true'
      case 'aws:principalservicename':
        return caller.service
      case 'aws:resourceaccount':
        return resourceAccount
    }
    for (const prefix of RESOURCE_TAGS) {
      if (key.startsWith(prefix)) return tagValue(resourceTags, key.slice(prefix.length))
    }
    return access.context?.get(key)
  }
}
