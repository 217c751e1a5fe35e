import { type AccountId, enabledFederation, isEnabled, type OutboundFederation } from '../../model/index.ts'
import type { DirectoryChange } from '../../platform/storage/index.ts'
import type {
  DesiredAccount,
  DesiredDirectory,
  DesiredGroup,
  DesiredManagedPolicy,
  DesiredRole,
  DesiredUser,
} from './desired-directory.ts'
import { type Difference, differences, lockouts } from './differences.ts'
import { type DesiredPath, DirectoryMistakes } from './mistakes.ts'
import { Plan, type PlanParts } from './plan.ts'
import { planAccessKeys } from './plan-access-keys.ts'
import { planCluster } from './plan-clusters.ts'
import { planPodIdentityAssociation, planTask } from './plan-containers.ts'
import { planInstance, planInstanceProfile } from './plan-instances.ts'
import { heldPlaces } from './plan-listen.ts'
import { planLoginProfile, planRootPassword } from './plan-login-profile.ts'
import { planMfaDevices } from './plan-mfa-devices.ts'
import { planOidcProviders } from './plan-oidc-providers.ts'
import { planOrganization } from './plan-organization.ts'
import {
  checkAttachments,
  checkManagedPolicy,
  planDocument,
  planInlinePolicies,
  planTags,
  planTrust,
} from './plan-policies.ts'
import { planForgetting, planPruning } from './plan-pruning.ts'
import { keepRevocation } from './plan-revocation.ts'
import { planSamlProviders } from './plan-saml-providers.ts'
import { versionsWith } from './policy-versions.ts'
import { managedPolicyKey, nameKey } from './record-keys.ts'
import { QUOTAS, RULES } from './rules.ts'

const MAX_SESSION_DURATION = { min: 3600, max: 43_200 }

/** What makes a directory as it is desired. */
export interface DirectoryPlan {
  /** Empty when it is so already. */
  readonly changes: readonly DirectoryChange[]
  /** The same for people, without secrets. */
  readonly differences: readonly Difference[]
  /** Access key ids that were made up: another plan for the same makes up others. */
  readonly inventedKeys: ReadonlySet<string>
  /** What the changes lead to that nobody may have meant. */
  readonly warnings: readonly string[]
}

/**
 * Turns a desired directory into the changes that make it so. Creates and replaces what is listed, keeps the rest unless
 * the parts say otherwise; what keeps its ARN keeps its unique id.
 * @throws {@link DirectoryMistakes} with everything that is wrong, not only the first
 */
export async function planDirectory(desired: DesiredDirectory, parts: PlanParts): Promise<DirectoryPlan> {
  const plan = new Plan(parts)
  if (plan.unlisted === 'forgotten') await planForgetting(plan)
  const accounts = desired.Accounts.map((account, index) => ({ account, at: ['Accounts', index] }))
  for (const { account, at } of accounts) await plan.announce(at, account)
  const seen = new Set<string>()
  for (const { account, at } of accounts) {
    if (seen.has(account.Id)) plan.mistake([...at, 'Id'], `"${account.Id}" stands here twice`)
    seen.add(account.Id)
    await planAccount(plan, at, account)
  }
  await planInstances(plan, accounts)
  await planContainers(plan, accounts)
  if (plan.unlisted === 'pruned') for (const { account } of accounts) await planPruning(plan, account.Id as AccountId)
  if (desired.Organization !== undefined) await planOrganization(plan, ['Organization'], desired.Organization)
  if (plan.mistakes.length > 0) throw new DirectoryMistakes(plan.mistakes)
  const { inventedKeys } = plan
  // Everything makes way for what is made anew: there is nothing to compare.
  if (plan.unlisted === 'forgotten') return { changes: plan.changes, differences: [], inventedKeys, warnings: [] }
  const found = await differences(plan)
  return { ...found, inventedKeys, warnings: await lockouts(plan, found.changes) }
}

