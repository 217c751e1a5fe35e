import type { Directory } from '../../../domain/directory/index.ts'
import { TRUST_ACTIONS } from '../../../engines/policy/index.ts'
import { type Params, text } from '../../../engines/wire/index.ts'
import { type AccountCaller, foldCase, parseArn } from '../../../model/index.ts'
import type { Access } from '../../../pipeline/authorization/index.ts'
import { InvalidInput } from '../iam-faults.ts'
import { policyDocument } from '../iam-types.ts'
import { readPage } from '../pages.ts'
import { readContextEntries } from './context-entries.ts'
import { checkResourceHandling } from './resource-handling.ts'

const actionName = text({ min: 3, max: 128 })
const resourceName = text({ min: 1, max: 2048 })
const resourceHandlingOption = text({ min: 1, max: 64 })

/** The parameters that both simulations have, for `collect`. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html */
export const readSimulation = (params: Params) => ({
  permissionsBoundaryPolicyInputList: params.texts('PermissionsBoundaryPolicyInputList', policyDocument),
  actionNames: params.texts('ActionNames', actionName, { required: true }),
  resourceArns: params.texts('ResourceArns', resourceName),
  resourcePolicy: params.optional('ResourcePolicy', policyDocument, undefined),
  resourceOwner: params.optional('ResourceOwner', resourceName, undefined),
  callerArn: params.optional('CallerArn', resourceName, undefined),
  contextEntries: readContextEntries(params),
  resourceHandlingOption: params.optional('ResourceHandlingOption', resourceHandlingOption, undefined),
  ...readPage(params),
})

/** What is asked, before it is looked at. */
interface Questions {
  readonly actionNames: readonly string[]
  readonly resourceArns: readonly string[]
  readonly resourcePolicy: string | undefined
  readonly resourceHandlingOption: string | undefined
}

/** The resources that are asked for; AWS's model has `*` for none. */
export function resourcesOf({ resourceArns }: Pick<Questions, 'resourceArns'>): readonly string[] {
  return resourceArns.length === 0 ? ['*'] : resourceArns
}

/** Checks actions and resources. @throws {@link InvalidInput} */
export function checkQuestions(input: Questions): void {
  const { actionNames, resourceHandlingOption } = input
  const resources = resourcesOf(input)
  for (const action of actionNames) {
    if (/[*?]/.test(action)) throw new InvalidInput(`The action ${action} is invalid: it may hold no wildcards.`)
    if (!/^[^:\s]+:[^:\s]+$/.test(action)) throw new InvalidInput('The action is invalid since it is missing names')
  }
  for (const resource of resources) {
    if (resource === '*' ? resources.length > 1 : parseArn(resource) === undefined) {
      throw new InvalidInput(`ResourceNames are not in a valid ARN format: ${resource}.`)
    }
  }
  if (resourceHandlingOption !== undefined) checkResourceHandling(resourceHandlingOption, actionNames, resources)
}

/** Whether an action is decided by the trust policy of a role. */
export function isOnTrust(action: string): boolean {
  return TRUST_ACTIONS.has(foldCase(action))
}

/** Whether a resource is a role. */
export function isRole(resource: string): boolean {
  const arn = parseArn(resource)
  return arn?.service === 'iam' && arn.resource.startsWith('role/')
}

/**
 * The access that reading trust policies needs: a simulation would tell what is in them. Those of other accounts are not
 * read, and neither is one where the request brings another.
 */
export async function readingTrust(
  { actionNames, resourceArns, resourcePolicy }: Questions,
  { account }: AccountCaller,
  directory: Directory,
): Promise<readonly Access[]> {
  if (resourcePolicy !== undefined || !actionNames.some(isOnTrust)) return []
  const accesses: Access[] = []
  for (const resource of new Set(resourceArns)) {
    if (!isRole(resource) || parseArn(resource)?.account !== account) continue
    const role = await directory.role(resource)
    accesses.push({ action: 'iam:GetRole', resource, resourceTags: role?.tags ?? [] })
  }
  return accesses
}
