import { defineRead } from '../define.ts'
import { existingInstanceProfile } from '../existing.ts'
import { instanceProfileName } from '../iam-types.ts'
import { answeredTags } from '../tags.ts'
import { onNamed } from '../targets.ts'
import { answeredInstanceProfile } from './instance-profiles.ts'

/**
 * Tells of an instance profile: of its tags even where there are none.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetInstanceProfile.html
 */
export const getInstanceProfile = defineRead({
  action: 'iam:GetInstanceProfile',

  parse: (params) =>
    params.collect({ instanceProfileName: params.required('InstanceProfileName', instanceProfileName) }),

  requires: ({ instanceProfileName: name }, caller, directory) =>
    onNamed('iam:GetInstanceProfile', 'instance-profile', name, caller, directory),

  async read({ input, account }, directory) {
    const profile = await existingInstanceProfile(directory.records, account, input.instanceProfileName)
    const Tags = answeredTags(profile.tags) ?? []
    return { InstanceProfile: { ...(await answeredInstanceProfile(profile, directory)), Tags } }
  },
})
