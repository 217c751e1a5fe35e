// What one decision of the policy engine costs, without anything around it.
import {
  type ApplicablePolicies,
  type CompiledPolicy,
  compilePolicy,
  decide,
  parsePolicy,
} from '../../src/engines/policy/index.ts'
import { answerQuestions } from './child.ts'
import { median } from './row.ts'

/** Nanoseconds a decision. */
export interface DecisionTimes {
  /** An identity policy, and a trust policy with an ExternalId. */
  readonly typical: number
  /** One statement that allows, among so many that speak of other actions. */
  readonly among10: number
  readonly among1000: number
  /** So many that could speak of the action, and name other resources. */
  readonly candidates1000: number
}

const ROLE = 'arn:aws:iam::222222222222:role/Deployer'
const ROUNDS = 15
const NANOSECONDS = 1000

const trust = compiled('trust', [
  {
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::111111111111:root' },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'sts:ExternalId': 'benchmark' } },
  },
])
const allows = { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: ROLE }
const request = {
  principal: { kind: 'user', account: '111111111111', arn: 'arn:aws:iam::111111111111:user/alice' },
  action: 'sts:AssumeRole',
  resource: ROLE,
  resourceAccount: '222222222222',
  context: new Map([['sts:externalid', 'benchmark']]),
} as const

answerQuestions(
  (): DecisionTimes => ({
    typical: time({ identity: [compiled('identity', [allows])], resource: trust }, 20_000),
    among10: time({ identity: [compiled('identity', [...others(10), allows])], resource: trust }, 20_000),
    among1000: time({ identity: [compiled('identity', [...others(1000), allows])], resource: trust }, 20_000),
    candidates1000: time({ identity: [compiled('identity', [...candidates(1000), allows])], resource: trust }, 100),
  }),
)

function others(count: number): object[] {
  const number = (_: unknown, index: number) => ({ Effect: 'Allow', Action: `s3:Action${index}`, Resource: '*' })
  return Array.from({ length: count }, number)
}

function candidates(count: number): object[] {
  const number = (_: unknown, index: number) => ({
    ...allows,
    Resource: `arn:aws:iam::222222222222:role/Other${index}`,
  })
  return Array.from({ length: count }, number)
}

function compiled(kind: 'identity' | 'trust', statements: readonly object[]): CompiledPolicy {
  return compilePolicy(parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements })), {
    kind,
    name: kind,
  })
}

function time(policies: ApplicablePolicies, decisions: number): number {
  const rounds: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    // The thread's own time: what else runs on the core is not counted.
    const before = process.threadCpuUsage()
    for (let count = 0; count < decisions; count++) {
      const { outcome } = decide(policies, request)
      if (outcome !== 'allowed') throw new Error(`The decision was ${outcome}.`)
    }
    const { user, system } = process.threadCpuUsage(before)
    rounds.push(((user + system) * NANOSECONDS) / decisions)
  }
  // The first rounds warm up.
  return median(rounds.slice(ROUNDS / 3))
}
