import type { Directory } from '../../domain/directory/index.ts'
import { type AccountId, accountId, Violation } from '../../model/index.ts'

/** The open account that somebody names by its number or alias; `undefined` when there is none. */
export async function accountNamed(text: string, directory: Directory): Promise<AccountId | undefined> {
  const id = accountId(text)
  const named = id instanceof Violation ? await directory.accountOfAlias(text) : id
  return named !== undefined && (await directory.isOpen(named)) ? named : undefined
}
