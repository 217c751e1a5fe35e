import { type Instance, type InstanceProfile, isoSeconds } from '../../model/index.ts'
import { jsonText } from './json-text.ts'
import { type MetadataNode, text } from './metadata-tree.ts'

/**
 * What an instance profile puts into the tree: what it is, and its role. An instance that names none has nothing of
 * `iam/`; one whose profile is gone, or holds no role, says so and names no role.
 * @param profile - the one that the instance names; `undefined` when there is none of that name any more
 * @param extendedApi - whether the role's credentials are served a second time, with the account in them
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-categories.html
 */
export function profileLeaves(
  instance: Instance,
  profile: InstanceProfile | undefined,
  extendedApi = false,
): readonly (readonly [path: string, node: MetadataNode])[] {
  if (instance.profile === undefined) return []
  // Of either: from then on it has been as it is, as far as a record tells.
  const LastUpdated = isoSeconds(
    profile !== undefined && profile.createdAt > instance.startedAt ? profile.createdAt : instance.startedAt,
  )
  if (profile === undefined) {
    const gone = { Code: 'InstanceProfileNotFound', Message: 'Instance profile not found.', LastUpdated }
    return [['meta-data/iam/info', text(jsonText(gone))]]
  }
  const { arn: InstanceProfileArn, uniqueId: InstanceProfileId, roleName } = profile
  const Message = roleName === undefined ? 'Instance Profile does not contain a role.' : undefined
  const info = { Code: 'Success', Message, LastUpdated, InstanceProfileArn, InstanceProfileId }
  const leaf = ['meta-data/iam/info', text(jsonText(info))] as const
  if (roleName === undefined) return [leaf]
  const credentials = [`meta-data/iam/security-credentials/${roleName}`, { kind: 'credentials', roleName }] as const
  if (!extendedApi) return [leaf, credentials]
  const path = `meta-data/iam/security-credentials-extended/${roleName}`
  return [leaf, credentials, [path, { kind: 'credentials', roleName, namesAccount: true }]]
}
