import { type JsonObject, memberOf } from './json-object.ts'

const LONGEST = 64
const SHORTEST = 2

/**
 * A name for a role session, made of what a token says of its bearer: whatever a name cannot have becomes a dash, and 64
 * characters are kept, so two people may get one. It is for people who read records: these have the subject, too.
 * @param claim - the name of the claim that names are made of
 * @returns `undefined` when the token does not say it, or does not say that an `email` was verified
 */
export function sessionNameOf(claims: JsonObject, claim: string): string | undefined {
  const value = memberOf(claims, claim)
  if (typeof value !== 'string' || value === '') return undefined
  // What anybody may type in at their provider would be another's name.
  if (claim === 'email' && !isYes(memberOf(claims, 'email_verified'))) return undefined
  return value
    .replaceAll(/[^\w+=,.@-]/gu, '-')
    .slice(0, LONGEST)
    .padEnd(SHORTEST, '-')
}

/** Some providers write truth as text. @see https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims */
function isYes(value: unknown): boolean {
  return value === true || value === 'true'
}
