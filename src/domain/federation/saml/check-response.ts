import {
  AccessDenied,
  type AssertionCheckName,
  type EpochMillis,
  type Fault,
  IdpRejectedClaim,
  isoSeconds,
  type ProofCheck,
  quotedAny,
} from '../../../model/index.ts'
import { NotedChecks } from '../noted-checks.ts'
import { checkIssuer, type Judged, judgeAssertion } from './judge-assertion.ts'
import { issuerChanges, issuerFound, JUDGEMENT_WORDS } from './judgement-words.ts'
import { noteAttributes } from './note-attributes.ts'
import { noteSignature } from './note-signature.ts'
import type { PresentedFacts } from './read-presented.ts'
import { identityOf, type SamlIdentity } from './saml-identity.ts'
import type { ServiceProvider } from './service-provider.ts'
import { rolePairs } from './session-attributes.ts'
import { checkProvider, type TrustedProvider } from './trusted-provider.ts'
import type { Verification, Verified } from './verify-response.ts'

/** What is known of a response, without its text. */
export interface KnownResponse {
  /** In characters, as it was sent. */
  readonly length: number
  /** What was read of it, or why it could not be. */
  readonly read: ReadFacts | Fault
  readonly provider: TrustedProvider
  /** What came of verifying it; `undefined`: nobody tried. */
  readonly verification: Verification | undefined
  /** The request that it has to answer; `undefined`: it may answer none. */
  readonly answers: string | undefined
  /** The role that it is to be exchanged for; `undefined`: none was named yet. */
  readonly roleArn: string | undefined
  readonly now: EpochMillis
}

type ReadFacts = Pick<PresentedFacts, 'isEncrypted' | 'issuers'>

/** How it is told. */
interface Telling {
  readonly serviceProvider: ServiceProvider
  /** Whether what names a person is shown whole. */
  readonly personal: boolean
}

/** What every check of a response came to. */
export interface SamlExamination {
  readonly checks: readonly ProofCheck[]
  /** By the first check that does not hold: what the caller would be told. */
  readonly refusal: Fault | undefined
  /** What it proves; `undefined` where a check before that of its roles does not hold. */
  readonly identity: SamlIdentity | undefined
}

const DENIED = 'Not authorized to perform sts:AssumeRoleWithSAML'
const AFTER_SIGNATURE = [
  'destination',
  'conditions',
  'audience',
  'recipient',
  'confirmation',
  'request',
  'issued',
  'subject',
  'session',
  'roles',
] as const satisfies readonly AssertionCheckName[]

/**
 * Makes every check of a response that can be made, whatever came of those before it: in the order of a request, and by the
 * same rules.
 */
export function checkResponse(known: KnownResponse, telling: Telling): SamlExamination {
  const noted = new NotedChecks()
  const { provider, verification } = known
  const facts = noteForm(known, noted)
  if (facts === undefined) {
    noted.leave('nothing can be said of it', 'provider', 'issuer', 'signature', ...AFTER_SIGNATURE)
    return { checks: noted.checks, refusal: noted.refusal, identity: undefined }
  }
  const { answers, now } = known
  noted.attempt('provider', () => checkProvider(provider, { ...facts, answers, now }), {
    ok: () => `${provider.arn}, whose metadata counts until ${isoSeconds(provider.validUntil)}`,
    changes: providerChanges,
  })
  const { entityId } = provider
  noted.attempt('issuer', () => facts.issuers.forEach((each) => void checkIssuer(each, entityId)), {
    ok: () => issuerFound(facts.issuers, entityId),
    no: () => issuerFound(facts.issuers, entityId),
    changes: () => issuerChanges(provider),
  })
  noteSignature(verification, provider, noted)
  if (verification === undefined || 'refused' in verification) {
    noted.leave('only what is signed is looked at', ...AFTER_SIGNATURE)
    return { checks: noted.checks, refusal: noted.refusal, identity: undefined }
  }
  const redeemableUntil = noteJudgements(known, verification, facts, telling.serviceProvider, noted)
  const isNamed = noteAttributes(verification, provider, telling.personal, noted)
  const isProven = isNamed && noted.refusal === undefined
  const identity = isProven ? { ...identityOf(verification.assertion, provider), redeemableUntil } : undefined
  noteRoles(known, verification, noted)
  return { checks: noted.checks, refusal: noted.refusal, identity }
}

