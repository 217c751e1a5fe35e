import {
  type AnyManagedPolicy,
  type Directory,
  type GroupBody,
  type InlinePolicy,
  type RoleBody,
  reference,
  type UserBody,
} from '../../../domain/directory/index.ts'
import type { UsageStamp } from '../../../platform/storage/index.ts'
import { answeredGroup } from '../groups/groups.ts'
import { answeredInstanceProfile } from '../instance-profiles/instance-profiles.ts'
import { answeredRoleLastUsed } from '../last-used.ts'
import { answeredPolicy, answeredVersion, type PolicyUse } from '../policies/policies.ts'
import { policyNameOf } from '../policy-arns.ts'
import { encodedDocument } from '../policy-documents.ts'
import { answeredRole } from '../roles/roles.ts'
import { answeredTags } from '../tags.ts'
import { answeredBoundary, answeredUser } from '../users/users.ts'

/** More instance profiles than a role can be in, where no quota was raised. */
const MOST_PROFILES = 1000

/** A user with its policies, groups and tags. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_UserDetail.html */
export function answeredUserDetail(user: UserBody, partition: string) {
  return {
    ...answeredUser(user, partition),
    // Unlike the other lists it is left out where there are none.
    UserPolicyList: user.policies.length === 0 ? undefined : user.policies.map(answeredInline),
    GroupList: user.groups,
    AttachedManagedPolicies: user.managedPolicyArns.map(answeredAttached),
    PermissionsBoundary: answeredBoundary(user.permissionsBoundary),
    Tags: answeredTags(user.tags) ?? [],
  }
}

/** A group with its policies. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GroupDetail.html */
export function answeredGroupDetail(group: GroupBody, partition: string) {
  return {
    ...answeredGroup(group, partition),
    GroupPolicyList: group.policies.map(answeredInline),
    AttachedManagedPolicies: group.managedPolicyArns.map(answeredAttached),
  }
}

/** A role with its policies, instance profiles and tags. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_RoleDetail.html */
export async function answeredRoleDetail(role: RoleBody, used: UsageStamp | undefined, directory: Directory) {
  const target = reference.role(role.account, role.roleName)
  const profiles = await directory.records.referring('instance-profile', target, { limit: MOST_PROFILES })
  return {
    ...(await answeredRole(role, directory)),
    InstanceProfileList: await Promise.all(profiles.map((profile) => answeredInstanceProfile(profile, directory))),
    RolePolicyList: role.policies.map(answeredInline),
    AttachedManagedPolicies: role.managedPolicyArns.map(answeredAttached),
    PermissionsBoundary: answeredBoundary(role.permissionsBoundary),
    Tags: answeredTags(role.tags) ?? [],
    RoleLastUsed: answeredRoleLastUsed(used),
  }
}

/** A managed policy with its versions. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_ManagedPolicyDetail.html */
export function answeredPolicyDetail(policy: AnyManagedPolicy, use: PolicyUse) {
  return {
    ...answeredPolicy(policy, use),
    Description: policy.description,
    PolicyVersionList: policy.versions.map((version) => ({
      Document: encodedDocument(version.document),
      ...answeredVersion(version, policy.defaultVersionId),
    })),
  }
}

function answeredInline({ name, document }: InlinePolicy) {
  return { PolicyName: name, PolicyDocument: encodedDocument(document) }
}

function answeredAttached(arn: string) {
  return { PolicyName: policyNameOf(arn), PolicyArn: arn }
}
