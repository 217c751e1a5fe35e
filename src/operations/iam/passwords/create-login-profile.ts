import { boolean } from '../../../engines/wire/index.ts'
import { definePreparedChange } from '../define.ts'
import { existingUser } from '../existing.ts'
import { password, userName } from '../iam-types.ts'
import { onNamed } from '../targets.ts'
import { userNameOr } from '../users/users.ts'
import { answeredProfile, checkPassword, profileKey, refuseProfile } from './passwords.ts'

/** Gives a user a password. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateLoginProfile.html */
export const createLoginProfile = definePreparedChange({
  action: 'iam:CreateLoginProfile',

  parse: (params) =>
    params.collect({
      userName: params.optional('UserName', userName, undefined),
      // Left out only by sessions of AssumeRoot, which nobody has here.
      password: params.required('Password', password, { sensitive: true }),
      passwordResetRequired: params.optional('PasswordResetRequired', boolean, false),
    }),

  requires: ({ userName: named }, caller, directory) =>
    onNamed('iam:CreateLoginProfile', 'user', userNameOr(named, caller), caller, directory),

  user: ({ input, caller, account }, records) => existingUser(records, account, userNameOr(input.userName, caller)),

  async prepare({ input, account }, user, { directory }) {
    await refuseProfile(directory.records, user)
    await checkPassword(input.password, account, directory)
    return await directory.passwords.hash(input.password, account)
  },

  async change({ input: { passwordResetRequired }, account, now }, edit, user, hash) {
    await refuseProfile(edit, user)
    const dates = { createdAt: now, changedAt: now }
    const profile = { account, userName: user.userName, ...dates, password: hash, earlier: [], passwordResetRequired }
    edit.put('login-profile', profileKey(user), account, profile)
    return { LoginProfile: answeredProfile(profile) }
  },
})
