import type { Brand } from './brand.ts'
import { mustMatch, type Violation } from './violation.ts'

/** Twelve digits that name an account. */
export type AccountId = Brand<string, 'AccountId'>

/** Reads an account id: exactly twelve digits. */
export function accountId(text: string): AccountId | Violation {
  return /^[0-9]{12}$/.test(text) ? (text as AccountId) : mustMatch('[0-9]{12}')
}
