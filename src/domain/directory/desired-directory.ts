/**
 * What a directory is to hold, in CloudFormation's property names. Policy documents are JSON text.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_IAM.html
 */
export interface DesiredDirectory {
  readonly Accounts: readonly DesiredAccount[]
}

/** An account and what is in it. */
export interface DesiredAccount {
  readonly Id: string
  readonly Alias?: string | undefined
  readonly Root?: { readonly AccessKeys: readonly DesiredAccessKey[] } | undefined
  readonly Users: readonly DesiredUser[]
  readonly Groups: readonly DesiredGroup[]
  readonly ManagedPolicies: readonly DesiredManagedPolicy[]
  readonly Roles: readonly DesiredRole[]
}

/** A long-term access key. What is left out is generated. */
export interface DesiredAccessKey {
  readonly AccessKeyId?: string | undefined
  readonly SecretAccessKey?: string | undefined
  readonly Status: 'Active' | 'Inactive'
}

/** A policy inside its user, group or role. */
export interface DesiredPolicy {
  readonly PolicyName: string
  readonly PolicyDocument: string
}

/** A tag of a user or role. */
export interface DesiredTag {
  readonly Key: string
  readonly Value: string
}

interface DesiredIdentity {
  readonly Path: string
  readonly ManagedPolicyArns: readonly string[]
  readonly Policies: readonly DesiredPolicy[]
}

/** A user. */
export interface DesiredUser extends DesiredIdentity {
  readonly UserName: string
  readonly Groups: readonly string[]
  readonly PermissionsBoundary?: string | undefined
  readonly Tags: readonly DesiredTag[]
  readonly AccessKeys: readonly DesiredAccessKey[]
}

/** A group. */
export interface DesiredGroup extends DesiredIdentity {
  readonly GroupName: string
}

/** A customer managed policy. */
export interface DesiredManagedPolicy {
  readonly ManagedPolicyName: string
  readonly Path: string
  readonly PolicyDocument: string
}

/** A role. */
export interface DesiredRole extends DesiredIdentity {
  readonly RoleName: string
  readonly AssumeRolePolicyDocument: string
  /** Seconds. */
  readonly MaxSessionDuration: number
  readonly PermissionsBoundary?: string | undefined
  readonly Tags: readonly DesiredTag[]
}
