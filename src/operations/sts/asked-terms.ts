import { parsePolicy, validatePolicy } from '../../engines/policy/index.ts'
import type { Member, Params } from '../../engines/wire/index.ts'
import {
  type AccountCaller,
  foldCase,
  InvalidParameterValue,
  inheritedTags,
  PLAIN_TERMS,
  parseArn,
  type SessionTerms,
  type Tag,
  ValidationError,
} from '../../model/index.ts'
import { type ContextValue, requestTags } from '../../pipeline/authorization/index.ts'
import { arnText, tagKey, tagValue } from './sts-types.ts'

const MAX_POLICY_ARNS = 10
const MAX_TAGS = 50

/** What a request asks a new session to be limited and marked by. */
export interface AskedTerms {
  readonly policy: string | undefined
  readonly policyArns: readonly string[]
  readonly tags: readonly Tag[]
  readonly transitiveTagKeys: readonly string[]
  readonly sourceIdentity: string | undefined
}

/** The parameter `Tags`, for `collect`. */
export const readTags = (params: Params) => params.list('Tags', readTag, { max: MAX_TAGS })

/** The parameter `PolicyArns`, for `collect`. */
export const readPolicyArns = (params: Params) =>
  params.list('PolicyArns', (each) => each.collect({ arn: each.required('arn', arnText) }), { max: MAX_POLICY_ARNS })

const readTag = (tag: Member) =>
  tag.collect({ key: tag.required('Key', tagKey), value: tag.required('Value', tagValue) })

/**
 * A tag key as it is compared with others of a session. How AWS folds letters beyond ASCII is not documented, so keys
 * that any reader may take for each other are refused: those that are alike after NFKC and in lower case. Nothing is
 * looked up by it, where it would let one name pass for another.
 */
const alike = (key: string): string => key.normalize('NFKC').toLowerCase()

/**
 * Checks what needs nothing but the request itself.
 * @throws {@link MalformedPolicyDocument} when the session policy is none
 * @throws {@link InvalidParameterValue} when tags contradict each other
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_know
 */
export function checkAskedTerms({ policy, policyArns, tags, transitiveTagKeys }: AskedTerms): void {
  if (policy !== undefined) validatePolicy(parsePolicy(policy, 'session'), 'session')
  for (const arn of policyArns) if (parseArn(arn) === undefined) throw new ValidationError(`${arn} is invalid`)
  checkTagKeys(tags)
  const keys = new Set<string>()
  for (const { key } of tags) {
    // AWS's words for it are not documented.
    if (alike(key).startsWith('aws:')) {
      throw new InvalidParameterValue(`The tag key ${key} is reserved: it begins with aws:.`)
    }
    keys.add(foldCase(key))
  }
  if (transitiveTagKeys.some((key) => !keys.has(foldCase(key)))) {
    throw new InvalidParameterValue('The specified transitive tag key must be included in the requested tags.')
  }
}

/** Checks that no two tags have keys that any reader may take for each other. @throws {@link InvalidParameterValue} */
export function checkTagKeys(tags: readonly Tag[]): void {
  const compared = new Set<string>()
  for (const { key } of tags) {
    const each = alike(key)
    if (compared.has(each)) {
      throw new InvalidParameterValue('Duplicate tag keys found. Please note that Tag keys are case insensitive.')
    }
    compared.add(each)
  }
}

/**
 * Checks what is asked against what the caller's session already settled: tags and a source identity that are handed
 * down through a chain of roles never change.
 * @throws {@link InvalidParameterValue}, {@link ValidationError}
 */
export function checkInheritance({ tags, sourceIdentity }: AskedTerms, { session }: AccountCaller): void {
  if (session === undefined) return
  const { transitiveTagKeys, sourceIdentity: settled } = session.terms
  const inherited = new Set(transitiveTagKeys.map(alike))
  if (tags.some(({ key }) => inherited.has(alike(key)))) {
    throw new InvalidParameterValue(
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    )
  }
  if (settled !== undefined && sourceIdentity !== undefined && sourceIdentity !== settled) {
    throw new ValidationError('The source identity is already set for this assume role session')
  }
}

/** The condition keys that stand for what is asked, what is inherited included, by their names in lower case. */
export function contextOfTerms(
  { tags, transitiveTagKeys, sourceIdentity }: AskedTerms,
  inherited: SessionTerms,
): Map<string, ContextValue> {
  const context = requestTags(tags)
  const transitive = [...inherited.transitiveTagKeys, ...transitiveTagKeys]
  if (transitive.length > 0) context.set('sts:transitivetagkeys', transitive)
  const identity = sourceIdentity ?? inherited.sourceIdentity
  if (identity !== undefined) context.set('sts:sourceidentity', identity)
  return context
}

/** What the audit trail keeps of it, as CloudTrail names it. */
export function recordedTerms({ policy, policyArns, tags, transitiveTagKeys, sourceIdentity }: AskedTerms): object {
  return {
    policy,
    ...(policyArns.length > 0 && { policyArns: policyArns.map((arn) => ({ arn })) }),
    ...(tags.length > 0 && { principalTags: Object.fromEntries(tags.map(({ key, value }) => [key, value])) }),
    ...(transitiveTagKeys.length > 0 && { transitiveTagKeys }),
    sourceIdentity,
  }
}

/** What the audit trail keeps of the tags that a caller's session hands down, as CloudTrail names it. */
export function recordedInheritance(caller: AccountCaller): object {
  const tags = inheritedTags(handedDown(caller))
  if (tags.length === 0) return {}
  return { incomingTransitiveTags: Object.fromEntries(tags.map(({ key, value }) => [key, value])) }
}

/** What a caller's session hands down to the sessions that are made with it. */
export function handedDown({ session }: AccountCaller): SessionTerms {
  return session?.terms ?? PLAIN_TERMS
}
