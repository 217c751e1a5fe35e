/** The actions of IAM on long-term access keys. @module */
import type { IamOperations } from '../define.ts'
import { createAccessKey } from './create-access-key.ts'
import { deleteAccessKey } from './delete-access-key.ts'
import { getAccessKeyLastUsed } from './get-access-key-last-used.ts'
import { listAccessKeys } from './list-access-keys.ts'
import { updateAccessKey } from './update-access-key.ts'

/** What can be asked of access keys. */
export const ACCESS_KEY_ACTIONS: IamOperations = [
  ['CreateAccessKey', createAccessKey],
  ['DeleteAccessKey', deleteAccessKey],
  ['GetAccessKeyLastUsed', getAccessKeyLastUsed],
  ['ListAccessKeys', listAccessKeys],
  ['UpdateAccessKey', updateAccessKey],
]
