import { defineRead } from '../define.ts'
import { existingUser } from '../existing.ts'
import { userName } from '../iam-types.ts'
import { onNamed } from '../targets.ts'
import { userNameOr } from '../users/users.ts'
import { answeredProfile, existingProfile } from './passwords.ts'

/** Tells whether a user has a password. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetLoginProfile.html */
export const getLoginProfile = defineRead({
  action: 'iam:GetLoginProfile',
  parse: (params) => params.collect({ userName: params.optional('UserName', userName, undefined) }),
  requires: ({ userName: named }, caller, directory) =>
    onNamed('iam:GetLoginProfile', 'user', userNameOr(named, caller), caller, directory),

  async read({ input, caller, account }, { records }) {
    const user = await existingUser(records, account, userNameOr(input.userName, caller))
    return { LoginProfile: answeredProfile(await existingProfile(records, user)) }
  },
})
