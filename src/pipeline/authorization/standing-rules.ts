import { AccessDenied, type AccountCaller } from '../../model/index.ts'
import type { Access } from './access.ts'
import { bareDenial } from './denial.ts'

/** What belongs to the operator: no policy of any account can grant it. */
export const OPERATOR_ACTIONS = 'rolecall:'

/** What AWS lets everybody do who proved who they are, even under an explicit deny. */
const WITHOUT_PERMISSION: ReadonlySet<string> = new Set(['sts:getcalleridentity'])

/**
 * Whether no policy is asked at all.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export function needsNoPermission({ action }: Access): boolean {
  return WITHOUT_PERMISSION.has(action.toLowerCase())
}

/** Whether only the operator, the authority above accounts, may do it. */
export function isForOperators({ action }: Access): boolean {
  return action.startsWith(OPERATOR_ACTIONS)
}

/**
 * The refusal of what no policy could allow; `undefined` where policies decide.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export function refusedByRule(caller: AccountCaller, access: Access): AccessDenied | undefined {
  if (caller.kind === 'root' && access.action === 'sts:AssumeRole') {
    return new AccessDenied('Roles may not be assumed by root accounts.')
  }
  return isForOperators(access) ? new AccessDenied(bareDenial(caller, access)) : undefined
}
