import type { AccessKeyView, Directory } from '../../domain/directory/index.ts'
import { type AccountCaller, InvalidClientTokenId } from '../../model/index.ts'
import { rootCaller, userCaller } from './callers.ts'

/** The long-term key of that id, if it counts. @throws {@link InvalidClientTokenId} */
export async function activeKey(accessKeyId: string, directory: Directory): Promise<AccessKeyView> {
  const key = await directory.accessKey(accessKeyId)
  if (key?.status === 'Active') return key
  throw new InvalidClientTokenId(key === undefined ? 'no such key' : 'the key is inactive')
}

/** Who acts with a long-term key. @throws {@link InvalidClientTokenId} when they are gone */
export async function callerOfKey(key: AccessKeyView, directory: Directory): Promise<AccountCaller> {
  const { account, userName } = key
  if (userName === undefined) return rootCaller(directory.partition, account, key)
  const user = await directory.user(account, userName)
  if (user === undefined) throw new InvalidClientTokenId('the user of the key is gone')
  return userCaller(user, key)
}
