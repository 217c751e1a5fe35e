import { type AccountId, accessKeyId, type EpochMillis, Secret } from '../../model/index.ts'
import type { KeyRing } from '../../platform/keyring/index.ts'
import type { Random } from '../../platform/random.ts'
import type { AccessKeyBody } from './records.ts'
import { sealSecret } from './sealed-secret.ts'

/** A key that was made now: what is kept of it, the key of the ring that seals it, and its secret. */
interface NewAccessKey {
  readonly body: AccessKeyBody
  readonly keyId: string
  readonly secret: Secret
}

/** Makes a long-term access key for a user, or for the account's root user (no user name). */
export function newAccessKey(
  { account, userName }: Pick<AccessKeyBody, 'account' | 'userName'>,
  { keyring, random, now }: { readonly keyring: KeyRing; readonly random: Random; readonly now: EpochMillis },
): NewAccessKey {
  const id = inventKeyId(account, random)
  const secret = inventSecret(random)
  const { sealed, keyId } = sealSecret(id, secret, keyring, random)
  const body = { accessKeyId: id, account, userName, status: 'Active', sealedSecret: sealed, createdAt: now } as const
  return { body, keyId, secret }
}

/** An id that no key has. */
export function inventKeyId(account: AccountId, random: Random): string {
  return accessKeyId('AKIA', account, random.bytes(5))
}

/** Forty characters, as AWS's secrets have. */
export function inventSecret(random: Random): Secret {
  return new Secret(random.bytes(30).toString('base64'))
}
