import { LimitExceeded } from './iam-faults.ts'

/**
 * Refuses one more where there are as many as there may be.
 * @param quota - as AWS calls it: `UsersPerAccount`
 * @throws {@link LimitExceeded}
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export function checkQuota(quota: string, present: number, most: number): void {
  if (present >= most) throw new LimitExceeded(`Cannot exceed quota for ${quota}: ${most}`)
}
