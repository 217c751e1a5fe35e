import { type Directory, managedPolicyKey, type Records } from '../../domain/directory/index.ts'
import { type AccountId, NoSuchEntity } from '../../model/index.ts'

/**
 * Checks that a permissions boundary is a policy of the account, or one of AWS's.
 * @throws {@link NoSuchEntity}
 */
export async function checkBoundary(
  arn: string | undefined,
  account: AccountId,
  records: Records,
  directory: Directory,
): Promise<void> {
  if (arn === undefined || directory.isAwsManaged(arn)) return
  const policy = await records.stored('managed-policy', managedPolicyKey(arn))
  if (policy?.arn !== arn || policy.account !== account) {
    throw new NoSuchEntity(`Scope ARN: ${arn} does not exist or is not attachable.`)
  }
}
