import { defineChange } from '../define.ts'
import { accessKeyId, existingUserName } from '../iam-types.ts'
import { existingHolder, existingKey, holderOf, onKeysOf, putKeyIds } from './access-keys.ts'

/** Deletes an access key. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccessKey.html */
export const deleteAccessKey = defineChange({
  action: 'iam:DeleteAccessKey',

  parse: (params) =>
    params.collect({
      userName: params.optional('UserName', existingUserName, undefined),
      accessKeyId: params.required('AccessKeyId', accessKeyId),
    }),

  requires: ({ userName }, caller, directory) =>
    onKeysOf('iam:DeleteAccessKey', holderOf(userName, caller), caller, directory),

  async change({ input: { userName, accessKeyId }, caller, account }, edit) {
    const holder = await existingHolder(edit, account, holderOf(userName, caller))
    await existingKey(edit, holder, accessKeyId)
    edit.remove({ kind: 'access-key', key: accessKeyId, account })
    putKeyIds(
      edit,
      holder,
      holder.accessKeyIds.filter((id) => id !== accessKeyId),
    )
    return undefined
  },
})