/** Last, because which of them are planned decides whose places are free. */
async function planInstances(
  plan: Plan,
  accounts: readonly { readonly account: DesiredAccount; readonly at: DesiredPath }[],
): Promise<void> {
  for (const { account, at } of accounts) {
    for (const [index, profile] of account.InstanceProfiles.entries()) {
      await planInstanceProfile(plan, [...at, 'InstanceProfiles', index], account.Id as AccountId, profile)
    }
  }
  for (const { account, at } of accounts) {
    for (const [index, { InstanceId }] of account.Instances.entries()) {
      if (!plan.claim('instance', InstanceId)) {
        plan.mistake([...at, 'Instances', index, 'InstanceId'], `"${InstanceId}" stands here twice`)
      }
    }
  }
  if (accounts.every(({ account }) => account.Instances.length === 0)) return
  const held = await heldPlaces(plan)
  for (const { account, at } of accounts) {
    for (const [index, instance] of account.Instances.entries()) {
      await planInstance(plan, [...at, 'Instances', index], account.Id as AccountId, instance, held)
    }
  }
}

async function planContainers(
  plan: Plan,
  accounts: readonly { readonly account: DesiredAccount; readonly at: DesiredPath }[],
): Promise<void> {
  for (const { account, at } of accounts) {
    const id = account.Id as AccountId
    for (const [index, task] of account.Tasks.entries()) await planTask(plan, [...at, 'Tasks', index], id, task)
    for (const [index, association] of account.PodIdentityAssociations.entries()) {
      await planPodIdentityAssociation(plan, [...at, 'PodIdentityAssociations', index], id, association)
    }
    for (const [index, cluster] of account.Clusters.entries()) {
      await planCluster(plan, [...at, 'Clusters', index], id, cluster)
    }
  }
}

async function planAccount(plan: Plan, at: DesiredPath, account: DesiredAccount): Promise<void> {
  const id = account.Id as AccountId
  plan.check([...at, 'Id'], id, RULES.accountId)
  const existing = await plan.stored('account', id)
  if (existing?.closedAt !== undefined)
    plan.mistake([...at, 'Id'], `account ${id} is closed; "rolecall accounts close ${id} --delete" frees its number`)
  const alias = account.Alias ?? (plan.unlisted === 'pruned' ? undefined : existing?.alias)
  await planAlias(plan, [...at, 'Alias'], id, alias, existing?.alias)
  const owner = { account: id, userName: undefined, accessKeyIds: existing?.accessKeyIds ?? [] }
  const accessKeyIds = await planAccessKeys(plan, [...at, 'Root', 'AccessKeys'], owner, account.Root?.AccessKeys)
  await planMfaDevices(
    plan,
    [...at, 'Root', 'VirtualMFADevices'],
    { account: id, id, previousId: id },
    account.Root?.VirtualMFADevices,
  )
  plan.put('account', id, id, {
    id,
    alias,
    accessKeyIds,
    createdAt: existing?.createdAt ?? plan.parts.now,
    rootPassword: await planRootPassword(
      plan,
      [...at, 'Root', 'LoginProfile'],
      id,
      existing,
      account.Root?.LoginProfile,
    ),
    passwordPolicy: existing?.passwordPolicy,
    outbound: planOutbound(plan, account.OutboundWebIdentityFederation, existing?.outbound),
  })

  for (const [index, policy] of account.ManagedPolicies.entries()) {
    await planManagedPolicy(plan, [...at, 'ManagedPolicies', index], id, policy)
  }
  for (const [index, group] of account.Groups.entries()) await planGroup(plan, [...at, 'Groups', index], id, group)
  for (const [index, user] of account.Users.entries()) await planUser(plan, [...at, 'Users', index], id, user)
  for (const [index, role] of account.Roles.entries()) await planRole(plan, [...at, 'Roles', index], id, role)
  await planOidcProviders(plan, [...at, 'OIDCProviders'], id, account.OIDCProviders)
  await planSamlProviders(plan, [...at, 'SAMLProviders'], id, account.SAMLProviders)
}

