import type { Assertion, ResponseFrame } from '../../../engines/saml/index.ts'
import { type EpochMillis, ExpiredIdentityToken, epochMillis, InvalidIdentityToken } from '../../../model/index.ts'

/** What was proven of a response, and what it is held against. */
export interface Judged {
  readonly assertion: Assertion
  readonly frame: ResponseFrame
  /** Whether a signature is of the whole response, and not of the assertion alone. */
  readonly isFrameSigned: boolean
  /** What the provider's assertions call their issuer. */
  readonly entityId: string
  /** Where assertions may be shown. */
  isRecipient(url: string): boolean
  /** Whom they may be for. */
  isAudience(name: string): boolean
  /** The request that it has to answer; `undefined`: it may answer none. */
  readonly answers: string | undefined
}

/** What an assertion says of itself: who issued it, for whom, for when, and who may show it. */
export type Judgement =
  | 'issuer'
  | 'destination'
  | 'conditions'
  | 'audience'
  | 'recipient'
  | 'confirmation'
  | 'request'
  | 'issued'

/** How far clocks may be apart. What AWS allows is not documented. */
const SKEW_MS = 60_000
/** From when it was issued an assertion can be exchanged for so long, however long it says. */
const REDEEMABLE_MS = 5 * 60_000

/**
 * The judgements of an assertion, in the order that shows on the wire.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_saml.html
 */
const JUDGEMENTS: readonly (readonly [Judgement, judge: (judged: Judged, now: EpochMillis) => void])[] = [
  ['issuer', checkIssuers],
  ['destination', checkDestination],
  ['conditions', checkConditions],
  ['audience', checkAudience],
  ['recipient', checkRecipient],
  ['confirmation', checkConfirmation],
  ['request', checkAnswers],
  ['issued', checkIssued],
]

/** AWS's answer to every signature that is none, and to whatever is not to be told from one. */
export function notSigned(detail: string): InvalidIdentityToken {
  return new InvalidIdentityToken('Response signature invalid', { detail })
}

/**
 * Judges what an assertion says of itself.
 * @param noted - makes a judgement, and may go on whatever comes of it; left out: the first that fails ends it
 * @returns until when it can be exchanged
 * @throws {@link InvalidIdentityToken}, {@link ExpiredIdentityToken}
 */
export function judgeAssertion(
  judged: Judged,
  now: EpochMillis,
  noted?: (judgement: Judgement, judge: () => void) => void,
): EpochMillis {
  for (const [judgement, judge] of JUDGEMENTS) {
    if (noted === undefined) judge(judged, now)
    else noted(judgement, () => judge(judged, now))
  }
  const { conditions, confirmation, issuedAt } = judged.assertion
  const { notOnOrAfter = confirmation.notOnOrAfter } = conditions
  return epochMillis(Math.min(notOnOrAfter, confirmation.notOnOrAfter, issuedAt + REDEEMABLE_MS) + SKEW_MS)
}

/** Checks who issued something, where it says so. @throws {@link InvalidIdentityToken} */
export function checkIssuer(issuer: string | undefined, entityId: string): void {
  if (issuer === undefined || issuer === entityId) return
  throw new InvalidIdentityToken('Issuer not present in specified provider')
}

function checkIssuers({ frame, assertion, entityId }: Judged): void {
  checkIssuer(frame.issuer, entityId)
  checkIssuer(assertion.issuer, entityId)
}

/** A response that is signed as a whole says where it was sent; one that is not may say so, and then it has to be here. */
function checkDestination({ frame: { destination }, isFrameSigned, isRecipient }: Judged): void {
  if (destination === undefined ? isFrameSigned : !isRecipient(destination)) throw otherAudience('destination')
}

function checkConditions({ assertion: { conditions } }: Judged, now: EpochMillis): void {
  const { notBefore, notOnOrAfter } = conditions
  if (notOnOrAfter === undefined) throw notSigned('conditions without an end')
  if (notBefore !== undefined && notBefore > now + SKEW_MS) throw notSigned('not valid yet')
  if (notOnOrAfter <= now - SKEW_MS) throw expired('the conditions')
}

function checkAudience({ assertion, isAudience }: Judged): void {
  const { audiences } = assertion.conditions
  if (audiences.length === 0 || !audiences.every((each) => each.some(isAudience))) throw otherAudience('audience')
}

function checkRecipient({ assertion, isRecipient }: Judged): void {
  if (!isRecipient(assertion.confirmation.recipient)) throw otherAudience('recipient')
}

function checkConfirmation({ assertion }: Judged, now: EpochMillis): void {
  if (assertion.confirmation.notOnOrAfter <= now - SKEW_MS) throw expired('the confirmation')
}

/**
 * Where somebody was asked to sign in, it has to be the answer to that, and the assertion itself has to say so: a response
 * around it need not be signed. Where nobody was, an answer is somebody else's.
 */
function checkAnswers({ assertion: { confirmation }, frame, answers }: Judged): void {
  const isAnswer =
    confirmation.inResponseTo === answers && (frame.inResponseTo === undefined || frame.inResponseTo === answers)
  if (!isAnswer) throw notSigned('an answer to another request')
}

function checkIssued({ assertion: { issuedAt } }: Judged, now: EpochMillis): void {
  if (issuedAt > now + SKEW_MS) throw notSigned('issued in the future')
  if (issuedAt + REDEEMABLE_MS <= now - SKEW_MS) throw expired('the issue')
}

function expired(detail: string): ExpiredIdentityToken {
  return new ExpiredIdentityToken('Token must be redeemed within 5 minutes of issuance', { detail })
}

function otherAudience(detail: string): InvalidIdentityToken {
  return new InvalidIdentityToken('Response does not contain the required audience.', { detail })
}
