import {
  type AccessKeyBody,
  type AccountBody,
  type Directory,
  type Edit,
  nameKey,
  type Records,
  type UserBody,
} from '../../../domain/directory/index.ts'
import { type AccountCaller, type AccountId, NoSuchEntity, rootArn, ValidationError } from '../../../model/index.ts'
import type { Access } from '../../../pipeline/authorization/index.ts'
import { existingUser } from '../existing.ts'
import { onNamed } from '../targets.ts'
import { userNameOr } from '../users/users.ts'

/** Whose access keys an action is on: a user of that name, or the root user. */
export type KeyHolder = { readonly userName: string | undefined }

/** The holder that is named, or else who asks: root's keys are root's own to manage. @throws {@link ValidationError} */
export function holderOf(named: string | undefined, caller: AccountCaller): KeyHolder {
  if (named === undefined && caller.kind === 'root') return { userName: undefined }
  return { userName: userNameOr(named, caller) }
}

/**
 * The same for the actions that take nobody for granted who signed with a temporary key, as AWS documents them. Root in the
 * console has nothing else to act with, and no name.
 */
export function lastingHolderOf(named: string | undefined, caller: AccountCaller): KeyHolder {
  const isRootInConsole = caller.kind === 'root' && caller.session?.fromConsole === true
  if (named === undefined && caller.session !== undefined && !isRootInConsole) {
    throw new ValidationError('Must specify userName when calling with non-User credentials')
  }
  return holderOf(named, caller)
}

/** The access that an action on somebody's keys needs. */
export async function onKeysOf(
  action: string,
  { userName }: KeyHolder,
  caller: AccountCaller,
  directory: Directory,
): Promise<readonly Access[]> {
  if (userName !== undefined) return await onNamed(action, 'user', userName, caller, directory)
  return [{ action, resource: rootArn(directory.partition, caller.account) }]
}

/** The record that lists a holder's keys. @throws {@link NoSuchEntity} */
export async function existingHolder(
  records: Records,
  account: AccountId,
  { userName }: KeyHolder,
): Promise<UserBody | AccountBody> {
  if (userName !== undefined) return await existingUser(records, account, userName)
  const root = await records.stored('account', account)
  if (root === undefined) throw new NoSuchEntity(`The account ${account} cannot be found.`)
  return root
}

/** One of a holder's keys. @throws {@link NoSuchEntity} also for a key of somebody else */
export async function existingKey(
  records: Records,
  { accessKeyIds }: Pick<UserBody, 'accessKeyIds'>,
  accessKeyId: string,
): Promise<AccessKeyBody> {
  const key = accessKeyIds.includes(accessKeyId) ? await records.stored('access-key', accessKeyId) : undefined
  if (key === undefined) throw new NoSuchEntity(`The Access Key with id ${accessKeyId} cannot be found.`)
  return key
}

/** Lists other keys for a holder. */
export function putKeyIds(edit: Edit, holder: UserBody | AccountBody, accessKeyIds: readonly string[]): void {
  if ('userName' in holder) {
    edit.put('user', nameKey(holder.account, holder.userName), holder.account, { ...holder, accessKeyIds })
  } else edit.put('account', holder.id, holder.id, { ...holder, accessKeyIds })
}
