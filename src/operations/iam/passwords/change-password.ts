import { isReused, withPassword } from '../../../domain/directory/index.ts'
import { AccessDenied, type AccountCaller } from '../../../model/index.ts'
import { definePreparedChange } from '../define.ts'
import { existingUser } from '../existing.ts'
import { EntityTemporarilyUnmodifiable, InvalidUserType, PasswordPolicyViolation } from '../iam-faults.ts'
import { password } from '../iam-types.ts'
import { onNamed } from '../targets.ts'
import { checkPassword, existingProfile, profileKey } from './passwords.ts'
import { REUSED, refuseOvertaken } from './replacing.ts'

const LOCKED = 'The old password was incorrect too often: the password cannot be changed with it for five minutes.'

/**
 * Changes the password of the user who asks. Whether it has expired does not matter here: keys are another proof.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_ChangePassword.html
 */
export const changePassword = definePreparedChange({
  action: 'iam:ChangePassword',

  parse: (params) =>
    params.collect({
      oldPassword: params.required('OldPassword', password, { sensitive: true }),
      newPassword: params.required('NewPassword', password, { sensitive: true }),
    }),

  requires: (_input, caller, directory) => onNamed('iam:ChangePassword', 'user', nameOfUser(caller), caller, directory),

  user: ({ caller, account }, records) => existingUser(records, account, nameOfUser(caller)),

  async prepare({ input: { oldPassword, newPassword }, account, now }, user, { directory }) {
    const { records, passwords } = directory
    const before = await existingProfile(records, user)
    // Before anything is said of the new one. Which code AWS answers is not documented: none of the others fits.
    const proof = await passwords.prove(oldPassword, account, before.password, now)
    if (proof === 'locked') throw new EntityTemporarilyUnmodifiable(LOCKED)
    if (proof === 'wrong') throw new AccessDenied('The old password was incorrect.')
    await checkPassword(newPassword, account, directory)
    const policy = (await directory.account(account))?.passwordPolicy
    if (await isReused(newPassword, before, policy, passwords)) throw new PasswordPolicyViolation(REUSED)
    return { before, hash: await passwords.hash(newPassword, account, before.password) }
  },

  async change({ account, now }, edit, user, { before, hash }) {
    const profile = await existingProfile(edit, user)
    refuseOvertaken(profile, before)
    edit.put('login-profile', profileKey(user), account, withPassword(profile, hash, false, now))
    return undefined
  },
})

function nameOfUser(caller: AccountCaller): string {
  if (caller.kind !== 'user') throw new InvalidUserType('Only IAM Users can change their own password')
  return caller.userName
}
