import { reference } from '../../../domain/directory/index.ts'
import { DeleteConflict } from '../../../model/index.ts'
import { defineChange } from '../define.ts'
import { existingUser } from '../existing.ts'
import { existingUserName } from '../iam-types.ts'
import { onNamed } from '../targets.ts'
import { userKey } from './users.ts'

/**
 * Deletes a user that nothing hangs on any more. A user of the same name that is made later is another one.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html
 */
export const deleteUser = defineChange({
  action: 'iam:DeleteUser',
  parse: (params) => params.collect({ userName: params.required('UserName', existingUserName) }),
  requires: ({ userName }, caller, directory) => onNamed('iam:DeleteUser', 'user', userName, caller, directory),

  async change({ input, account }, edit) {
    const user = await existingUser(edit, account, input.userName)
    const { accessKeyIds, managedPolicyArns, policies, groups } = user
    // In which order AWS looks is not documented.
    const hasPassword = (await edit.stored('login-profile', userKey(user))) !== undefined
    const devices = await edit.countReferring('mfa-device', reference.mfaDevicesOf(user.uniqueId))
    const conflict =
      (hasPassword && 'must delete login profile first.') ||
      (accessKeyIds.length > 0 && 'must delete access keys first.') ||
      (devices > 0 && 'must delete MFA device first.') ||
      (managedPolicyArns.length > 0 && 'must detach all policies first.') ||
      (policies.length > 0 && 'must delete policies first.') ||
      (groups.length > 0 && 'must remove users from group first.')
    if (conflict) throw new DeleteConflict(`Cannot delete entity, ${conflict}`)
    edit.remove({ kind: 'user', key: userKey(user), account })
    return undefined
  },
})
