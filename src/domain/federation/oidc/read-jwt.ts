import { InvalidIdentityToken } from '../../../model/index.ts'
import { type JsonObject, memberOf, readJsonObject } from './json-object.ts'

/** A token in its parts. What it says is not proven. */
export interface Jwt {
  /** As it came: what is signed. */
  readonly text: string
  readonly algorithm: unknown
  readonly keyId: string | undefined
  readonly claims: JsonObject
}

const LONGEST = 20_000
/** What a token may call itself. One for another purpose, a logout or a proof of possession, is no identity. */
const TYPES: ReadonlySet<unknown> = new Set(['jwt', 'at+jwt', 'application/jwt', 'application/at+jwt'])
/** What would change how the token is to be read. */
const CHANGING = ['crit', 'b64', 'zip'] as const

/**
 * Takes a token apart: three parts in base64url that re-encode to themselves, header and claims JSON objects. Keys that a
 * header brings along, or addresses of some, are not looked at: keys come from the provider alone.
 * @throws {@link InvalidIdentityToken} when it is no JWT
 * @see https://www.rfc-editor.org/rfc/rfc7519
 */
export function readJwt(text: string): Jwt {
  if (text.length > LONGEST) throw notAJwt('too long')
  const parts = text.split('.', 4)
  const [headerText = '', claimsText = '', signatureText = ''] = parts
  if (parts.length !== 3) throw notAJwt('not three parts')
  const header = objectIn(headerText)
  const claims = objectIn(claimsText)
  if (header === undefined || claims === undefined) throw notAJwt('a part is no JSON object')
  if (strictBase64url(signatureText) === undefined) throw notAJwt('no signature')
  for (const name of CHANGING) if (Object.hasOwn(header, name)) throw notAJwt(`the header has ${name}`)
  const type = memberOf(header, 'typ')
  if (type !== undefined && !(typeof type === 'string' && TYPES.has(type.toLowerCase()))) throw notAJwt('another type')
  const content = memberOf(header, 'cty')
  if (content !== undefined && (typeof content !== 'string' || /jwt/i.test(content))) throw notAJwt('nested')
  const keyId = memberOf(header, 'kid')
  if (keyId !== undefined && typeof keyId !== 'string') throw notAJwt('the kid is no text')
  return { text, algorithm: memberOf(header, 'alg'), keyId, claims }
}

/** AWS's one answer to everything that is no JWT of the kinds it takes. */
export function notAJwt(detail: string): InvalidIdentityToken {
  return new InvalidIdentityToken(
    'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
    { detail },
  )
}

function objectIn(part: string): JsonObject | undefined {
  const bytes = strictBase64url(part)
  return bytes && readJsonObject(bytes)
}

/** Base64url is malleable (spare bits, skipped characters): what does not re-encode to itself is refused. */
function strictBase64url(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, 'base64url')
  return bytes.length > 0 && bytes.toString('base64url') === part ? bytes : undefined
}
