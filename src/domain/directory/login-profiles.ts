import type { EpochMillis, Secret } from '../../model/index.ts'
import type { PasswordHash, Passwords } from './passwords.ts'
import type { LoginProfileBody, PasswordPolicy } from './records.ts'

/** As many as a policy can ask for. */
const REMEMBERED = 24

/** A new password in place of the one that a profile has: that is remembered among those used before. */
export function withPassword(
  profile: LoginProfileBody,
  password: PasswordHash,
  passwordResetRequired: boolean,
  now: EpochMillis,
): LoginProfileBody {
  const earlier = [profile.password, ...profile.earlier].slice(0, REMEMBERED)
  return { ...profile, password, earlier, passwordResetRequired, changedAt: now }
}

/**
 * Whether a policy keeps a user from taking a password again. The one that the user has is the first of the previous
 * ones: the documentation does not say whether it counts.
 */
export async function isReused(
  password: Secret,
  { account, password: present, earlier }: LoginProfileBody,
  policy: PasswordPolicy | undefined,
  passwords: Passwords,
): Promise<boolean> {
  const most = policy?.passwordReusePrevention ?? 0
  return await passwords.isAmong(password, account, [present, ...earlier].slice(0, most))
}
