import type { LoginProfileBody } from '../../../domain/directory/index.ts'
import { EntityTemporarilyUnmodifiable } from '../iam-faults.ts'

/** What is said of a password that was used before: AWS's words are not documented. */
export const REUSED = 'Password was used before: the password policy does not allow to use it again yet.'

/**
 * Refuses to replace a password that is another than the one that was looked at.
 * @throws {@link EntityTemporarilyUnmodifiable}
 */
export function refuseOvertaken(profile: LoginProfileBody, before: LoginProfileBody): void {
  if (profile.password.hash === before.password.hash) return
  throw new EntityTemporarilyUnmodifiable(
    `Login Profile for User ${profile.userName} cannot be modified while login profile is being modified.`,
  )
}
