import type { AccountId } from '../../model/index.ts'
import type { EntityKind, Plan } from './plan.ts'
import { planWithoutMfa } from './plan-mfa-devices.ts'
import { bodyOf, RECORD_KINDS } from './records.ts'

/** What a directory file lists in an account by name. */
const LISTED_KINDS: readonly EntityKind[] = ['user', 'group', 'role', 'managed-policy', 'instance-profile']

/** What it lists by a name that is unique in the whole world. */
const CLAIMED_KINDS = [
  'instance',
  'task',
  'pod-identity-association',
  'cluster',
  'oidc-provider',
  'saml-provider',
] as const

/** Plans the deletion of what is in an account and not listed; of a user with all that they prove themselves with. */
export async function planPruning(plan: Plan, account: AccountId): Promise<void> {
  const { directory } = plan.parts
  for (const kind of LISTED_KINDS) {
    for await (const record of directory.records.every(kind, account)) {
      if (plan.isListed(kind, record.key)) continue
      plan.changes.push({ remove: { kind, key: record.key, account } })
      const body = bodyOf(record)
      if (!('accessKeyIds' in body)) continue
      if (kind === 'user') plan.changes.push({ remove: { kind: 'login-profile', key: record.key, account } })
      for (const key of body.accessKeyIds) plan.changes.push({ remove: { kind: 'access-key', key, account } })
      await planWithoutMfa(plan, body.uniqueId)
    }
  }
  for (const each of CLAIMED_KINDS) {
    for await (const { kind, key } of directory.records.every(each, account)) {
      if (!plan.isClaimed(each, key)) plan.changes.push({ remove: { kind, key, account } })
    }
  }
}

/** Plans the removal of everything that is there. What was revoked stays so: a credential may outlive its directory. */
export async function planForgetting(plan: Plan): Promise<void> {
  for (const kind of RECORD_KINDS) {
    if (kind === 'revocation') continue
    for await (const { key, account } of plan.parts.directory.records.every(kind)) {
      plan.changes.push({ remove: { kind, key, account } })
    }
  }
}
