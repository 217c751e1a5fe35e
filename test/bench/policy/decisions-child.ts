// What the policy engine costs, without anything around it.
import {
  type ApplicablePolicies,
  decide,
  explain,
  lintPolicy,
  parsePolicy,
  validatePolicy,
} from '../../../src/engines/policy/index.ts'
import { answerQuestions } from '../child.ts'
import { costs } from './cost.ts'
import {
  ALLOWS,
  CONTEXT,
  candidates,
  compiled,
  irrelevant,
  policyText,
  REQUEST,
  TRUSTS,
  typicalText,
} from './samples.ts'

/** Nanoseconds. */
export interface EngineTimes {
  /** An identity policy, and a trust policy with an ExternalId. */
  readonly typical: number
  /** The same, traced. */
  readonly traced: number
  /** One statement that allows, among so many that speak of other actions. */
  readonly among10: number
  readonly among1000: number
  /** So many that could speak of the action, and name other resources. */
  readonly candidates1000: number
  /** A typical policy of three statements: read and compiled; checked as when it is saved; linted. */
  readonly compile: number
  readonly validate: number
  readonly lint: number
  /** A text of 2,048 characters: compared as it is, with a pattern of many stars, and with the worst that was found. */
  readonly plain: number
  readonly hostile: number
  readonly worst: number
}

const LONGEST = 2048
const LETTERS = 'a'.repeat(LONGEST)
const TEXT = typicalText(1)
const trust = compiled(policyText(TRUSTS), 'trust')

answerQuestions(
  async (): Promise<EngineTimes> =>
    await costs({
      typical: allowing(ALLOWS),
      traced: tracing(ALLOWS),
      among10: allowing(...irrelevant(10), ALLOWS),
      among1000: allowing(...irrelevant(1000), ALLOWS),
      candidates1000: allowing(...candidates(1000), ALLOWS),
      compile: () => compiled(TEXT),
      validate: () => validatePolicy(parsePolicy(TEXT), 'identity'),
      lint: () => lintPolicy(TEXT, { kind: 'identity' }),
      plain: asksForAgent('StringEquals', `${LETTERS.slice(1)}b`),
      hostile: asksForAgent('StringLike', '*a*a*a*a*b'),
      worst: asksForAgent('StringLike', `*${'a?'.repeat(LONGEST / 4)}b`),
    }),
)

function asking(...statements: readonly object[]): ApplicablePolicies {
  return { identity: [compiled(policyText(...statements))], resource: trust }
}

function allowing(...statements: readonly object[]): () => void {
  const policies = asking(...statements)
  return () => {
    const { outcome } = decide(policies, REQUEST)
    if (outcome !== 'allowed') throw new Error(`The decision was ${outcome}.`)
  }
}

function tracing(...statements: readonly object[]): () => void {
  const policies = asking(...statements)
  return () => explain(policies, REQUEST)
}

/** Whether the agent is `value`, asked of one that agrees with it until the last character. */
function asksForAgent(operator: string, value: string): () => void {
  const policies = asking({ ...ALLOWS, Condition: { [operator]: { 'aws:UserAgent': value } } })
  const request = { ...REQUEST, context: new Map([...CONTEXT, ['aws:useragent', LETTERS]]) }
  return () => {
    const { outcome } = decide(policies, request)
    if (outcome !== 'implicitDeny') throw new Error(`The decision was ${outcome}.`)
  }
}
