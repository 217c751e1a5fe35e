import type { Directory, Records } from '../../domain/directory/index.ts'
import { type AccountId, NoSuchEntity } from '../../model/index.ts'
import { findPolicy } from './existing.ts'

/**
 * Checks that a permissions boundary is a policy of the account, or one of AWS's.
 * @throws {@link NoSuchEntity}, or InvalidInput for what is no ARN of a policy
 */
export async function checkBoundary(
  arn: string | undefined,
  account: AccountId,
  records: Records,
  directory: Directory,
): Promise<void> {
  if (arn === undefined || directory.isAwsManaged(arn)) return
  if ((await findPolicy(records, account, arn)) === undefined) {
    throw new NoSuchEntity(`Scope ARN: ${arn} does not exist or is not attachable.`)
  }
}
