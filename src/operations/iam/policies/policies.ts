import {
  type AnyManagedPolicy,
  type Directory,
  type Edit,
  type ManagedPolicyBody,
  managedPolicyKey,
  type PolicyVersion,
  QUOTAS,
  reference,
} from '../../../domain/directory/index.ts'
import { isOverSize } from '../../../engines/policy/index.ts'
import { type AccountId, NoSuchEntity } from '../../../model/index.ts'
import { existingPolicy } from '../existing.ts'
import { LimitExceeded } from '../iam-faults.ts'
import { checkDocument } from '../policy-documents.ts'

/** How many users, groups and roles of an account use a managed policy. */
export interface PolicyUse {
  readonly attached: number
  readonly asBoundary: number
}

/** Where those are counted who refer to things. */
interface Referrers {
  countReferrers(targets: readonly string[]): Promise<ReadonlyMap<string, number>>
}

/** How an account uses each of some managed policies: one look at the store, however many they are. */
export async function usesOf(
  arns: readonly string[],
  account: AccountId,
  records: Referrers,
): Promise<ReadonlyMap<string, PolicyUse>> {
  const targets = arns.flatMap((arn) => [reference.managedPolicy(account, arn), reference.boundary(account, arn)])
  const counts = await records.countReferrers(targets)
  return new Map(
    arns.map((arn) => [
      arn,
      {
        attached: counts.get(reference.managedPolicy(account, arn)) ?? 0,
        asBoundary: counts.get(reference.boundary(account, arn)) ?? 0,
      },
    ]),
  )
}

/** The managed policy with exactly that ARN: the account's own, or AWS's. @throws {@link NoSuchEntity} */
export async function readablePolicy(arn: string, account: AccountId, directory: Directory): Promise<AnyManagedPolicy> {
  return directory.awsManaged.find(arn) ?? (await existingPolicy(directory.records, account, arn))
}

/** A version of a policy. AWS says the same whether the policy is missing or the version. @throws {@link NoSuchEntity} */
export function versionOf(policy: AnyManagedPolicy | undefined, arn: string, id: string): PolicyVersion {
  const version = policy?.versions.find((each) => each.id === id)
  if (version === undefined) {
    throw new NoSuchEntity(`Policy ${arn} version ${id} does not exist or is not attachable.`)
  }
  return version
}

/**
 * Checks the document of a managed policy, and that it is not too long.
 * @throws MalformedPolicyDocument
 * @throws {@link LimitExceeded}
 */
export function checkManagedDocument(document: string): void {
  checkDocument(document, 'identity')
  const most = QUOTAS.managedPolicySize
  if (isOverSize([document], 'identity', most)) throw new LimitExceeded(`Cannot exceed quota for PolicySize: ${most}`)
}

/** Puts a policy as it is to be. */
export function putPolicy(edit: Edit, policy: ManagedPolicyBody): void {
  edit.put('managed-policy', managedPolicyKey(policy.arn), policy.account, policy)
}

/** A managed policy as lists answer it. */
export function answeredPolicy(policy: Omit<AnyManagedPolicy, 'versions'>, { attached, asBoundary }: PolicyUse) {
  return {
    PolicyName: policy.policyName,
    PolicyId: policy.uniqueId,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersionId,
    AttachmentCount: attached,
    PermissionsBoundaryUsageCount: asBoundary,
    IsAttachable: true,
    CreateDate: new Date(policy.createdAt),
    UpdateDate: new Date(policy.updatedAt),
  }
}

/** A version of a policy as actions answer it; what it says only where it is asked for. */
export function answeredVersion({ id, createdAt }: PolicyVersion, defaultVersionId: string | undefined) {
  return { VersionId: id, IsDefaultVersion: id === defaultVersionId, CreateDate: new Date(createdAt) }
}
