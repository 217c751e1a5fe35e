import { isReused, withPassword } from '../../../domain/directory/index.ts'
import { boolean } from '../../../engines/wire/index.ts'
import { definePreparedChange } from '../define.ts'
import { existingUser } from '../existing.ts'
import { PasswordPolicyViolation } from '../iam-faults.ts'
import { password, userName } from '../iam-types.ts'
import { onNamed } from '../targets.ts'
import { checkPassword, existingProfile, profileKey } from './passwords.ts'
import { REUSED, refuseOvertaken } from './replacing.ts'

/** Gives a user another password. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateLoginProfile.html */
export const updateLoginProfile = definePreparedChange({
  action: 'iam:UpdateLoginProfile',

  parse: (params) =>
    params.collect({
      userName: params.required('UserName', userName),
      password: params.optional('Password', password, undefined),
      passwordResetRequired: params.optional('PasswordResetRequired', boolean, undefined),
    }),

  requires: ({ userName: named }, caller, directory) =>
    onNamed('iam:UpdateLoginProfile', 'user', named, caller, directory),

  user: ({ input, account }, records) => existingUser(records, account, input.userName),

  async prepare({ input, account }, user, { directory }) {
    const before = await existingProfile(directory.records, user)
    if (input.password === undefined) return { before, hash: undefined }
    await checkPassword(input.password, account, directory)
    const policy = (await directory.account(account))?.passwordPolicy
    if (await isReused(input.password, before, policy, directory.passwords)) throw new PasswordPolicyViolation(REUSED)
    return { before, hash: await directory.passwords.hash(input.password, account, before.password) }
  },

  async change({ input, account, now }, edit, user, { before, hash }) {
    const profile = await existingProfile(edit, user)
    const passwordResetRequired = input.passwordResetRequired ?? profile.passwordResetRequired
    if (hash !== undefined) refuseOvertaken(profile, before)
    const changed =
      hash === undefined
        ? { ...profile, passwordResetRequired }
        : withPassword(profile, hash, passwordResetRequired, now)
    edit.put('login-profile', profileKey(user), account, changed)
    return undefined
  },
})
