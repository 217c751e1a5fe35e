import type { AccountBody, Edit, Records } from '../../../domain/directory/index.ts'
import { type AccountId, NoSuchEntity } from '../../../model/index.ts'

/** The record of an account. @throws {@link NoSuchEntity} */
export async function accountOf(records: Records, id: AccountId): Promise<AccountBody> {
  const account = await records.stored('account', id)
  if (account === undefined) throw new NoSuchEntity(`The account ${id} cannot be found.`)
  return account
}

/** Replaces the record of an account. */
export function putAccount(edit: Edit, account: AccountBody): void {
  edit.put('account', account.id, account.id, account)
}
