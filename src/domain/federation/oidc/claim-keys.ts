import { findConditionKey } from '../../../engines/policy/index.ts'
import { foldCase, InvalidIdentityToken } from '../../../model/index.ts'
import { isObject, type JsonObject, memberOf } from './json-object.ts'
import type { Audience } from './token-claims.ts'

type KeyValue = string | readonly string[]

/** In characters: conditions compare it, and it may stand in an explanation. */
const LONGEST = 1024
const MOST_METHODS = 50
/** Claims that have a place of their own, or are settled otherwise. */
const SETTLED: ReadonlySet<string> = new Set(['aud', 'sub', 'amr', 'oaud'])
/** As the documented ones are spelled. `Sub` would come to stand for `sub`, since keys have no case, and `x:sub` for another provider's. */
const CLAIM = /^[a-z0-9._/-]{1,64}$/
const GOOGLE_ORGANIZATION = 'organization_number'

/**
 * The condition keys that a token's claims stand for, by their names in lower case. Only those that AWS documents for
 * the provider: what else a token says is for nobody's policy.
 * @param url - of the provider, without scheme: how its keys begin
 * @throws {@link InvalidIdentityToken} when the authentication methods are not in a form that there is
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
 */
export function keysOfClaims(
  url: string,
  subject: string,
  { audience, original }: Audience,
  claims: JsonObject,
): ReadonlyMap<string, KeyValue> {
  const prefix = foldCase(url)
  const keys = new Map<string, KeyValue>([
    [`${prefix}:aud`, audience],
    [`${prefix}:sub`, subject],
  ])
  if (original !== undefined) keys.set(`${prefix}:oaud`, original.length === 1 ? (original[0] ?? '') : original)
  const methods = methodsIn(claims)
  if (methods.length > 0) keys.set(`${prefix}:amr`, methods)
  for (const [name, value] of Object.entries(claims)) {
    if (SETTLED.has(name) || !CLAIM.test(name) || findConditionKey(`${prefix}:${name}`) === undefined) continue
    const text = textOf(value)
    if (text !== undefined) keys.set(`${prefix}:${name}`, text)
  }
  const google = memberOf(claims, 'google')
  const organization = isObject(google) ? textOf(memberOf(google, GOOGLE_ORGANIZATION)) : undefined
  const key = `${prefix}:google/${GOOGLE_ORGANIZATION}`
  if (organization !== undefined && findConditionKey(key) !== undefined) keys.set(key, organization)
  return keys
}

function methodsIn(claims: JsonObject): readonly string[] {
  const amr = memberOf(claims, 'amr') ?? []
  const methods: readonly unknown[] = Array.isArray(amr) ? amr : [amr]
  if (methods.length <= MOST_METHODS && methods.every(isMethod)) return methods
  throw new InvalidIdentityToken('Invalid value for claim: amr')
}

function isMethod(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'string' && value.length <= LONGEST ? value : undefined
}
