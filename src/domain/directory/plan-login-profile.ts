import { isDeepStrictEqual } from 'node:util'
import { type AccountId, Secret } from '../../model/index.ts'
import type { DesiredLoginProfile, DesiredRootLoginProfile } from './desired-directory.ts'
import { withPassword } from './login-profiles.ts'
import type { DesiredPath } from './mistakes.ts'
import { passwordViolation } from './password-policy.ts'
import type { Plan } from './plan.ts'
import { nameKey } from './record-keys.ts'
import type { AccountBody, RootPassword, UserBody } from './records.ts'
import { keeps, RULES } from './rules.ts'

/**
 * Plans the password of a user. Left out, the user keeps theirs: a file need not hold secrets. One that is listed is set
 * when it is another than the user has; whether it was used before is not asked of an operator.
 * @param before - the user as it is now
 * @param uniqueId - that the user will have: another one is another user, who has no password
 */
export async function planLoginProfile(
  plan: Plan,
  at: DesiredPath,
  { account, userName, uniqueId }: { account: AccountId; userName: string; uniqueId: string },
  before: UserBody | undefined,
  desired: DesiredLoginProfile | undefined,
): Promise<void> {
  const key = nameKey(account, userName)
  const stored = await plan.stored('login-profile', key)
  const existing = before?.uniqueId === uniqueId ? stored : undefined
  if (desired === undefined) {
    if (stored !== undefined && existing === undefined) {
      plan.changes.push({ remove: { kind: 'login-profile', key, account } })
    }
    return
  }
  const { passwords } = plan.parts.directory
  const { now } = plan.parts
  if (!keeps(desired.Password, RULES.password)) return plan.mistake([...at, 'Password'], RULES.password.says)
  const password = new Secret(desired.Password)
  const holder = await plan.stored('account', account)
  const wrong = passwordViolation(password, holder?.passwordPolicy, [account, holder?.alias])
  if (wrong !== undefined) plan.mistake([...at, 'Password'], wrong)
  if (plan.mistakes.length > 0) return
  const passwordResetRequired = desired.PasswordResetRequired
  if (existing === undefined) {
    const hash = await passwords.hash(password, account)
    const made = { account, userName, createdAt: now, changedAt: now, password: hash, earlier: [] }
    return plan.put('login-profile', key, account, { ...made, passwordResetRequired })
  }
  const isSame = await passwords.verify(password, account, existing.password)
  const profile = isSame
    ? { ...existing, userName, passwordResetRequired }
    : withPassword(
        { ...existing, userName },
        await passwords.hash(password, account, existing.password),
        passwordResetRequired,
        now,
      )
  if (!isDeepStrictEqual(profile, existing)) plan.put('login-profile', key, account, profile)
}

/**
 * Plans the password of an account's root user. Left out, root keeps theirs. No password policy is about it, so it has
 * to be what AWS's own asks for.
 */
export async function planRootPassword(
  plan: Plan,
  at: DesiredPath,
  account: AccountId,
  before: AccountBody | undefined,
  desired: DesiredRootLoginProfile | undefined,
): Promise<RootPassword | undefined> {
  const existing = before?.rootPassword
  if (desired === undefined) return existing
  const { passwords } = plan.parts.directory
  const password = new Secret(desired.Password)
  const wrong = keeps(desired.Password, RULES.password)
    ? passwordViolation(password, undefined, [account, before?.alias])
    : RULES.password.says
  if (wrong !== undefined) plan.mistake([...at, 'Password'], wrong)
  if (plan.mistakes.length > 0) return existing
  if (existing !== undefined && (await passwords.verify(password, account, existing.hash))) return existing
  return { hash: await passwords.hash(password, account), changedAt: plan.parts.now }
}
