import type { AccessKeyBody } from '../../../domain/directory/index.ts'
import { defineRead } from '../define.ts'
import { existingUserName } from '../iam-types.ts'
import { atHand, pageOf, readPage } from '../pages.ts'
import { existingHolder, lastingHolderOf, onKeysOf } from './access-keys.ts'

/** Lists access keys without their secrets. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html */
export const listAccessKeys = defineRead({
  action: 'iam:ListAccessKeys',
  parse: (params) =>
    params.collect({ userName: params.optional('UserName', existingUserName, undefined), ...readPage(params) }),
  requires: ({ userName }, caller, directory) =>
    onKeysOf('iam:ListAccessKeys', lastingHolderOf(userName, caller), caller, directory),

  async read({ input, caller, account }, { records }, { keyring }) {
    const holder = await existingHolder(records, account, lastingHolderOf(input.userName, caller))
    const keys: AccessKeyBody[] = []
    for (const id of holder.accessKeyIds) {
      const key = await records.stored('access-key', id)
      if (key !== undefined) keys.push(key)
    }
    const keyOf = ({ accessKeyId }: AccessKeyBody) => accessKeyId
    const owner = 'userName' in holder ? holder.userName : undefined
    const listing = { list: ['ListAccessKeys', owner], account, ...atHand(keys, keyOf) }
    const { items, IsTruncated, Marker } = await pageOf(input, listing, keyring)
    return { AccessKeyMetadata: items.map(answeredKey), IsTruncated, Marker }
  },
})

function answeredKey({ userName, accessKeyId, status, createdAt }: AccessKeyBody) {
  return { UserName: userName, AccessKeyId: accessKeyId, Status: status, CreateDate: new Date(createdAt) }
}
