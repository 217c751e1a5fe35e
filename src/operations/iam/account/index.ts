/** The actions of IAM on an account as a whole. @module */
import type { IamOperations } from '../define.ts'
import { createAccountAlias, deleteAccountAlias, listAccountAliases } from './account-aliases.ts'
import { getAccountAuthorizationDetails } from './get-account-authorization-details.ts'
import { getAccountSummary } from './get-account-summary.ts'
import {
  deleteAccountPasswordPolicy,
  getAccountPasswordPolicy,
  updateAccountPasswordPolicy,
} from './password-policy.ts'

/** What can be asked of an account. */
export const ACCOUNT_ACTIONS: IamOperations = [
  ['CreateAccountAlias', createAccountAlias],
  ['DeleteAccountAlias', deleteAccountAlias],
  ['ListAccountAliases', listAccountAliases],
  ['GetAccountAuthorizationDetails', getAccountAuthorizationDetails],
  ['GetAccountSummary', getAccountSummary],
  ['DeleteAccountPasswordPolicy', deleteAccountPasswordPolicy],
  ['GetAccountPasswordPolicy', getAccountPasswordPolicy],
  ['UpdateAccountPasswordPolicy', updateAccountPasswordPolicy],
]
