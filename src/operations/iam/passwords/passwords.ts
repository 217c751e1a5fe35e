import {
  type Directory,
  type LoginProfileBody,
  nameKey,
  passwordViolation,
  type Records,
  type UserBody,
} from '../../../domain/directory/index.ts'
import { type AccountId, EntityAlreadyExists, NoSuchEntity, type Secret } from '../../../model/index.ts'
import { PasswordPolicyViolation } from '../iam-faults.ts'

/** The key that a user's login profile is kept under. */
export function profileKey({ account, userName }: Pick<UserBody, 'account' | 'userName'>): string {
  return nameKey(account, userName)
}

/** The login profile of a user. @throws {@link NoSuchEntity} when they have no password */
export async function existingProfile(records: Records, user: UserBody): Promise<LoginProfileBody> {
  const profile = await records.stored('login-profile', profileKey(user))
  if (profile === undefined) throw new NoSuchEntity(`Login Profile for User ${user.userName} cannot be found.`)
  return profile
}

/** @throws {@link EntityAlreadyExists} */
export async function refuseProfile(records: Records, user: UserBody): Promise<void> {
  if ((await records.stored('login-profile', profileKey(user))) !== undefined) {
    throw new EntityAlreadyExists(`Login Profile for user ${user.userName} already exists.`)
  }
}

/** Checks a password against the policy of its account. @throws {@link PasswordPolicyViolation} */
export async function checkPassword(password: Secret, account: AccountId, directory: Directory): Promise<void> {
  const { passwordPolicy, alias } = (await directory.account(account)) ?? {}
  const wrong = passwordViolation(password, passwordPolicy, [account, alias])
  if (wrong !== undefined) throw new PasswordPolicyViolation(wrong)
}

/** A login profile as actions answer it. */
export function answeredProfile({ userName, createdAt, passwordResetRequired }: LoginProfileBody) {
  return { UserName: userName, CreateDate: new Date(createdAt), PasswordResetRequired: passwordResetRequired }
}
