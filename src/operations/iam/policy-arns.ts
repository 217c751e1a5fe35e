import { parseArn } from '../../model/index.ts'
import { InvalidInput } from './iam-faults.ts'

/** Refuses what is no ARN of a managed policy, whether or not there is such a one. @throws {@link InvalidInput} */
export function checkPolicyArn(arn: string): void {
  const named = parseArn(arn)
  if (named?.service === 'iam' && named.region === '' && /^policy\/[!-9;-~]+$/.test(named.resource)) return
  throw new InvalidInput(`ARN ${arn} is not valid.`)
}

/** The name of a managed policy: what stands behind its path. */
export function policyNameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1)
}
