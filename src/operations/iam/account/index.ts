/** The actions of IAM on an account as a whole. @module */
import type { IamOperations } from '../define.ts'
import {
  deleteAccountPasswordPolicy,
  getAccountPasswordPolicy,
  updateAccountPasswordPolicy,
} from './password-policy.ts'

/** What can be asked of an account. */
export const ACCOUNT_ACTIONS: IamOperations = [
  ['DeleteAccountPasswordPolicy', deleteAccountPasswordPolicy],
  ['GetAccountPasswordPolicy', getAccountPasswordPolicy],
  ['UpdateAccountPasswordPolicy', updateAccountPasswordPolicy],
]
