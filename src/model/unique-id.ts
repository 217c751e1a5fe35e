import type { AccountId } from './account-id.ts'

/** The prefixes AWS gives to the ids it makes; each tells what the id names. */
export type UniqueIdPrefix = 'AIDA' | 'AROA' | 'AGPA' | 'ANPA' | 'AIPA'

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const ENCODES_ACCOUNT = 1n << 79n
const RANDOM_BITS = 39n
const LOW_39 = (1n << RANDOM_BITS) - 1n

/**
 * The id of a user, role, group, policy or instance profile: 21 characters, the account encoded in them.
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

function withAccount(account: AccountId, randomness: Uint8Array): string {
  let random = 0n
  for (const byte of randomness.subarray(0, 5)) random = (random << 8n) | BigInt(byte)
  let rest = ENCODES_ACCOUNT | (BigInt(account) << RANDOM_BITS) | (random & LOW_39)
  let text = ''
  for (let position = 0; position < 16; position++) {
    text = BASE32.charAt(Number(rest & 31n)) + text
    rest >>= 5n
  }
  return text
}
