import { foldCase, InvalidIdentityToken, parseArn, type Tag } from '../../../model/index.ts'
import { isObject, type JsonObject, memberOf } from './json-object.ts'

/** What a token asks the session to be marked by. */
export interface SessionMarks {
  readonly tags: readonly Tag[]
  readonly transitiveTagKeys: readonly string[]
  readonly sourceIdentity: string | undefined
}

const TAGS = 'https://aws.amazon.com/tags'
const ONE_TAG = `${TAGS}/principal_tags/`
const TRANSITIVE = `${TAGS}/transitive_tag_keys`
const SOURCE_IDENTITY = 'https://aws.amazon.com/source_identity'
const ROLES = 'https://aws.amazon.com/roles'

const MOST_TAGS = 50
const MOST_ROLES = 1000
const TAG_KEY = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u
const IDENTITY = /^(?!aws:)[\w+=,.@-]{2,64}$/i

/**
 * Reads the tags and the source identity that a token asks for, in either of the two ways AWS documents for tags.
 * @throws {@link InvalidIdentityToken} when something of it cannot be given to a session
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_adding-assume-role-idp
 */
export function readSessionMarks(claims: JsonObject): SessionMarks {
  const tags: Tag[] = []
  const keys = new Set<string>()
  const add = (key: string, value: unknown): void => {
    const each = alike(key)
    if (typeof value !== 'string' || !TAG_KEY.test(key) || !TAG_VALUE.test(value)) throw wrongTags()
    if (each.startsWith('aws:') || keys.has(each) || tags.length >= MOST_TAGS) throw wrongTags()
    keys.add(each)
    tags.push({ key, value })
  }
  const nested = memberOf(claims, TAGS)
  if (nested !== undefined && !isObject(nested)) {
    throw new InvalidIdentityToken('Session tags passed in claim are not in correct format.')
  }
  for (const [key, values] of Object.entries(nestedTags(nested))) {
    if (!Array.isArray(values) || values.length !== 1) throw wrongTags()
    add(key, values[0])
  }
  for (const [name, value] of Object.entries(claims)) {
    if (name.startsWith(ONE_TAG)) add(name.slice(ONE_TAG.length), value)
  }
  const transitiveTagKeys = [
    ...textsIn(nested && memberOf(nested, 'transitive_tag_keys')),
    ...textsIn(memberOf(claims, TRANSITIVE)),
  ]
  if (!transitiveTagKeys.every((key) => keys.has(alike(key)))) throw wrongTags()
  return { tags, transitiveTagKeys, sourceIdentity: sourceIdentityIn(claims) }
}

/**
 * Checks whether a token is for a role, where it says which roles it is for.
 * @returns whether it says so: what `sts:RoleAuthorizedByIdp` stands for
 * @throws {@link InvalidIdentityToken} when it is for other roles
 */
export function isAuthorizedFor(roleArn: string, claims: JsonObject): boolean {
  const claim = memberOf(claims, ROLES) ?? undefined
  if (claim === undefined) return false
  const entries: readonly unknown[] | undefined =
    typeof claim === 'string' ? claim.split(';', MOST_ROLES) : Array.isArray(claim) ? claim : undefined
  if (!entries?.every((entry) => typeof entry === 'string')) {
    throw new InvalidIdentityToken('The roles claim is not in a supported format')
  }
  const arns = entries.map((entry) => entry.trim()).filter(isRoleArn)
  if (arns.length === 0) throw new InvalidIdentityToken('The roles claim contains no valid role ARNs')
  if (arns.includes(roleArn)) return true
  throw new InvalidIdentityToken('The target role ARN is not present in the roles claim of the identity token')
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

function sourceIdentityIn(claims: JsonObject): string | undefined {
  const value = memberOf(claims, SOURCE_IDENTITY)
  if (value === undefined || (typeof value === 'string' && IDENTITY.test(value))) return value
  // The words are those that AWS has for the attribute of SAML.
  throw new InvalidIdentityToken('Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"')
}

/** As keys of session tags are compared elsewhere: those that readers may take for each other are one. */
function alike(key: string): string {
  return foldCase(key.normalize('NFKC').toLowerCase())
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
