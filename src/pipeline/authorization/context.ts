import type { OrganizationPlace } from '../../domain/directory/index.ts'
import type { RequestContext } from '../../engines/policy/index.ts'
import {
  type AccountCaller,
  epochSeconds,
  foldCase,
  isoSeconds,
  type RequestFacts,
  type Tag,
} from '../../model/index.ts'
import type { Access, ContextValue } from './access.ts'

/** What condition keys are read from. */
export interface ContextSources {
  readonly caller: AccountCaller
  readonly facts: RequestFacts
  readonly region: string | undefined
  readonly access: Access
  readonly resourceAccount: string
  /** Where the caller's account and the resource's stand in an organization, if they stand in one. */
  readonly place: OrganizationPlace | undefined
  readonly resourcePlace: OrganizationPlace | undefined
  /** Tags of the resource, where it has any. */
  readonly resourceTags: readonly Tag[]
}

type Source = (sources: ContextSources) => ContextValue | undefined

/** `aws:PrincipalType` by kind of caller. */
const PRINCIPAL_TYPES = { root: 'Account', user: 'User', 'assumed-role': 'AssumedRole' } as const

/**
 * The condition keys that do not depend on the operation, by their names in lower case; absent is `undefined`.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
const KEYS = new Map<string, Source>([
  ['aws:currenttime', ({ facts }) => isoSeconds(facts.now)],
  ['aws:epochtime', ({ facts }) => String(epochSeconds(facts.now))],
  ['aws:securetransport', ({ facts }) => String(facts.secureTransport)],
  ['aws:sourceip', ({ facts }) => facts.sourceIp],
  ['aws:useragent', ({ facts }) => facts.userAgent],
  ['aws:requestedregion', ({ region }) => region],
  ['aws:principalarn', ({ caller }) => caller.principalArn],
  ['aws:principalaccount', ({ caller }) => caller.account],
  ['aws:principaltype', ({ caller }) => PRINCIPAL_TYPES[caller.kind]],
  ['aws:userid', ({ caller }) => caller.userId],
  ['aws:username', ({ caller }) => (caller.kind === 'user' ? caller.userName : undefined)],
  ['aws:principalisawsservice', () => 'false'],
  ['aws:viaawsservice', () => 'false'],
  // Every temporary credential says when it was made and whether MFA stood behind it; a long-term key says neither.
  [
    'aws:tokenissuetime',
    ({ caller }) => (caller.kind === 'assumed-role' ? isoSeconds(caller.session.issuedAt) : undefined),
  ],
  ['aws:multifactorauthpresent', ({ caller }) => (caller.kind === 'assumed-role' ? 'false' : undefined)],
  ['aws:principalorgid', ({ place }) => place?.organizationId],
  ['aws:principalorgpaths', ({ place }) => place && [place.path]],
  ['aws:resourceorgid', ({ resourcePlace }) => resourcePlace?.organizationId],
  ['aws:resourceorgpaths', ({ resourcePlace }) => resourcePlace && [resourcePlace.path]],
  ['aws:resourceaccount', ({ resourceAccount }) => resourceAccount],
])

/** The keys that end in a tag's key. */
const TAG_KEYS: readonly (readonly [prefix: string, tags: (sources: ContextSources) => readonly Tag[]])[] = [
  ['aws:principaltag/', ({ caller }) => caller.tags],
  ['aws:resourcetag/', ({ resourceTags }) => resourceTags],
  ['iam:resourcetag/', ({ resourceTags }) => resourceTags],
]

/** The keys that only a request can tell: where it came from, and to whom it was sent. */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  'aws:securetransport',
  'aws:sourceip',
  'aws:useragent',
  'aws:requestedregion',
])

/** Whether caller, resource and time settle a key, so that it is known without a request. @param key - in lower case */
export function isSettled(key: string): boolean {
  return (KEYS.has(key) && !OF_THE_CONNECTION.has(key)) || TAG_KEYS.some(([prefix]) => key.startsWith(prefix))
}

/** The condition keys of one request, each read only when a policy asks for it. */
export class AccessContext implements RequestContext {
  readonly #sources: ContextSources

  constructor(sources: ContextSources) {
    this.#sources = sources
  }

  /** The value of a key; `undefined` when it is absent. @param key - in lower case */
  get(key: string): ContextValue | undefined {
    const source = KEYS.get(key)
    if (source !== undefined) return source(this.#sources)
    for (const [prefix, tags] of TAG_KEYS) {
      if (key.startsWith(prefix)) return tagValue(tags(this.#sources), key.slice(prefix.length))
    }
    return this.#sources.access.context?.get(key)
  }
}

function tagValue(tags: readonly Tag[], key: string): string | undefined {
  for (const tag of tags) if (foldCase(tag.key) === key) return tag.value
  return undefined
}