/** Left out it stays as it is: whoever verifies tokens of the account knows its issuer. */
function planOutbound(
  { parts: { random, now } }: Plan,
  desired: boolean | undefined,
  existing: OutboundFederation | undefined,
): OutboundFederation | undefined {
  if (desired === undefined || desired === isEnabled(existing)) return existing
  return desired ? enabledFederation(existing, () => random.uuid()) : existing && { ...existing, disabledAt: now }
}

async function planManagedPolicy(
  plan: Plan,
  at: DesiredPath,
  account: AccountId,
  { ManagedPolicyName: policyName, Path, Description: description, PolicyDocument: document }: DesiredManagedPolicy,
): Promise<void> {
  plan.check([...at, 'ManagedPolicyName'], policyName, RULES.policyName)
  plan.check([...at, 'Path'], Path, RULES.path)
  if (description !== undefined) plan.check([...at, 'Description'], description, RULES.policyDescription)
  planDocument(plan, [...at, 'PolicyDocument'], document, 'identity', QUOTAS.managedPolicySize)
  const entity = plan.entity('managed-policy', account, policyName)
  const key = managedPolicyKey(entity.arn)
  const existing = await plan.stored('managed-policy', key)
  // Under another path it is another policy.
  const before = existing?.arn === entity.arn ? existing : undefined
  const body = { ...entity, account, policyName, description, tags: before?.tags ?? [] }
  plan.put('managed-policy', key, account, { ...body, ...versionsWith(document, before, plan.parts.now) })
}

/** An alias names one account in the whole world: it moves with the account that lists it, and is never taken over. */
async function planAlias(
  plan: Plan,
  at: DesiredPath,
  account: AccountId,
  alias: string | undefined,
  previous: string | undefined,
): Promise<void> {
  if (previous !== undefined && previous !== alias) {
    plan.changes.push({ remove: { kind: 'account-alias', key: previous, account } })
  }
  if (alias === undefined) return
  plan.check(at, alias, RULES.alias)
  const holder = await plan.stored('account-alias', alias)
  if (!plan.claim('account-alias', alias) || (holder !== undefined && holder.account !== account)) {
    plan.mistake(at, `the alias "${alias}" belongs to another account`)
  }
  plan.put('account-alias', alias, account, { alias, account })
}

async function planGroup(plan: Plan, at: DesiredPath, account: AccountId, desired: DesiredGroup): Promise<void> {
  const { GroupName: groupName, Path, ManagedPolicyArns: managedPolicyArns } = desired
  plan.check([...at, 'GroupName'], groupName, RULES.groupName)
  plan.check([...at, 'Path'], Path, RULES.path)
  await checkAttachments(plan, [...at, 'ManagedPolicyArns'], account, managedPolicyArns)
  const policies = planInlinePolicies(plan, [...at, 'Policies'], desired.Policies, QUOTAS.inlinePoliciesSize.group)
  const { path, uniqueId, createdAt } = plan.entity('group', account, groupName)
  const body = { account, groupName, path, uniqueId, createdAt, managedPolicyArns, policies }
  plan.put('group', nameKey(account, groupName), account, body)
}

