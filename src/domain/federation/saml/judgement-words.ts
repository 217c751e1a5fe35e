import { type EpochMillis, type Fault, quoted, quotedAny } from '../../../model/index.ts'
import { distance } from '../distance.ts'
import type { Judged, Judgement } from './judge-assertion.ts'

/** What is said of a judgement. */
interface JudgementWords {
  /** What the assertion says there. */
  found(judged: Judged, now: EpochMillis): string
  /** What would have to change where that does not do. */
  changes(judged: Judged, names: OwnNames, fault: Fault): readonly string[]
}

/** What we are called, and where assertions may be shown. */
interface OwnNames {
  readonly audiences: readonly string[]
  readonly recipients: readonly string[]
}

const TOLERATED = 'one minute is tolerated'
const CLOCKS = "Set the identity provider's clock, or that of this machine: they differ."
const ANEW = 'Sign in again, and exchange the assertion at once: it counts for five minutes.'

/** What is said of each judgement, whatever comes of it. */
export const JUDGEMENT_WORDS: Readonly<Record<Judgement, JudgementWords>> = {
  issuer: {
    found: ({ assertion, frame, entityId }) => issuerFound([frame.issuer, assertion.issuer], entityId),
    changes: issuerChanges,
  },
  destination: {
    found: ({ frame: { destination }, isFrameSigned }) =>
      destination === undefined ? `none: it ${isFrameSigned ? 'has to say one' : 'need not'}` : quoted(destination),
    changes: (_judged, { recipients }) => [
      `Have the response sent to ${quotedAny(recipients)}: its Destination says where it was sent.`,
    ],
  },
  conditions: {
    found: ({ assertion: { conditions } }, now) => {
      const { notBefore, notOnOrAfter } = conditions
      const from = notBefore === undefined ? '' : `from ${when(notBefore, now)} `
      return notOnOrAfter === undefined ? 'without an end' : `${from}until ${when(notOnOrAfter, now)}; ${TOLERATED}`
    },
    changes: (_judged, _names, { code, detail }) => {
      if (code === 'ExpiredTokenException') return [ANEW]
      return detail === 'not valid yet' ? [CLOCKS] : ['Have the provider write NotOnOrAfter into the Conditions.']
    },
  },
  audience: {
    found: ({ assertion: { conditions } }) =>
      conditions.audiences.length === 0
        ? 'no restriction to any'
        : conditions.audiences.map((each) => (each.length === 0 ? 'nobody' : quotedAny(each))).join(', and '),
    changes: (_judged, { audiences }) => [
      `Set the audience (the entity id of the service provider) to ${quotedAny(audiences)} at the identity provider.`,
    ],
  },
  recipient: {
    found: ({ assertion: { confirmation } }) => quoted(confirmation.recipient),
    changes: (_judged, { recipients }) => [
      `Set the recipient (the assertion consumer service) to ${quotedAny(recipients)} at the identity provider.`,
    ],
  },
  confirmation: {
    found: ({ assertion: { confirmation } }, now) => `until ${when(confirmation.notOnOrAfter, now)}; ${TOLERATED}`,
    changes: () => [ANEW],
  },
  request: {
    found: ({ assertion: { confirmation }, frame, answers }) => {
      const asked = answers === undefined ? 'nobody was asked' : `${quoted(answers)} was asked`
      const said = [confirmation.inResponseTo, frame.inResponseTo].filter((each) => each !== undefined)
      return `${said.length === 0 ? 'answers none' : `answers ${[...new Set(said)].map(quoted).join(' and ')}`}; ${asked}`
    },
    changes: ({ answers }) => [
      answers === undefined
        ? 'Show an answer to a sign-in where that sign-in began: by AssumeRoleWithSAML only what nobody asked for is taken.'
        : 'Begin the sign-in anew, and finish it in the same browser.',
    ],
  },
  issued: {
    found: ({ assertion }, now) => `${when(assertion.issuedAt, now)}; it counts for five minutes, ${TOLERATED}`,
    changes: (_judged, _names, { code }) => [code === 'ExpiredTokenException' ? ANEW : CLOCKS],
  },
}

/** What is said of who issued something. @param issuers - those that it names; `undefined`: it need not */
export function issuerFound(issuers: readonly (string | undefined)[], entityId: string): string {
  const named = [...new Set(issuers.filter((each) => each !== undefined))]
  const said = named.length === 0 ? 'said where it is encrypted' : named.map(quoted).join(' and ')
  return `${said}; by the metadata it is ${quoted(entityId)}`
}

/** What would have to change where somebody else issued it. */
export function issuerChanges({ entityId }: Pick<Judged, 'entityId'>): readonly string[] {
  return [
    `Name the provider whose metadata has the assertion's issuer as entityID, or give this one the metadata of that: the metadata here is of ${quoted(entityId)}.`,
  ]
}

function when(instant: EpochMillis, now: EpochMillis): string {
  return distance((instant - now) / 1000)
}
