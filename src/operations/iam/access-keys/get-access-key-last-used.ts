import type { AccessKeyView, Directory } from '../../../domain/directory/index.ts'
import { type AccountId, iamArn, NoSuchEntity } from '../../../model/index.ts'
import { defineRead } from '../define.ts'
import { accessKeyId } from '../iam-types.ts'
import { onKeysOf } from './access-keys.ts'

const NOT_APPLICABLE = 'N/A'

/**
 * Tells whose a key is, and when and for what it was used last: what this node has seen, and other nodes up to a minute
 * ago.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html
 */
export const getAccessKeyLastUsed = defineRead({
  action: 'iam:GetAccessKeyLastUsed',
  parse: (params) => params.collect({ accessKeyId: params.required('AccessKeyId', accessKeyId) }),

  async requires({ accessKeyId: id }, caller, directory) {
    const key = await keyIn(directory, caller.account, id)
    // Whether there is such a key, and whose it is, is told to whoever may ask of every user.
    const every = iamArn(directory.partition, caller.account, 'user', '/', '*')
    if (key === undefined) return [{ action: 'iam:GetAccessKeyLastUsed', resource: every }]
    const accesses = await onKeysOf('iam:GetAccessKeyLastUsed', key, caller, directory)
    return accesses.map((access) => ({ ...access, called: every }))
  },

  async read({ input: { accessKeyId: id }, account }, directory, { usage }) {
    const key = await keyIn(directory, account, id)
    if (key === undefined) throw new NoSuchEntity(`The Access Key with id ${id} cannot be found.`)
    const last = await usage.lastUsed('access-key', id)
    // What was used before this key was made was another one of the same id.
    const used = last !== undefined && last.usedAt >= key.createdAt ? last : undefined
    return {
      UserName: key.userName,
      AccessKeyLastUsed: {
        LastUsedDate: used && new Date(used.usedAt),
        ServiceName: used?.service ?? NOT_APPLICABLE,
        Region: used?.region ?? NOT_APPLICABLE,
      },
    }
  },
})

/** A key of the account itself: those of others are none. */
async function keyIn(directory: Directory, account: AccountId, id: string): Promise<AccessKeyView | undefined> {
  const key = await directory.accessKey(id)
  return key?.account === account ? key : undefined
}
