import { nameKey } from '../../../domain/directory/index.ts'
import { EntityAlreadyExists, iamArn } from '../../../model/index.ts'
import { defineChange } from '../define.ts'
import { existingUser } from '../existing.ts'
import { existingUserName, path, userName } from '../iam-types.ts'
import { onNamed } from '../targets.ts'
import { userKey } from './users.ts'

/**
 * Gives a user another name or path, and with it another ARN: the unique id stays, and so does what a trust policy that
 * names the user means by it. Whoever does it needs the permission for the user as it is and as it will be.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html
 */
export const updateUser = defineChange({
  action: 'iam:UpdateUser',

  parse: (params) =>
    params.collect({
      userName: params.required('UserName', existingUserName),
      newPath: params.optional('NewPath', path, undefined),
      newUserName: params.optional('NewUserName', userName, undefined),
    }),

  async requires({ userName, newPath, newUserName }, caller, directory) {
    const asIs = await onNamed('iam:UpdateUser', 'user', userName, caller, directory)
    const { account } = caller
    const user = await directory.user(account, userName)
    if (user === undefined || (newPath === undefined && newUserName === undefined)) return asIs
    const resource = iamArn(directory.partition, account, 'user', newPath ?? user.path, newUserName ?? user.userName)
    return [...asIs, { action: 'iam:UpdateUser', resource, resourceTags: user.tags }]
  },

  async change({ input, account }, edit) {
    const { newPath, newUserName } = input
    const user = await existingUser(edit, account, input.userName)
    const renamed = { ...user, path: newPath ?? user.path, userName: newUserName ?? user.userName }
    const key = nameKey(account, renamed.userName)
    // Another name in the same letters has the same key: what names the user is to name it anew all the same.
    if (renamed.userName !== user.userName) {
      if (key !== userKey(user) && (await edit.stored('user', key)) !== undefined) {
        throw new EntityAlreadyExists(`User with name ${renamed.userName} already exists.`)
      }
      edit.remove({ kind: 'user', key: userKey(user), account })
      const profile = await edit.stored('login-profile', userKey(user))
      if (profile !== undefined) {
        edit.remove({ kind: 'login-profile', key: userKey(user), account })
        edit.put('login-profile', key, account, { ...profile, userName: renamed.userName })
      }
      for (const id of user.accessKeyIds) {
        const accessKey = await edit.stored('access-key', id)
        if (accessKey !== undefined) await edit.replace('access-key', id, { ...accessKey, userName: renamed.userName })
      }
    }
    edit.put('user', key, account, renamed)
    return undefined
  },
})
