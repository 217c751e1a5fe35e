import { QUOTAS, reference } from '../../../domain/directory/index.ts'
import { defineRead } from '../define.ts'
import { existingAccount } from '../existing.ts'

const ATTACHED = QUOTAS.managedPoliciesPerPrincipal
const NOT_OFFERED = 0

/**
 * Counts what the account holds, and tells how much of it there may be. What is not offered here is counted as none,
 * and none of it may be.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
 */
export const getAccountSummary = defineRead({
  action: 'iam:GetAccountSummary',
  parse: (params) => params.collect({}),
  requires: () => [{ action: 'iam:GetAccountSummary', resource: '*' }],

  async read({ account }, { records, quotas }) {
    const { accessKeyIds, rootPassword } = await existingAccount(records, account)
    const places = Array.from({ length: QUOTAS.versionsPerPolicy }, (_, index) => index + 1)
    const counts = await records.countReferrers(places.map((place) => reference.policyVersion(account, place)))
    let versions = 0
    for (const at of counts.values()) versions += at
    const count = async (...kinds: readonly Parameters<typeof records.count>[0][]) => {
      let sum = 0
      for (const kind of kinds) sum += await records.count(kind, account)
      return sum
    }
    const referring = (target: string) => records.countReferring('mfa-device', target)
    const summary = {
      Users: await count('user'),
      UsersQuota: quotas.usersPerAccount,
      Groups: await count('group'),
      GroupsQuota: quotas.groupsPerAccount,
      ServerCertificates: NOT_OFFERED,
      ServerCertificatesQuota: NOT_OFFERED,
      UserPolicySizeQuota: QUOTAS.inlinePoliciesSize.user,
      GroupPolicySizeQuota: QUOTAS.inlinePoliciesSize.group,
      GroupsPerUserQuota: QUOTAS.groupsPerUser,
      SigningCertificatesPerUserQuota: NOT_OFFERED,
      AccessKeysPerUserQuota: QUOTAS.accessKeysPerPrincipal,
      MFADevices: await count('mfa-device'),
      MFADevicesInUse: await referring(reference.mfaDevices(account, 'Assigned')),
      AccountMFAEnabled: (await referring(reference.mfaDevicesOf(account))) > 0 ? 1 : 0,
      AccountAccessKeysPresent: accessKeyIds.length > 0 ? 1 : 0,
      AccountPasswordPresent: rootPassword === undefined ? 0 : 1,
      AccountSigningCertificatesPresent: NOT_OFFERED,
      AttachedPoliciesPerGroupQuota: ATTACHED,
      AttachedPoliciesPerRoleQuota: ATTACHED,
      AttachedPoliciesPerUserQuota: ATTACHED,
      Policies: await count('managed-policy'),
      PoliciesQuota: quotas.policiesPerAccount,
      PolicySizeQuota: QUOTAS.managedPolicySize,
      PolicyVersionsInUse: versions,
      // Nothing else limits them.
      PolicyVersionsInUseQuota: quotas.policiesPerAccount * QUOTAS.versionsPerPolicy,
      VersionsPerPolicyQuota: QUOTAS.versionsPerPolicy,
      // Session tokens are good in every region, as those of the second version are.
      GlobalEndpointTokenVersion: 2,
      AssumeRolePolicySizeQuota: QUOTAS.trustPolicySize,
      InstanceProfiles: await count('instance-profile'),
      InstanceProfilesQuota: quotas.instanceProfilesPerAccount,
      Providers: await count('oidc-provider'),
      RolePolicySizeQuota: QUOTAS.inlinePoliciesSize.role,
      Roles: await count('role'),
      RolesQuota: quotas.rolesPerAccount,
    }
    return { SummaryMap: new Map(Object.entries(summary)) }
  },
})
