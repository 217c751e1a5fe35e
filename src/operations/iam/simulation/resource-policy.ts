import { type CompiledPolicy, speaksOfResource } from '../../../engines/policy/index.ts'
import { InvalidInput } from '../iam-faults.ts'
import type { PolicySources } from './policy-sources.ts'
import { isOnTrust, isRole } from './simulation-input.ts'

/**
 * Takes `ResourcePolicy`, which is the policy of every resource; where roles are to be assumed it is their trust policy.
 * @throws {@link InvalidInput} where it cannot be that
 */
export async function takeResourcePolicy(
  text: string,
  actions: readonly string[],
  resources: readonly string[],
  sources: PolicySources,
): Promise<CompiledPolicy> {
  if (resources.includes('*')) {
    throw new InvalidInput('Invalid Entity Arn: * does not clearly define entity type and name.')
  }
  const onTrust = actions.filter(isOnTrust)
  const others = actions.filter((action) => !isOnTrust(action))
  const isTrust = onTrust.length > 0 && resources.every(isRole)
  if (isTrust && others.length > 0) {
    throw new InvalidInput(
      `Invalid Input Actions: [${onTrust.join(',')}] and [${others.join(',')}] require different authorization information.`,
    )
  }
  const policy = await sources.take('ResourcePolicy', text, isTrust ? 'trust' : 'resource')
  const [action = ''] = actions
  for (const resource of resources) {
    const request = { principal: ANYBODY, action, resource, resourceAccount: '', context: NOTHING }
    if (!speaksOfResource(policy, request)) throw new InvalidInput(`ResourcePolicy does not apply to ${resource}.`)
  }
  return policy
}

const ANYBODY = { kind: 'anonymous' } as const
const NOTHING: ReadonlyMap<string, string> = new Map()
