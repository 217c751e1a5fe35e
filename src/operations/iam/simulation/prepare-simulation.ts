import type { Directory } from '../../../domain/directory/index.ts'
import type { CompiledPolicy } from '../../../engines/policy/index.ts'
import type { AccountId, EpochMillis } from '../../../model/index.ts'
import type { Supposition } from '../../../pipeline/authorization/index.ts'
import { InvalidInput } from '../iam-faults.ts'
import { type ContextEntry, contextOf } from './context-entries.ts'
import type { PolicySource } from './policy-source.ts'
import { PolicySources } from './policy-sources.ts'
import { takeResourcePolicy } from './resource-policy.ts'
import type { Simulation } from './simulate.ts'
import { checkQuestions, resourcesOf } from './simulation-input.ts'
import { ownerOfArn, somebodyOf, userOfArn } from './supposed-user.ts'

/** What a simulation is asked for. */
interface Asked {
  readonly policyInputList: readonly string[]
  readonly permissionsBoundaryPolicyInputList: readonly string[]
  readonly actionNames: readonly string[]
  readonly resourceArns: readonly string[]
  readonly resourcePolicy: string | undefined
  readonly resourceOwner: string | undefined
  readonly callerArn: string | undefined
  readonly contextEntries: readonly ContextEntry[]
  readonly resourceHandlingOption: string | undefined
}

/**
 * Makes a simulation ready: checks what is asked, and reads every policy once.
 * @param source - whose policies are simulated; `undefined`: those of the request alone
 * @throws {@link InvalidInput}, `PolicyEvaluation`
 */
export async function prepareSimulation(
  asked: Asked,
  source: PolicySource | undefined,
  account: AccountId,
  now: EpochMillis,
  directory: Directory,
): Promise<Simulation> {
  checkQuestions(asked)
  // Before policies are read, which takes longer.
  const context = contextOf(asked.contextEntries)
  const resources = resourcesOf(asked)
  const { actionNames: actions, permissionsBoundaryPolicyInputList: boundaries, resourcePolicy, resourceOwner } = asked
  const sources = new PolicySources()
  const who = await callerOf(asked, source, account, directory)
  const identity: CompiledPolicy[] = []
  for (const { name, document } of source?.policies ?? []) identity.push(await sources.load(name, document, 'identity'))
  for (const [index, text] of asked.policyInputList.entries()) {
    identity.push(await sources.take(`PolicyInputList.${index + 1}`, text, 'identity'))
  }
  const [boundaryText, ...moreBoundaries] = boundaries
  if (moreBoundaries.length > 0) throw new InvalidInput('Only one permissions boundary policy can be simulated.')
  const boundary =
    boundaryText === undefined
      ? source?.boundary && (await sources.load(source.boundary.name, source.boundary.document, 'boundary'))
      : await sources.take('PermissionsBoundaryPolicyInputList.1', boundaryText, 'boundary')
  const supposition = {
    account,
    ...who,
    identity,
    boundary,
    resource:
      resourcePolicy === undefined ? undefined : await takeResourcePolicy(resourcePolicy, actions, resources, sources),
    resourceOwner: resourceOwner === undefined ? undefined : ownerOfArn(resourceOwner, directory),
    inOrganization: source !== undefined && who.caller.account === account,
    context,
    now,
  }
  return { actions, resources, supposition, sources }
}

/**
 * Who is supposed to ask: the user that is named, or else whose policies they are. A resource's policy speaks of users
 * by name, so there has to be one.
 */
async function callerOf(
  { callerArn, resourcePolicy }: Asked,
  source: PolicySource | undefined,
  account: AccountId,
  directory: Directory,
): Promise<Pick<Supposition, 'caller' | 'known'>> {
  const own = source?.caller
  if (callerArn !== undefined && callerArn !== (own?.kind === 'user' ? own.arn : undefined)) {
    return { caller: await userOfArn(callerArn, account, directory), known: 'name' }
  }
  if (resourcePolicy !== undefined && own?.kind !== 'user') {
    throw new InvalidInput(
      source === undefined
        ? 'Invalid caller - Caller cannot be null or empty.'
        : 'Invalid caller - Caller must be an IAM user in this context.',
    )
  }
  return own === undefined ? { caller: somebodyOf(account), known: 'account' } : { caller: own, known: 'everything' }
}
