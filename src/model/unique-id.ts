import { type AccountId, accountId } from './account-id.ts'
import { BASE32, base32 } from './base32.ts'
import { Violation } from './violation.ts'

/** The prefixes AWS gives to the ids it makes; each tells what the id names. */
export type UniqueIdPrefix = 'AIDA' | 'AROA' | 'AGPA' | 'ANPA' | 'AIPA' | 'SAMLSP'

/** 2^39: in the first half of an id it says that an account follows, in the second it is the account's last bit. */
const TOP_BIT = 2 ** 39

/**
 * The id of a user, role, group, policy or instance profile: 21 characters, the account encoded in them. That of a SAML
 * provider has two more.
 * @param randomness - at least six random bytes
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
 */
export function uniqueId(prefix: UniqueIdPrefix, account: AccountId, randomness: Uint8Array): string {
  return prefix + withAccount(account, randomness) + BASE32.charAt((randomness[5] ?? 0) & 31)
}

/**
 * The id of an access key: `AKIA` long-term or `ASIA` temporary, 20 characters, the account encoded in them.
 * @param randomness - at least five random bytes
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html
 */
export function accessKeyId(prefix: 'AKIA' | 'ASIA', account: AccountId, randomness: Uint8Array): string {
  return prefix + withAccount(account, randomness)
}

/**
 * The account that an access key id of 20 characters carries; `undefined` when it carries none, as those of long ago.
 * Says nothing of whether such a key was ever made.
 */
export function accountOfKeyId(keyId: string): AccountId | undefined {
  const [, first, last] = /^[A-Z]{4}([Q-Z2-7][A-Z2-7]{7})([A-Z2-7])[A-Z2-7]{7}$/.exec(keyId) ?? []
  if (first === undefined || last === undefined) return undefined
  let bits = 0
  for (const character of first) bits = bits * 32 + BASE32.indexOf(character)
  const number = (bits - TOP_BIT) * 2 + (BASE32.indexOf(last) >= 16 ? 1 : 0)
  const account = accountId(String(number).padStart(12, '0'))
  return account instanceof Violation ? undefined : account
}

/** Eighty bits in base32: a one, the account's forty, thirty-nine of chance. In halves, because numbers are exact to 53. */
function withAccount(account: AccountId, randomness: Uint8Array): string {
  let chance = 0
  for (let index = 0; index < 5; index++) chance = chance * 256 + (randomness[index] ?? 0)
  const number = Number(account)
  return base32(TOP_BIT + Math.floor(number / 2)) + base32((number % 2) * TOP_BIT + (chance % TOP_BIT))
}
