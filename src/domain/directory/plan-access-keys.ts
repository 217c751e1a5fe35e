import { type AccountId, accessKeyId, Secret } from '../../model/index.ts'
import { openAccessKeySecret, sealAccessKeySecret } from './access-key-secret.ts'
import type { DesiredAccessKey } from './desired-directory.ts'
import type { DesiredPath } from './mistakes.ts'
import type { Plan } from './plan.ts'
import { nameKey } from './records.ts'
import { keeps, QUOTAS, RULES } from './rules.ts'

/** Whose access keys are planned: a user, or the account's root (no user name). */
export interface KeyOwner {
  readonly account: AccountId
  readonly userName: string | undefined
  /** The keys it has now. */
  readonly accessKeyIds: readonly string[]
}

/**
 * Plans the access keys of one owner and gives the ids it will have. A list that names keys is the whole truth: a key
 * that it does not name is removed, so that replacing a leaked key ends it. What a key leaves out is generated; a key
 * without an id stands for one that the owner has and the list does not name, and is generated only when there is none.
 */
export async function planAccessKeys(
  plan: Plan,
  at: DesiredPath,
  owner: KeyOwner,
  desired: readonly DesiredAccessKey[],
): Promise<readonly string[]> {
  if (desired.length === 0) return owner.accessKeyIds
  const ids = new Set<string>()
  const listed = new Set(desired.map((key) => key.AccessKeyId))
  const unlisted = owner.accessKeyIds.filter((id) => !listed.has(id))
  for (const [index, key] of desired.entries()) {
    const id = key.AccessKeyId ?? unlisted.shift() ?? accessKeyId('AKIA', owner.account, plan.parts.random.bytes(5))
    await planAccessKey(plan, [...at, index], owner, id, key)
    ids.add(id)
  }
  for (const id of unlisted) plan.changes.push({ remove: { kind: 'access-key', key: id, account: owner.account } })
  if (ids.size > QUOTAS.accessKeysPerPrincipal) {
    plan.mistake(at, `a user or root has at most ${QUOTAS.accessKeysPerPrincipal} access keys`)
  }
  return [...ids]
}

async function planAccessKey(
  plan: Plan,
  at: DesiredPath,
  { account, userName }: KeyOwner,
  id: string,
  { SecretAccessKey, Status }: DesiredAccessKey,
): Promise<void> {
  const { directory, keyring, random, now } = plan.parts
  // Not through `check`, which quotes what it refuses: the two may have been swapped, so neither is repeated.
  if (!keeps(id, RULES.accessKeyId)) plan.mistake([...at, 'AccessKeyId'], RULES.accessKeyId.says)
  if (!plan.claim('access-key', id)) plan.mistake([...at, 'AccessKeyId'], 'this id stands here twice')
  const existing = await directory.stored('access-key', id)
  if (existing !== undefined && ownerKey(existing) !== ownerKey({ account, userName })) {
    plan.mistake([...at, 'AccessKeyId'], 'this id belongs to another principal')
  }
  if (SecretAccessKey !== undefined && !keeps(SecretAccessKey, RULES.secretAccessKey)) {
    plan.mistake([...at, 'SecretAccessKey'], RULES.secretAccessKey.says)
  }
  const secret =
    SecretAccessKey !== undefined
      ? new Secret(SecretAccessKey)
      : existing !== undefined
        ? openAccessKeySecret(id, existing.sealedSecret, keyring)
        : new Secret(random.bytes(30).toString('base64'))
  const { sealed, keyId } = sealAccessKeySecret(id, secret, keyring, random)
  const createdAt = existing?.createdAt ?? now
  plan.put(
    'access-key',
    id,
    account,
    { accessKeyId: id, account, userName, status: Status, sealedSecret: sealed, createdAt },
    keyId,
  )
}

/** Tells owners apart: no user is called ''. */
function ownerKey({ account, userName = '' }: Pick<KeyOwner, 'account' | 'userName'>): string {
  return nameKey(account, userName)
}
