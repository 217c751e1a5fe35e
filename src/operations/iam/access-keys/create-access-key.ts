import { newAccessKey, QUOTAS } from '../../../domain/directory/index.ts'
import { defineInventingChange } from '../define.ts'
import { existingUserName } from '../iam-types.ts'
import { checkQuota } from '../quotas.ts'
import { existingHolder, holderOf, onKeysOf, putKeyIds } from './access-keys.ts'

/**
 * Makes a long-term access key for a user, or for root: the only time that anybody sees its secret.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html
 */
export const createAccessKey = defineInventingChange({
  action: 'iam:CreateAccessKey',
  issues: true,
  parse: (params) => params.collect({ userName: params.optional('UserName', existingUserName, undefined) }),
  requires: ({ userName }, caller, directory) =>
    onKeysOf('iam:CreateAccessKey', holderOf(userName, caller), caller, directory),

  invent: ({ account, now }, { keyring, random }) =>
    newAccessKey({ account, userName: undefined }, { keyring, random, now }),

  async change({ input, caller, account }, edit, _broker, { body, secret, keyId }) {
    const holder = await existingHolder(edit, account, holderOf(input.userName, caller))
    checkQuota('AccessKeysPerUser', holder.accessKeyIds.length, QUOTAS.accessKeysPerPrincipal)
    const userName = 'userName' in holder ? holder.userName : undefined
    edit.put('access-key', body.accessKeyId, account, { ...body, userName }, keyId)
    putKeyIds(edit, holder, [...holder.accessKeyIds, body.accessKeyId])
    return {
      AccessKey: {
        UserName: userName,
        AccessKeyId: body.accessKeyId,
        Status: body.status,
        SecretAccessKey: secret,
        CreateDate: new Date(body.createdAt),
      },
    }
  },
})
