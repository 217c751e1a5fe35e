import type { Records } from '../../domain/directory/index.ts'
import {
  type AccountBody,
  type GroupBody,
  type ManagedPolicyBody,
  managedPolicyKey,
  nameKey,
  type RoleBody,
  type UserBody,
} from '../../domain/directory/index.ts'
import { type AccountId, type InstanceProfile, NoSuchEntity } from '../../model/index.ts'
import { checkPolicyArn } from './policy-arns.ts'

/** The account itself. @throws Error when there is none: then nobody in it could have asked */
export async function existingAccount(records: Records, id: AccountId): Promise<AccountBody> {
  const account = await records.stored('account', id)
  if (account === undefined) throw new Error('somebody of an account asked that does not exist')
  return account
}

/** The user of that name, whatever the case of its letters. @throws {@link NoSuchEntity} */
export async function existingUser(records: Records, account: AccountId, name: string): Promise<UserBody> {
  const user = await records.stored('user', nameKey(account, name))
  if (user === undefined) throw new NoSuchEntity(`The user with name ${name} cannot be found.`)
  return user
}

/** The group of that name, whatever the case of its letters. @throws {@link NoSuchEntity} */
export async function existingGroup(records: Records, account: AccountId, name: string): Promise<GroupBody> {
  const group = await records.stored('group', nameKey(account, name))
  if (group === undefined) throw new NoSuchEntity(`The group with name ${name} cannot be found.`)
  return group
}

/** The role of that name, whatever the case of its letters. @throws {@link NoSuchEntity} */
export async function existingRole(records: Records, account: AccountId, name: string): Promise<RoleBody> {
  const role = await records.stored('role', nameKey(account, name))
  if (role === undefined) throw new NoSuchEntity(`The role with name ${name} cannot be found.`)
  return role
}

/** The instance profile of that name, whatever the case of its letters. @throws {@link NoSuchEntity} */
export async function existingInstanceProfile(
  records: Records,
  account: AccountId,
  name: string,
): Promise<InstanceProfile> {
  const profile = await records.stored('instance-profile', nameKey(account, name))
  if (profile === undefined) throw new NoSuchEntity(`Instance Profile ${name} cannot be found.`)
  return profile
}

/** The customer managed policy with exactly that ARN, of the account itself. @throws InvalidInput for no such ARN */
export async function findPolicy(
  records: Records,
  account: AccountId,
  arn: string,
): Promise<ManagedPolicyBody | undefined> {
  checkPolicyArn(arn)
  const policy = await records.stored('managed-policy', managedPolicyKey(arn))
  return policy?.arn === arn && policy.account === account ? policy : undefined
}

/** As `findPolicy`. @throws {@link NoSuchEntity} */
export async function existingPolicy(records: Records, account: AccountId, arn: string): Promise<ManagedPolicyBody> {
  const policy = await findPolicy(records, account, arn)
  if (policy === undefined) throw new NoSuchEntity(`Policy ${arn} was not found.`)
  return policy
}
