import { nameKey } from '../../../domain/directory/index.ts'
import { EntityAlreadyExists, iamArn, uniqueId } from '../../../model/index.ts'
import { requestTags } from '../../../pipeline/authorization/index.ts'
import { defineInventingChange } from '../define.ts'
import { instanceProfileName, path } from '../iam-types.ts'
import { checkQuota } from '../quotas.ts'
import { answeredTags, checkTags, readTags } from '../tags.ts'
import { onNew } from '../targets.ts'
import { answeredInstanceProfile } from './instance-profiles.ts'

/**
 * Makes an instance profile, without a role.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateInstanceProfile.html
 */
export const createInstanceProfile = defineInventingChange({
  action: 'iam:CreateInstanceProfile',

  parse(params) {
    const input = params.collect({
      instanceProfileName: params.required('InstanceProfileName', instanceProfileName),
      path: params.optional('Path', path, '/'),
      tags: readTags(params),
    })
    checkTags(input.tags, 'exact')
    return input
  },

  requires: ({ instanceProfileName: name, path, tags }, caller, directory) =>
    onNew('iam:CreateInstanceProfile', 'instance-profile', { path, name }, caller, directory, requestTags(tags)),

  invent: ({ account }, { random }) => uniqueId('AIPA', account, random.bytes(6)),

  async change({ input, account, partition, now }, edit, { directory }, uniqueId) {
    const { instanceProfileName: profileName, path, tags } = input
    const key = nameKey(account, profileName)
    if ((await edit.stored('instance-profile', key)) !== undefined) {
      throw new EntityAlreadyExists(`Instance Profile ${profileName} already exists.`)
    }
    const present = await edit.count('instance-profile', account)
    checkQuota('InstanceProfilesPerAccount', present, directory.quotas.instanceProfilesPerAccount)
    const profile = {
      account,
      profileName,
      path,
      arn: iamArn(partition, account, 'instance-profile', path, profileName),
      uniqueId,
      createdAt: now,
      roleName: undefined,
      tags,
    }
    edit.put('instance-profile', key, account, profile)
    return { InstanceProfile: { ...(await answeredInstanceProfile(profile, directory)), Tags: answeredTags(tags) } }
  },
})
