import type { AccountBody, Edit } from '../../../domain/directory/index.ts'

/** Replaces the record of an account. */
export function putAccount(edit: Edit, account: AccountBody): void {
  edit.put('account', account.id, account.id, account)
}
