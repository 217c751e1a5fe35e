// What compiled policies occupy and cost, alone and in an account that has many; to be run with --expose-gc.
import { prepareNode } from '../../../src/compose/index.ts'
import { decide } from '../../../src/engines/policy/index.ts'
import { userCaller } from '../../../src/pipeline/authentication/index.ts'
import { loadConfig } from '../../../src/platform/config/index.ts'
import { answerQuestions } from '../child.ts'
import { memoryUse } from '../usage.ts'
import { costs } from './cost.ts'
import { ALICE, ALLOWS, compiled, policyText, REQUEST, ROLE, SOURCE, TRUSTS, typicalText } from './samples.ts'

/** An account with so many managed policies, of which a user has some attached. */
export interface PolicyMemory {
  readonly policies: number
  readonly attached: number
  /** Bytes of a compiled policy of so many characters. */
  readonly compiledBytes: number
  readonly characters: number
  /** Bytes of a managed policy that the directory remembers. */
  readonly rememberedBytes: number
  /** Nanoseconds: gathering what the user has, all of it remembered; deciding with it, and with nothing attached. */
  readonly gather: number
  readonly decideAttached: number
  readonly decideAlone: number
}

const POLICIES = 10_000
const ATTACHED = 10

answerQuestions(async (): Promise<PolicyMemory> => {
  const kept: object[] = []
  const compiledBytes = await growth(async () => {
    for (let number = 0; number < POLICIES; number++) {
      kept.push(compiled(typicalText(number), 'identity', arnOf(number)))
    }
  })
  const account = await inAccount()
  const each = { compiledBytes: compiledBytes / kept.length, characters: typicalText(POLICIES / 2).length }
  return { policies: POLICIES, attached: ATTACHED, ...each, ...account }
})

async function inAccount(): Promise<
  Pick<PolicyMemory, 'rememberedBytes' | 'gather' | 'decideAttached' | 'decideAlone'>
> {
  const config = loadConfig({ file: { name: 'benchmark', content: { data: ':memory:', logLevel: 'error' } } })
  const { broker, stop } = await prepareNode(config, { directories: [directoryInput()] })
  const { directory } = broker
  const user = await directory.principal(ALICE)
  if (user === undefined || !('groups' in user)) throw new Error('The user is not there.')
  const caller = userCaller(user, { accessKeyId: '' })
  const remembered = await growth(async () => {
    for (let number = 0; number < POLICIES; number++) await directory.managedPolicy(arnOf(number))
  })
  const resource = (await directory.role(ROLE))?.trust
  if (resource === undefined) throw new Error('The role is not there.')
  const { identity } = await directory.policiesOf(caller)
  const allowing = (policies: typeof identity) => () => {
    const { outcome } = decide({ identity: policies, resource }, REQUEST)
    if (outcome !== 'allowed') throw new Error(`The decision was ${outcome}.`)
  }
  const times = await costs({
    gather: () => directory.policiesOf(caller),
    decideAttached: allowing(identity.toReversed()),
    decideAlone: allowing(user.compiledPolicies),
  })
  await stop()
  return { rememberedBytes: remembered / POLICIES, ...times }
}

function directoryInput() {
  const numbers = Array.from({ length: POLICIES }, (_, number) => number)
  const alice = {
    UserName: 'alice',
    ManagedPolicyArns: numbers.slice(0, ATTACHED).map(arnOf),
    Policies: [{ PolicyName: 'deploy', PolicyDocument: policyText(ALLOWS) }],
  }
  const ManagedPolicies = numbers.map((number) => ({
    ManagedPolicyName: `team-${number}`,
    PolicyDocument: typicalText(number),
  }))
  const deployer = { RoleName: 'Deployer', AssumeRolePolicyDocument: policyText(TRUSTS) }
  return {
    Accounts: [
      { Id: SOURCE, Users: [alice], ManagedPolicies },
      { Id: REQUEST.resourceAccount, Roles: [deployer] },
    ],
  }
}

/** What more is alive on the heap once it is done, in bytes. */
async function growth(work: () => Promise<void>): Promise<number> {
  const before = memoryUse().heapBytes
  await work()
  return memoryUse().heapBytes - before
}

function arnOf(number: number): string {
  return `arn:aws:iam::${SOURCE}:policy/team-${number}`
}
