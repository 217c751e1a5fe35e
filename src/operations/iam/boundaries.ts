import { type Directory, managedPolicyKey, type Records } from '../../domain/directory/index.ts'
import { type AccountId, NoSuchEntity, parseArn } from '../../model/index.ts'
import { InvalidInput } from './iam-faults.ts'

/**
 * Checks that a permissions boundary is a policy of the account, or one of AWS's.
 * @throws {@link NoSuchEntity}, or {@link InvalidInput} for what is no ARN of a policy
 */
export async function checkBoundary(
  arn: string | undefined,
  account: AccountId,
  records: Records,
  directory: Directory,
): Promise<void> {
  if (arn === undefined || directory.isAwsManaged(arn)) return
  const named = parseArn(arn)
  if (named?.service !== 'iam' || !named.resource.startsWith('policy/')) {
    throw new InvalidInput(`ARN ${arn} is not valid.`)
  }
  const policy = await records.stored('managed-policy', managedPolicyKey(arn))
  if (policy?.arn !== arn || policy.account !== account) {
    throw new NoSuchEntity(`Scope ARN: ${arn} does not exist or is not attachable.`)
  }
}
