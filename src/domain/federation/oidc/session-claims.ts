import { InvalidIdentityToken, parseArn } from '../../../model/index.ts'
import { checkSourceIdentity, MOST_TAGS, type SessionMarks, SessionTags } from '../session-marks.ts'
import { isObject, type JsonObject, memberOf } from './json-object.ts'

const TAGS = 'https://aws.amazon.com/tags'
const ONE_TAG = `${TAGS}/principal_tags/`
const TRANSITIVE = `${TAGS}/transitive_tag_keys`
const SOURCE_IDENTITY = 'https://aws.amazon.com/source_identity'
const ROLES = 'https://aws.amazon.com/roles'

const MOST_ROLES = 1000

/**
 * Reads the tags and the source identity that a token asks for, in either of the two ways AWS documents for tags.
 * @throws {@link InvalidIdentityToken} when something of it cannot be given to a session
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_adding-assume-role-idp
 */
export function readSessionMarks(claims: JsonObject): SessionMarks {
  const tags = new SessionTags(wrongTags)
  const nested = memberOf(claims, TAGS)
  if (nested !== undefined && !isObject(nested)) {
    throw new InvalidIdentityToken('Session tags passed in claim are not in correct format.')
  }
  for (const [key, values] of Object.entries(nestedTags(nested))) {
    if (!Array.isArray(values) || values.length !== 1) throw wrongTags()
    tags.add(key, values[0])
  }
  for (const [name, value] of Object.entries(claims)) {
    if (name.startsWith(ONE_TAG)) tags.add(name.slice(ONE_TAG.length), value)
  }
  const transitiveTagKeys = [
    ...textsIn(nested && memberOf(nested, 'transitive_tag_keys')),
    ...textsIn(memberOf(claims, TRANSITIVE)),
  ]
  return {
    tags: tags.tags,
    transitiveTagKeys: tags.transitive(transitiveTagKeys),
    sourceIdentity: checkSourceIdentity(memberOf(claims, SOURCE_IDENTITY)),
  }
}

/**
 * Checks whether a token is for a role, where it says which roles it is for.
 * @returns whether it says so: what `sts:RoleAuthorizedByIdp` stands for
 * @throws {@link InvalidIdentityToken} when it is for other roles
 */
export function isAuthorizedFor(roleArn: string, claims: JsonObject): boolean {
  const arns = rolesClaimed(claims)
  if (arns === undefined || arns.includes(roleArn)) return arns !== undefined
  throw new InvalidIdentityToken('The target role ARN is not present in the roles claim of the identity token')
}

/**
 * The roles that a token says it is for; `undefined` where it does not say so.
 * @throws {@link InvalidIdentityToken} when it does not say so as it should
 */
export function rolesClaimed(claims: JsonObject): readonly string[] | undefined {
  const claim = memberOf(claims, ROLES) ?? undefined
  if (claim === undefined) return undefined
  const entries: readonly unknown[] | undefined =
    typeof claim === 'string' ? claim.split(';', MOST_ROLES) : Array.isArray(claim) ? claim : undefined
  if (!entries?.every((entry) => typeof entry === 'string')) {
    throw new InvalidIdentityToken('The roles claim is not in a supported format')
  }
  const arns = entries.map((entry) => entry.trim()).filter(isRoleArn)
  if (arns.length === 0) throw new InvalidIdentityToken('The roles claim contains no valid role ARNs')
  return arns
}

function nestedTags(nested: JsonObject | undefined): JsonObject {
  const tags = nested && memberOf(nested, 'principal_tags')
  if (tags === undefined) return {}
  if (!isObject(tags)) throw wrongTags()
  return tags
}

function textsIn(value: unknown): readonly string[] {
  if (value === undefined) return []
  const texts: readonly unknown[] = Array.isArray(value) ? value : []
  if (!Array.isArray(value) || texts.length > MOST_TAGS) throw wrongTags()
  return texts.map((text) => (typeof text === 'string' ? text : refuseTags()))
}

function isRoleArn(text: string): boolean {
  const arn = parseArn(text)
  return arn?.service === 'iam' && arn.resource.startsWith('role/') && !/[*?]/.test(text)
}

function refuseTags(): never {
  throw wrongTags()
}

function wrongTags(): InvalidIdentityToken {
  return new InvalidIdentityToken('principal_tags passed in claim is not in correct format.')
}
