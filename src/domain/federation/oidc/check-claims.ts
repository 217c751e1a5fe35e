import { type EpochMillis, epochSeconds, type Fault, type ProofCheck, quoted, quotedAny } from '../../../model/index.ts'
import { distance } from '../distance.ts'
import { NotedChecks } from '../noted-checks.ts'
import { audienceChanges } from './audience-pitfalls.ts'
import { checkPurpose } from './check-purpose.ts'
import { keysOfClaims } from './claim-keys.ts'
import { isOfSignature } from './issuer-keys.ts'
import { takenAlgorithm } from './key-set.ts'
import type { Jwt } from './read-jwt.ts'
import { isAuthorizedFor, readSessionMarks } from './session-claims.ts'
import { type Audience, checkTimes, readAudience, type TokenClaims } from './token-claims.ts'
import type { TrustedIssuer, WebIdentity } from './trusted-issuer.ts'

/** A token whose issuer is known, without its text. */
export interface KnownToken {
  readonly jwt: Omit<Jwt, 'text'>
  readonly claims: TokenClaims
  readonly issuer: TrustedIssuer
  readonly roleArn: string
  /** Tokens of GetWebIdentityToken are taken, too. */
  readonly acceptsOutbound: boolean
  readonly now: EpochMillis
}

/** What came of looking for the key and verifying with it: `undefined` when the signature holds. */
export type KeyFault = Fault | undefined

/**
 * Notes the checks of a token from its audience on, each by itself.
 * @param keyFault - a fault of another check counts as none
 * @returns what the token proves, where every one holds
 */
export function checkClaims(
  token: KnownToken,
  keyFault: KeyFault | 'unknown',
  noted: NotedChecks,
): WebIdentity | undefined {
  const { jwt, claims, issuer, roleArn, acceptsOutbound, now } = token
  noted.attempt('purpose', () => checkPurpose(claims, acceptsOutbound), {
    ok: () =>
      acceptsOutbound ? 'any: tokens of GetWebIdentityToken are taken, too' : 'not signed by AWS to be shown elsewhere',
    changes: () => ['Sign this call instead: whoever has that token has credentials of AWS.'],
  })
  const audience = noted.attempt('audience', () => readAudience(claims.all, issuer.clientIds), {
    ok: ({ audience, original }) => audienceWords(audience, original, issuer),
    changes: () => audienceChanges(claims.all, issuer),
  })
  const algorithm = noted.attempt('algorithm', () => takenAlgorithm(jwt), {
    ok: (taken) => taken,
    no: () => `${typeof jwt.algorithm === 'string' ? quoted(jwt.algorithm) : 'what is no text'} is not taken`,
    changes: () => ['Have the issuer sign with RS256, RS384, RS512, ES256, ES384 or ES512.'],
  })
  if (algorithm === undefined || keyFault === 'unknown') noted.leave('no key was looked for', 'key', 'signature')
  else noteKey(jwt.keyId, keyFault, issuer, noted)
  noted.attempt('times', () => checkTimes(claims, now), {
    ok: () => timeWords(claims, now),
    no: () => timeWords(claims, now),
    changes: timeChanges,
  })
  const marks = noted.attempt('tags', () => ({ ...readSessionMarks(claims.all), keys: keysFor(token, audience) }), {
    ok: ({ tags, sourceIdentity }) =>
      [
        tags.length === 0 ? 'no tags' : `${tags.length} tag${tags.length === 1 ? '' : 's'}`,
        sourceIdentity === undefined ? 'no source identity' : `source identity ${quoted(sourceIdentity)}`,
      ].join(', '),
    changes: () => ['Have the issuer write that claim as AWS documents it: a tag is a list of one text.'],
  })
  const authorizedByIdp = noted.attempt('roles', () => isAuthorizedFor(roleArn, claims.all), {
    ok: (named) => (named ? 'the token names this role' : 'the token names no roles'),
    changes: () => [`Have the issuer name ${roleArn} in the claim https://aws.amazon.com/roles, or leave that out.`],
  })
  if (noted.refusal !== undefined || audience === undefined || marks === undefined || authorizedByIdp === undefined) {
    return undefined
  }
  return { subject: claims.subject, audience: audience.audience, authorizedByIdp, ...marks }
}

