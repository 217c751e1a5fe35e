import type { AccountId } from './account-id.ts'

/** The ARN of an account's root user; as a principal it stands for the whole account. */
export function rootArn(partition: string, account: AccountId): string {
  return `arn:${partition}:iam::${account}:root`
}

/** The ARN of an IAM thing that has a path: `/` or `/team/`, kept as it is. */
export function iamArn(
  partition: string,
  account: AccountId,
  kind: 'user' | 'group' | 'role' | 'policy' | 'instance-profile' | 'mfa',
  path: string,
  name: string,
): string {
  return `arn:${partition}:iam::${account}:${kind}${path}${name}`
}

/** The ARN of a role session. It drops the role's path: role names are unique without it. */
export function assumedRoleArn(partition: string, account: AccountId, roleName: string, sessionName: string): string {
  return `arn:${partition}:sts::${account}:assumed-role/${roleName}/${sessionName}`
}

/** The ARN of a federated user: of somebody for whom GetFederationToken was called. */
export function federatedUserArn(partition: string, account: AccountId, name: string): string {
  return `arn:${partition}:sts::${account}:federated-user/${name}`
}
