import type { OrganizationPlace } from '../../domain/directory/index.ts'
import { type AccountCaller, epochSeconds, isoSeconds, type RequestFacts, type Tag } from '../../model/index.ts'
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

const PRINCIPAL_TYPES = {
  root: 'Account',
  user: 'User',
  'assumed-role': 'AssumedRole',
  'federated-user': 'FederatedUser',
} as const

/**
 * Every condition key whose value follows from the caller, the connection, the resource and the clock, by its name in
 * lower case. Where the source gives `undefined`, the request does not carry the key: for a condition that is another
 * thing than any value.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export const KEYS: ReadonlyMap<string, Source> = new Map<string, Source>([
  // The request: always there, but for what the client need not send.
  ['aws:currenttime', ({ facts }) => isoSeconds(facts.now)],
  ['aws:epochtime', ({ facts }) => String(epochSeconds(facts.now))],
  ['aws:securetransport', ({ facts }) => String(facts.secureTransport)],
  ['aws:sourceip', ({ facts }) => facts.sourceIp],
  ['aws:useragent', ({ facts }) => facts.userAgent],
  ['aws:referer', ({ facts }) => facts.referer],
  ['aws:requestedregion', ({ region }) => region],
  ['aws:viaawsservice', () => 'false'],

  // The principal: always there, but for the name, which only users have.
  ['aws:principalarn', ({ caller }) => caller.principalArn],
  ['aws:principalaccount', ({ caller }) => caller.account],
  ['aws:principaltype', ({ caller }) => PRINCIPAL_TYPES[caller.kind]],
  ['aws:principalisawsservice', () => 'false'],
  ['aws:userid', ({ caller }) => caller.userId],
  ['aws:username', ({ caller }) => (caller.kind === 'user' ? caller.userName : undefined)],

  // The session: in every temporary credential and in no long-term key, but for what was not given when it was made. A
  // one-time code that came with the request itself stands over what its session was made with.
  ['aws:tokenissuetime', ({ caller }) => caller.session && isoSeconds(caller.session.issuedAt)],
  ['aws:multifactorauthpresent', ({ caller }) => mfaPresence(caller)],
  ['aws:multifactorauthage', ({ caller, facts }) => ageInSeconds(mfaTime(caller), facts.now)],
  ['aws:sourceidentity', ({ caller }) => caller.session?.terms.sourceIdentity],

  // The resource, and where both accounts stand in their organizations.
  ['aws:resourceaccount', ({ resourceAccount }) => resourceAccount],
  ['aws:principalorgid', ({ place }) => place?.organizationId],
  ['aws:principalorgpaths', ({ place }) => place && [place.path]],
  ['aws:resourceorgid', ({ resourcePlace }) => resourcePlace?.organizationId],
  ['aws:resourceorgpaths', ({ resourcePlace }) => resourcePlace && [resourcePlace.path]],
])

/** The keys that end in a tag's key. */
export const TAG_KEYS: readonly (readonly [prefix: string, tags: (sources: ContextSources) => readonly Tag[]])[] = [
  ['aws:principaltag/', ({ caller }) => caller.tags],
  ['aws:resourcetag/', ({ resourceTags }) => resourceTags],
  ['iam:resourcetag/', ({ resourceTags }) => resourceTags],
]

/** The keys that a session carries from where it began: an identity provider, an instance. */
const CARRIED_KEYS: ReadonlySet<string> = new Set([
  'aws:federatedprovider',
  'aws:ec2instancesourcevpc',
  'aws:ec2instancesourceprivateipv4',
  'ec2:roledelivery',
  'ec2:sourceinstancearn',
  'saml:namequalifier',
  'saml:sub',
  'saml:sub_type',
])

/** The keys that only a request can tell: where it came from, and to whom it was sent. */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  'aws:securetransport',
  'aws:sourceip',
  'aws:useragent',
  'aws:referer',
  'aws:requestedregion',
])

/** Whether caller, resource and time settle a key, so that it is known without a request. @param key - in lower case */
export function isSettled(key: string): boolean {
  if (KEYS.has(key)) return !OF_THE_CONNECTION.has(key)
  return CARRIED_KEYS.has(key) || TAG_KEYS.some(([prefix]) => key.startsWith(prefix))
}

/** Whether only a connection can tell a key, or how it was made. @param key - in lower case */
export function isOfConnection(key: string): boolean {
  return OF_THE_CONNECTION.has(key)
}

/** With a long-term key and no code it is absent, which is not the same as false. */
function mfaPresence(caller: AccountCaller): string | undefined {
  if (caller.session === undefined && caller.oneTimeCode === undefined) return undefined
  return String(mfaTime(caller) !== undefined)
}

function mfaTime({ oneTimeCode, session }: AccountCaller): number | undefined {
  return oneTimeCode?.provenAt ?? session?.terms.mfaAt
}

function ageInSeconds(since: number | undefined, now: number): string | undefined {
  return since === undefined ? undefined : String(Math.floor((now - since) / 1000))
}
