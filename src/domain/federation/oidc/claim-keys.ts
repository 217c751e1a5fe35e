import { type ConditionKey, findConditionKey } from '../../../engines/policy/index.ts'
import { foldCase } from '../../../model/index.ts'
import { isObject, type JsonObject, memberOf } from './json-object.ts'
import { type Audience, invalidClaim } from './token-claims.ts'

type KeyValue = string | readonly string[]

/** In characters: conditions compare it, and it may stand in an explanation. */
const LONGEST = 1024
const MOST_METHODS = 50
/** Claims that have a place of their own, or are settled otherwise. */
const SETTLED: ReadonlySet<string> = new Set(['aud', 'sub', 'amr', 'oaud'])
/** As the documented ones are spelled. `Sub` would come to stand for `sub`, since keys have no case, and `x:sub` for another provider's. */
const CLAIM = /^[a-z0-9._/-]{1,64}$/
const WHOLE = /^-?[0-9]{1,15}$/
const GOOGLE_ORGANIZATION = 'organization_number'

/**
 * The condition keys that a token's claims stand for, by their names in lower case. Only those that AWS documents for
 * the provider: what else a token says is for nobody's policy.
 * @param url - of the provider, without scheme: how its keys begin
 * @throws {@link InvalidIdentityToken} when a claim cannot be what its key stands for
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
    if (SETTLED.has(name) || !CLAIM.test(name)) continue
    const text = textOf(name, value, findConditionKey(`${prefix}:${name}`))
    if (text !== undefined) keys.set(`${prefix}:${name}`, text)
  }
  const google = memberOf(claims, 'google')
  const name = `google/${GOOGLE_ORGANIZATION}`
  const key = findConditionKey(`${prefix}:${name}`)
  const organization = isObject(google) ? memberOf(google, GOOGLE_ORGANIZATION) : google
  const text = textOf(name, organization, key)
  if (text !== undefined) keys.set(`${prefix}:${name}`, text)
  return keys
}

function methodsIn(claims: JsonObject): readonly string[] {
  const amr = memberOf(claims, 'amr') ?? []
  const methods: readonly unknown[] = Array.isArray(amr) ? amr : [amr]
  if (methods.length <= MOST_METHODS && methods.every(isMethod)) return methods
  throw invalidClaim('amr')
}

function isMethod(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST
}

/**
 * What a claim says as a key; `undefined` where it is none, or says nothing. One that cannot be said as that key is not left
 * out: a statement that denies by it would no longer see it.
 */
function textOf(name: string, value: unknown, key: ConditionKey | undefined): string | undefined {
  if (key === undefined || value === undefined || value === null) return undefined
  const text = typeof value === 'boolean' || Number.isSafeInteger(value) ? String(value) : value
  const fits =
    typeof text === 'string' && text.length <= LONGEST && (!key.types.includes('Numeric') || WHOLE.test(text))
  if (!fits) throw invalidClaim(name)
  return text
}
