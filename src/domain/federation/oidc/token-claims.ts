import { type EpochMillis, ExpiredIdentityToken, epochSeconds, InvalidIdentityToken } from '../../../model/index.ts'
import { type JsonObject, memberOf } from './json-object.ts'
import { type Jwt, notAJwt } from './read-jwt.ts'

/** The claims that every token has to have. */
export interface TokenClaims {
  readonly issuer: string
  readonly subject: string
  /** Seconds since 1970, as all times in tokens. */
  readonly issuedAt: number
  readonly expiresAt: number
  readonly notBefore: number | undefined
  /** What the token says in all. */
  readonly all: JsonObject
}

/** For whom a token is. */
export interface Audience {
  /** `azp` where the token has it, else `aud`: what client ids and `:aud` are compared with. */
  readonly audience: string
  /** `aud` where it is another than the audience. */
  readonly original: readonly string[] | undefined
}

const REQUIRED = ['iss', 'sub', 'aud', 'iat', 'exp'] as const
const LONGEST_SUBJECT = 255
/** Neither control characters nor marks that turn text around: it stands in records that people read. */
const READABLE = /^[^\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+$/u
const DIGITS = /^[0-9]{1,15}$/
const TOLERANCE_S = 300
/** AWS does not publish how old a token may be. A day, because tokens of Kubernetes live that long. */
const OLDEST_S = 86_400

/**
 * Reads the claims that every token has to have.
 * @throws {@link InvalidIdentityToken} for one that is missing, or has not the form that it must have
 */
export function readClaims({ claims }: Pick<Jwt, 'claims'>): TokenClaims {
  for (const name of REQUIRED) {
    if ((memberOf(claims, name) ?? undefined) === undefined) {
      throw new InvalidIdentityToken(`Missing a required claim: ${name}`)
    }
  }
  const issuer = memberOf(claims, 'iss')
  if (typeof issuer !== 'string') throw notAJwt('the iss is no text')
  return {
    issuer,
    subject: subjectIn(claims),
    issuedAt: timeIn(claims, 'iat'),
    expiresAt: timeIn(claims, 'exp'),
    notBefore: (memberOf(claims, 'nbf') ?? undefined) === undefined ? undefined : timeIn(claims, 'nbf'),
    all: claims,
  }
}

/**
 * Finds out for whom a token is.
 * @param clientIds - the audiences that are taken; `undefined` where only policies limit them
 * @throws {@link InvalidIdentityToken} when it is for somebody else, or that cannot be told
 */
export function readAudience(claims: JsonObject, clientIds: readonly string[] | undefined): Audience {
  const aud = memberOf(claims, 'aud')
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  if (!audiences.every(isText)) throw incorrectAudience()
  // As every claim that is null, it says nothing.
  const azp = memberOf(claims, 'azp') ?? undefined
  const [first] = audiences
  if (azp === undefined && audiences.length > 1) {
    throw new InvalidIdentityToken(
      'Token audience contains more than one audience while authorized party is not present',
    )
  }
  const audience = azp === undefined ? first : azp
  if (!isText(audience) || (clientIds !== undefined && !clientIds.includes(audience))) throw incorrectAudience()
  return { audience, original: azp === undefined ? undefined : audiences }
}

/**
 * Checks that a token counts now, give or take five minutes.
 * @param now - real time: tokens are dated by clocks outside
 * @throws {@link ExpiredIdentityToken}, {@link InvalidIdentityToken}
 */
export function checkTimes({ issuedAt, expiresAt, notBefore }: TokenClaims, now: EpochMillis): void {
  const seconds = epochSeconds(now)
  if (expiresAt + TOLERANCE_S <= seconds) {
    throw new ExpiredIdentityToken(
      `Token expired: current date/time ${seconds} must be before the expiration date/time ${expiresAt}`,
    )
  }
  const latest = seconds + TOLERANCE_S
  // AWS's words for it are not known.
  if (issuedAt > latest || (notBefore ?? 0) > latest) throw new InvalidIdentityToken('Token issued in the future.')
  const age = seconds - issuedAt
  if (age > OLDEST_S + TOLERANCE_S) throw new ExpiredIdentityToken(`Token too old: ${age}`)
}

function subjectIn(claims: JsonObject): string {
  const sub = memberOf(claims, 'sub')
  const subject = Number.isSafeInteger(sub) ? String(sub) : sub
  // AWS takes an empty one and a long one; its own model does not.
  if (isText(subject) && subject.length <= LONGEST_SUBJECT && READABLE.test(subject)) return subject
  throw invalidClaim('sub')
}

/** A whole number, or its digits: AWS takes both, and nothing with a fraction, be it one of zero. */
function timeIn(claims: JsonObject, name: string): number {
  const value = memberOf(claims, name)
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  if (typeof value === 'string' && DIGITS.test(value)) return Number(value)
  throw invalidClaim(name)
}

/** A claim has not the form that it must have. AWS's words for it are not known. */
export function invalidClaim(name: string): InvalidIdentityToken {
  return new InvalidIdentityToken(`Invalid value for claim: ${name}`)
}

function incorrectAudience(): InvalidIdentityToken {
  return new InvalidIdentityToken('Incorrect token audience')
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
