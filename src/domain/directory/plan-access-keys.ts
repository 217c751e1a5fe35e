import { type AccountId, Secret } from '../../model/index.ts'
import type { DesiredAccessKey } from './desired-directory.ts'
import type { DesiredPath } from './mistakes.ts'
import { inventKeyId, inventSecret } from './new-access-key.ts'
import type { Plan } from './plan.ts'
import { nameKey } from './record-keys.ts'
import { keeps, QUOTAS, RULES } from './rules.ts'
import { isSameSecret, openSecret, sealingKeyOf, sealSecret } from './sealed-secret.ts'

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
 * A key that was revoked stays inactive whatever the list says, and no key without an id stands for it.
 * @param desired - left out, the owner keeps its keys: a file need not hold secrets. An empty list leaves none when
 *   what is not listed is pruned.
 */
export async function planAccessKeys(
  plan: Plan,
  at: DesiredPath,
  owner: KeyOwner,
  desired: readonly DesiredAccessKey[] | undefined,
): Promise<readonly string[]> {
  if (desired === undefined || (desired.length === 0 && plan.unlisted !== 'pruned')) return owner.accessKeyIds
  const ids = new Set<string>()
  const listed = new Set(desired.map((key) => key.AccessKeyId))
  const unlisted = owner.accessKeyIds.filter((id) => !listed.has(id))
  const usable: string[] = []
  for (const id of unlisted) if ((await plan.stored('access-key', id))?.revokedAt === undefined) usable.push(id)
  for (const [index, key] of desired.entries()) {
    const id = key.AccessKeyId ?? usable.shift() ?? inventId(plan, owner)
    await planAccessKey(plan, [...at, index], owner, id, key)
    ids.add(id)
  }
  for (const id of unlisted)
    if (!ids.has(id)) plan.changes.push({ remove: { kind: 'access-key', key: id, account: owner.account } })
  if (ids.size > QUOTAS.accessKeysPerPrincipal) {
    plan.mistake(at, `a user or root has at most ${QUOTAS.accessKeysPerPrincipal} access keys`)
  }
  return [...ids]
}

function inventId(plan: Plan, { account }: KeyOwner): string {
  const id = inventKeyId(account, plan.parts.random)
  plan.inventedKeys.add(id)
  return id
}

async function planAccessKey(
  plan: Plan,
  at: DesiredPath,
  { account, userName }: KeyOwner,
  id: string,
  { SecretAccessKey, Status }: DesiredAccessKey,
): Promise<void> {
  const { keyring, random, now } = plan.parts
  // Not through `check`, which quotes what it refuses: the two may have been swapped, so neither is repeated.
  if (!keeps(id, RULES.accessKeyId)) plan.mistake([...at, 'AccessKeyId'], RULES.accessKeyId.says)
  if (!plan.claim('access-key', id)) plan.mistake([...at, 'AccessKeyId'], 'this id stands here twice')
  const existing = await plan.stored('access-key', id)
  if (existing !== undefined && ownerKey(existing) !== ownerKey({ account, userName })) {
    plan.mistake([...at, 'AccessKeyId'], 'this id belongs to another principal')
  }
  if (SecretAccessKey !== undefined && !keeps(SecretAccessKey, RULES.secretAccessKey)) {
    plan.mistake([...at, 'SecretAccessKey'], RULES.secretAccessKey.says)
  }
  const given = SecretAccessKey === undefined ? undefined : new Secret(SecretAccessKey)
  const kept = existing && openSecret(id, existing.sealedSecret, keyring)
  // A secret that stays is not sealed again: sealing it twice looks like two secrets.
  const { sealed, keyId } =
    existing !== undefined && kept !== undefined && (given === undefined || isSameSecret(given, kept))
      ? { sealed: existing.sealedSecret, keyId: sealingKeyOf(existing.sealedSecret) }
      : sealSecret(id, given ?? inventSecret(random), keyring, random)
  const createdAt = existing?.createdAt ?? now
  const { revokedAt } = existing ?? {}
  const status = revokedAt === undefined ? (Status ?? existing?.status ?? 'Active') : 'Inactive'
  plan.put(
    'access-key',
    id,
    account,
    {
      accessKeyId: id,
      account,
      userName,
      status,
      sealedSecret: sealed,
      createdAt,
      ...(revokedAt !== undefined && { revokedAt }),
    },
    keyId,
  )
}

/** Tells owners apart: no user is called ''. */
function ownerKey({ account, userName = '' }: Pick<KeyOwner, 'account' | 'userName'>): string {
  return nameKey(account, userName)
}
