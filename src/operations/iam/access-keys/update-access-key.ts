import { oneOf } from '../../../engines/wire/index.ts'
import { defineChange } from '../define.ts'
import { InvalidInput } from '../iam-faults.ts'
import { accessKeyId, existingUserName } from '../iam-types.ts'
import { existingHolder, existingKey, lastingHolderOf, onKeysOf } from './access-keys.ts'

/**
 * Makes an access key active or inactive. One that the operator took back stays inactive for good.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html
 */
export const updateAccessKey = defineChange({
  action: 'iam:UpdateAccessKey',

  parse: (params) =>
    params.collect({
      userName: params.optional('UserName', existingUserName, undefined),
      accessKeyId: params.required('AccessKeyId', accessKeyId),
      status: params.required('Status', oneOf(['Active', 'Inactive', 'Expired'])),
    }),

  requires: ({ userName }, caller, directory) =>
    onKeysOf('iam:UpdateAccessKey', lastingHolderOf(userName, caller), caller, directory),

  async change({ input: { userName, accessKeyId, status }, caller, account }, edit) {
    const holder = await existingHolder(edit, account, lastingHolderOf(userName, caller))
    const key = await existingKey(edit, holder, accessKeyId)
    // AWS's model lists it, and its documentation knows no way to set it.
    if (status === 'Expired') throw new InvalidInput('The status of an access key can be set to Active or Inactive.')
    if (status === 'Active' && key.revokedAt !== undefined) {
      throw new InvalidInput(`The access key ${accessKeyId} was revoked and cannot be made active again.`)
    }
    if (status !== key.status) await edit.replace('access-key', accessKeyId, { ...key, status })
    return undefined
  },
})
