import { type AccountId, accessKeyId, Secret } from '../../model/index.ts'
import { openAccessKeySecret, sealAccessKeySecret } from './access-key-secret.ts'
import type { DesiredAccessKey } from './desired-directory.ts'
import type { DesiredPath } from './mistakes.ts'
import type { Plan } from './plan.ts'
import { QUOTAS, RULES } from './rules.ts'

/** Whose access keys are planned: a user, or the account's root (no user name). */
export interface KeyOwner {
  readonly account: AccountId
  readonly userName: string | undefined
  /** The keys it has now. */
  readonly accessKeyIds: readonly string[]
}

/**
 * Plans the access keys of one owner and gives the ids it will have. What a key leaves out is generated; a key that
 * names nothing (`{}`) stands for the owner's first one and is generated only when there is none.
 */
export async function planAccessKeys(
  plan: Plan,
  at: DesiredPath,
  owner: KeyOwner,
  desired: readonly DesiredAccessKey[],
): Promise<readonly string[]> {
  const ids = new Set(owner.accessKeyIds)
  for (const [index, key] of desired.entries()) {
    if (key.AccessKeyId === undefined && key.SecretAccessKey === undefined && owner.accessKeyIds.length > 0) continue
    ids.add(await planAccessKey(plan, [...at, index], owner, key))
  }
  if (ids.size > QUOTAS.accessKeysPerPrincipal) {
    plan.mistake(at, `a user or root has at most ${QUOTAS.accessKeysPerPrincipal} access keys`)
  }
  return [...ids]
}

async function planAccessKey(
  plan: Plan,
  at: DesiredPath,
  { account, userName }: KeyOwner,
  desired: DesiredAccessKey,
): Promise<string> {
  const { directory, keyring, random, now } = plan.parts
  const id = desired.AccessKeyId ?? accessKeyId('AKIA', account, random.bytes(5))
  plan.check([...at, 'AccessKeyId'], id, RULES.accessKeyId)
  if (!plan.claim('access-key', id)) plan.mistake([...at, 'AccessKeyId'], `"${id}" stands here twice`)
  const existing = await directory.stored('access-key', id)
  if (existing !== undefined && (existing.account !== account || existing.userName !== userName)) {
    plan.mistake([...at, 'AccessKeyId'], `"${id}" belongs to another principal`)
  }
  if (desired.SecretAccessKey !== undefined && !RULES.secretAccessKey.matches.test(desired.SecretAccessKey)) {
    plan.mistake([...at, 'SecretAccessKey'], RULES.secretAccessKey.says)
  }
  const secret =
    desired.SecretAccessKey !== undefined
      ? new Secret(desired.SecretAccessKey)
      : existing !== undefined
        ? openAccessKeySecret(id, existing.sealedSecret, keyring)
        : new Secret(random.bytes(30).toString('base64'))
  const { sealed, keyId } = sealAccessKeySecret(id, secret, keyring, random)
  const createdAt = existing?.createdAt ?? now
  const body = { accessKeyId: id, account, userName, status: desired.Status, sealedSecret: sealed, createdAt }
  plan.put('access-key', id, account, body, keyId)
  return id
}
