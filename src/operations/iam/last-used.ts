import type { UsageStamp } from '../../platform/storage/index.ts'

/**
 * `RoleLastUsed` as actions answer it: empty for a role that nobody used for 400 days.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_RoleLastUsed.html
 */
export function answeredRoleLastUsed(stamp: UsageStamp | undefined) {
  return stamp === undefined ? {} : { LastUsedDate: new Date(stamp.usedAt), Region: stamp.region }
}
