/** The actions of IAM on users' passwords. @module */
import type { IamOperations } from '../define.ts'
import { changePassword } from './change-password.ts'
import { createLoginProfile } from './create-login-profile.ts'
import { deleteLoginProfile } from './delete-login-profile.ts'
import { getLoginProfile } from './get-login-profile.ts'
import { updateLoginProfile } from './update-login-profile.ts'

/** What can be asked of passwords. */
export const PASSWORD_ACTIONS: IamOperations = [
  ['ChangePassword', changePassword],
  ['CreateLoginProfile', createLoginProfile],
  ['DeleteLoginProfile', deleteLoginProfile],
  ['GetLoginProfile', getLoginProfile],
  ['UpdateLoginProfile', updateLoginProfile],
]
