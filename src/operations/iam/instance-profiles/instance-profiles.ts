import { type Directory, nameKey } from '../../../domain/directory/index.ts'
import type { InstanceProfile } from '../../../model/index.ts'
import { answeredRole } from '../roles/roles.ts'

/** The key that an instance profile is kept under. */
export function instanceProfileKey({ account, profileName }: Pick<InstanceProfile, 'account' | 'profileName'>): string {
  return nameKey(account, profileName)
}

/** An instance profile as all answers have it: with its role in a list, and without its tags. */
export async function answeredInstanceProfile(profile: InstanceProfile, directory: Directory) {
  const { account, roleName } = profile
  const role = roleName === undefined ? undefined : await directory.records.stored('role', nameKey(account, roleName))
  return {
    Path: profile.path,
    InstanceProfileName: profile.profileName,
    InstanceProfileId: profile.uniqueId,
    Arn: profile.arn,
    CreateDate: new Date(profile.createdAt),
    Roles: role === undefined ? [] : [await answeredRole(role, directory)],
  }
}