async function planUser(plan: Plan, at: DesiredPath, account: AccountId, desired: DesiredUser): Promise<void> {
  const { UserName: userName, Path, Groups: groups, ManagedPolicyArns: managedPolicyArns } = desired
  plan.check([...at, 'UserName'], userName, RULES.userName)
  plan.check([...at, 'Path'], Path, RULES.path)
  for (const [index, groupName] of groups.entries()) {
    if (!(await plan.has('group', account, groupName))) {
      plan.mistake([...at, 'Groups', index], `account ${account} has no group "${groupName}"`)
    }
  }
  if (groups.length > QUOTAS.groupsPerUser) {
    plan.mistake([...at, 'Groups'], `a user is in at most ${QUOTAS.groupsPerUser} groups`)
  }
  await checkAttachments(plan, [...at, 'ManagedPolicyArns'], account, managedPolicyArns)
  const policies = planInlinePolicies(plan, [...at, 'Policies'], desired.Policies, QUOTAS.inlinePoliciesSize.user)
  const permissionsBoundary = await planBoundary(plan, at, account, desired.PermissionsBoundary)
  const tags = planTags(plan, [...at, 'Tags'], desired.Tags)
  const { path, uniqueId, createdAt } = plan.entity('user', account, userName)
  const existing = await plan.stored('user', nameKey(account, userName))
  const owner = { account, userName, accessKeyIds: existing?.accessKeyIds ?? [] }
  const accessKeyIds = await planAccessKeys(plan, [...at, 'AccessKeys'], owner, desired.AccessKeys)
  await planLoginProfile(plan, [...at, 'LoginProfile'], { account, userName, uniqueId }, existing, desired.LoginProfile)
  const holder = { account, id: uniqueId, previousId: existing?.uniqueId }
  await planMfaDevices(plan, [...at, 'VirtualMFADevices'], holder, desired.VirtualMFADevices)
  plan.put('user', nameKey(account, userName), account, {
    account,
    userName,
    path,
    uniqueId,
    createdAt,
    groups,
    accessKeyIds,
    managedPolicyArns,
    policies: keepRevocation(existing?.policies ?? [], policies, plan.parts.now),
    permissionsBoundary,
    tags,
  })
}

async function planRole(plan: Plan, at: DesiredPath, account: AccountId, desired: DesiredRole): Promise<void> {
  const { RoleName: roleName, Path, ManagedPolicyArns: managedPolicyArns } = desired
  plan.check([...at, 'RoleName'], roleName, RULES.roleName)
  plan.check([...at, 'Path'], Path, RULES.path)
  if (desired.Description !== undefined) plan.check([...at, 'Description'], desired.Description, RULES.roleDescription)
  const { min, max } = MAX_SESSION_DURATION
  if (
    !Number.isInteger(desired.MaxSessionDuration) ||
    desired.MaxSessionDuration < min ||
    desired.MaxSessionDuration > max
  ) {
    plan.mistake([...at, 'MaxSessionDuration'], `must be ${min} to ${max} seconds`)
  }
  const trustedIds = await planTrust(plan, [...at, 'AssumeRolePolicyDocument'], desired.AssumeRolePolicyDocument)
  await checkAttachments(plan, [...at, 'ManagedPolicyArns'], account, managedPolicyArns)
  const policies = planInlinePolicies(plan, [...at, 'Policies'], desired.Policies, QUOTAS.inlinePoliciesSize.role)
  const permissionsBoundary = await planBoundary(plan, at, account, desired.PermissionsBoundary)
  const tags = planTags(plan, [...at, 'Tags'], desired.Tags)
  const { path, uniqueId, createdAt } = plan.entity('role', account, roleName)
  const existing = await plan.stored('role', nameKey(account, roleName))
  plan.put('role', nameKey(account, roleName), account, {
    account,
    roleName,
    path,
    uniqueId,
    createdAt,
    description: desired.Description,
    maxSessionDurationSeconds: desired.MaxSessionDuration,
    trustPolicy: desired.AssumeRolePolicyDocument,
    trustedIds,
    managedPolicyArns,
    policies: keepRevocation(existing?.policies ?? [], policies, plan.parts.now),
    permissionsBoundary,
    tags,
  })
}

async function planBoundary(
  plan: Plan,
  at: DesiredPath,
  account: AccountId,
  arn: string | undefined,
): Promise<string | undefined> {
  if (arn !== undefined) await checkManagedPolicy(plan, [...at, 'PermissionsBoundary'], account, arn)
  return arn
}