function noteForm({ read, length }: KnownResponse, noted: NotedChecks): ReadFacts | undefined {
  const form = `base64 of a Response, ${length} characters`
  if ('issuers' in read) {
    noted.attempt('form', () => read, {
      ok: ({ isEncrypted }) => `${form}, with one assertion${isEncrypted ? ', encrypted' : ''}`,
    })
    noted.attempt('status', () => read, { ok: () => 'Success' })
    return read
  }
  const reason = read.detail ?? read.message
  if (read instanceof IdpRejectedClaim) {
    noted.attempt('form', () => read, { ok: () => form })
    noted.refuse('status', read, {
      no: () => reason,
      changes: () => ['Look at the log of the identity provider: it says itself that nobody signed in.'],
    })
    return undefined
  }
  noted.refuse('form', read, {
    no: () => `nothing that is taken: ${reason}`,
    changes: () => ['Send the SAMLResponse as the identity provider posts it: base64 of the whole document.'],
  })
  noted.leave('nothing can be said of it', 'status')
  return undefined
}

function providerChanges({ message }: Fault): readonly string[] {
  if (message.startsWith('The metadata')) {
    return ['Give the provider its present metadata: aws iam update-saml-provider, or the directory file.']
  }
  if (message.includes('encrypted')) {
    return ['Have the identity provider encrypt assertions, or set AssertionEncryptionMode to Allowed.']
  }
  return ['Begin the sign-in here: the provider has SpInitiatedOnly.']
}

function noteJudgements(
  { provider, answers, now }: KnownResponse,
  verified: Verified,
  { isEncrypted }: ReadFacts,
  serviceProvider: ServiceProvider,
  noted: NotedChecks,
): EpochMillis {
  const judged: Judged = { ...verified, ...serviceProvider.judging(provider), answers }
  const names = serviceProvider.names()
  return judgeAssertion(judged, now, (judgement, judge) => {
    // It was looked at before, but for what was encrypted.
    if (judgement === 'issuer' && !isEncrypted) return
    const { found, changes } = JUDGEMENT_WORDS[judgement]
    const said = (): string => found(judged, now)
    noted.attempt(judgement, judge, { ok: said, no: said, changes: (fault) => changes(judged, names, fault) })
  })
}

function noteRoles({ roleArn, provider }: KnownResponse, { assertion }: Verified, noted: NotedChecks): void {
  const pairs = rolePairs(assertion.attributes)
  const roles = pairs.flatMap((pair) => (pair.providerArn === provider.arn ? [pair.roleArn] : []))
  if (roleArn === undefined ? roles.length > 0 : roles.includes(roleArn)) {
    noted.attempt('roles', () => roles, { ok: rolesWords })
  } else {
    const { found, changes } = unpairedRole(roleArn, roles, provider.arn)
    noted.refuse('roles', new AccessDenied(DENIED), { no: () => found, changes: () => changes })
  }
}

/**
 * The check that an assertion is for a role, where it is not.
 * @param roleArn - `undefined` where none was named yet
 * @param roles - those that it is for
 */
export function unpairedRole(roleArn: string | undefined, roles: readonly string[], providerArn: string): ProofCheck {
  const pair = `${roleArn ?? 'ROLE'},${providerArn}`
  const change = `Have the identity provider write ${pair} into the attribute https://aws.amazon.com/SAML/Attributes/Role.`
  return { check: 'roles', outcome: 'no', found: rolesWords(roles), changes: [change] }
}

function rolesWords(roles: readonly string[]): string {
  return roles.length === 0 ? 'none with this provider' : `for ${quotedAny(roles)}`
}
