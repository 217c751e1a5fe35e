import { defineChange } from '../define.ts'
import { existingUser } from '../existing.ts'
import { userName } from '../iam-types.ts'
import { onNamed } from '../targets.ts'
import { userNameOr } from '../users/users.ts'
import { existingProfile, profileKey } from './passwords.ts'

/** Takes a user's password away; access keys stay. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteLoginProfile.html */
export const deleteLoginProfile = defineChange({
  action: 'iam:DeleteLoginProfile',
  parse: (params) => params.collect({ userName: params.optional('UserName', userName, undefined) }),
  requires: ({ userName: named }, caller, directory) =>
    onNamed('iam:DeleteLoginProfile', 'user', userNameOr(named, caller), caller, directory),

  async change({ input, caller, account }, edit) {
    const user = await existingUser(edit, account, userNameOr(input.userName, caller))
    await existingProfile(edit, user)
    edit.remove({ kind: 'login-profile', key: profileKey(user), account })
    return undefined
  },
})