/** The checks of a token that was refused with `fault`, its issuer being known. */
export function checksOfRefused(token: KnownToken & { readonly length: number }, fault: Fault): readonly ProofCheck[] {
  const noted = new NotedChecks()
  noteRead(token, noted)
  const alone = new NotedChecks()
  checkClaims(token, undefined, alone)
  const first = alone.checks.find(({ outcome }) => outcome === 'no')?.check
  // What was refused before the key was looked for, or for what the claims say, was not refused for its key.
  const isBefore = first === 'purpose' || first === 'audience' || first === 'algorithm'
  const keyFault = alone.refusal?.message === fault.message ? undefined : fault
  checkClaims(token, isBefore ? 'unknown' : keyFault, noted)
  return noted.checks
}

/** Notes what holds of every token whose issuer is known. */
function noteRead(
  { claims, issuer, length }: Pick<KnownToken, 'claims' | 'issuer'> & { readonly length: number },
  noted: NotedChecks,
): void {
  noted.attempt('form', () => length, { ok: formWords })
  noted.attempt('claims', () => claims, { ok: claimWords })
  noted.attempt('issuer', () => issuer, { ok: issuerWords })
}

/** What is said of a form that is right. @param length - in characters */
export const formWords = (length: number): string => `a signed JWT of ${length} characters`
/** What is said where no claim is missing. */
export const claimWords = ({ subject }: TokenClaims): string => `all that it has to have; sub is ${quoted(subject)}`
/** What is said of an issuer that is known. */
export const issuerWords = ({ issuer, arn }: TrustedIssuer): string => `${quoted(issuer)}, which is ${arn}`

function keysFor({ claims, issuer }: KnownToken, audience: Audience | undefined): WebIdentity['keys'] {
  const { subject, all } = claims
  return keysOfClaims(issuer.url, subject, audience ?? { audience: '', original: undefined }, all)
}

function noteKey(
  keyId: string | undefined,
  fault: KeyFault,
  { issuer, jwks }: TrustedIssuer,
  noted: NotedChecks,
): void {
  const name = keyId === undefined ? 'the only one of its kind: the token names none' : quoted(keyId)
  const where = jwks === undefined ? 'published by the issuer' : 'among those that the provider was given'
  if (fault === undefined || isOfSignature(fault)) {
    noted.attempt('key', () => name, { ok: () => `${name}, ${where}` })
    if (fault === undefined) noted.attempt('signature', () => name, { ok: () => 'verified with that key' })
    else {
      noted.refuse('signature', fault, {
        no: () => 'it is not by that key: the token was changed, cut off, or signed by somebody else',
        changes: () => ['Send the token exactly as the issuer gave it.'],
      })
    }
    return
  }
  const document = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  noted.refuse('key', fault, {
    no: ({ message, detail }) =>
      `${keyId === undefined ? 'the token names none' : quoted(keyId)}: ${detail ?? message}`,
    changes: () =>
      jwks === undefined
        ? [`Look at ${document}: its issuer has to be ${quoted(issuer)}, and its jwks_uri has to publish that key.`]
        : ['Give the provider that key, in Jwks: no others are looked for.'],
  })
  noted.leave('there is no key to verify with', 'signature')
}

function audienceWords(
  audience: string,
  original: readonly string[] | undefined,
  { clientIds }: TrustedIssuer,
): string {
  const of = original === undefined ? 'aud' : `azp, which counts instead of aud ${quotedAny(original)},`
  return `${of} is ${quoted(audience)}: ${clientIds === undefined ? 'only policies limit it here' : 'one of the client IDs'}`
}

function timeWords({ issuedAt, expiresAt, notBefore }: TokenClaims, now: EpochMillis): string {
  const from = (seconds: number): string => distance(seconds - epochSeconds(now))
  const valid = notBefore === undefined || notBefore === issuedAt ? '' : `, counts from ${from(notBefore)}`
  const ended = expiresAt <= epochSeconds(now)
  return `issued ${from(issuedAt)}${valid}, ${ended ? 'expired' : 'expires'} ${from(expiresAt)}; five minutes are tolerated`
}

function timeChanges({ code, message }: Fault): readonly string[] {
  if (code !== 'ExpiredTokenException') return ["Set the issuer's clock, or that of this machine: they differ."]
  return [
    message.startsWith('Token too old')
      ? 'Get a new token: one counts for a day at most, however late it expires.'
      : 'Get a new token shortly before it is exchanged: this one has expired.',
  ]
}
