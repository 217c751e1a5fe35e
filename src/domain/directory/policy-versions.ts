import type { EpochMillis } from '../../model/index.ts'
import type { ManagedPolicyBody, PolicyVersion } from './records.ts'
import { QUOTAS } from './rules.ts'

/** A managed policy, whoever manages it: AWS's own are no records. */
export type AnyManagedPolicy = Omit<ManagedPolicyBody, 'account' | 'latestVersion'>

/** The document that a managed policy means: that of its default version. */
export function documentOf({ versions, defaultVersionId }: AnyManagedPolicy): string {
  const version = versions.find(({ id }) => id === defaultVersionId)
  if (version === undefined) throw new Error('a managed policy has no default version')
  return version.document
}

/** What versions say about a managed policy. */
type Versions = Pick<ManagedPolicyBody, 'versions' | 'defaultVersionId' | 'latestVersion' | 'updatedAt'>

/** The versions of a policy that has one. */
export function firstVersion(document: string, now: EpochMillis): Versions {
  return {
    versions: [{ id: 'v1', document, createdAt: now }],
    defaultVersionId: 'v1',
    latestVersion: 1,
    updatedAt: now,
  }
}

/** The versions of a policy with one more. Whether there is room for it is for the caller. */
export function nextVersion(before: Versions, document: string, isDefault: boolean, now: EpochMillis): Versions {
  const latestVersion = before.latestVersion + 1
  const version: PolicyVersion = { id: `v${latestVersion}`, document, createdAt: now }
  return {
    versions: [...before.versions, version],
    defaultVersionId: isDefault ? version.id : before.defaultVersionId,
    latestVersion,
    updatedAt: isDefault ? now : before.updatedAt,
  }
}

/**
 * The versions that make a policy mean `document`: as they are when it does, else one more. Where there is no room the
 * oldest goes that is not the default, as CloudFormation does it.
 */
export function versionsWith(document: string, before: ManagedPolicyBody | undefined, now: EpochMillis): Versions {
  if (before === undefined) return firstVersion(document, now)
  const { versions, defaultVersionId, latestVersion, updatedAt } = before
  if (documentOf(before) === document) return { versions, defaultVersionId, latestVersion, updatedAt }
  const oldest =
    versions.length < QUOTAS.versionsPerPolicy ? undefined : versions.find(({ id }) => id !== defaultVersionId)
  const kept = versions.filter((version) => version !== oldest)
  return nextVersion({ versions: kept, defaultVersionId, latestVersion, updatedAt }, document, true, now)
}
