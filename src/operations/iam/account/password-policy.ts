import type { AccountBody, PasswordPolicy } from '../../../domain/directory/index.ts'
import { boolean, integer } from '../../../engines/wire/index.ts'
import { NoSuchEntity } from '../../../model/index.ts'
import { defineChange, defineRead } from '../define.ts'
import { existingAccount } from '../existing.ts'
import { putAccount } from './account.ts'

const DEFAULT_LENGTH = 6

/** Answers the policy that was set. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountPasswordPolicy.html */
export const getAccountPasswordPolicy = defineRead({
  action: 'iam:GetAccountPasswordPolicy',
  parse: (params) => params.collect({}),
  requires: () => [{ action: 'iam:GetAccountPasswordPolicy', resource: '*' }],
  async read({ account }, { records }) {
    return { PasswordPolicy: answered(policyOf(await existingAccount(records, account))) }
  },
})

/**
 * Sets the policy as a whole: what is left out is as if it had never been set.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccountPasswordPolicy.html
 */
export const updateAccountPasswordPolicy = defineChange({
  action: 'iam:UpdateAccountPasswordPolicy',
  parse: (params) =>
    params.collect({
      minimumPasswordLength: params.optional('MinimumPasswordLength', integer({ min: 6, max: 128 }), DEFAULT_LENGTH),
      requireSymbols: params.optional('RequireSymbols', boolean, false),
      requireNumbers: params.optional('RequireNumbers', boolean, false),
      requireUppercaseCharacters: params.optional('RequireUppercaseCharacters', boolean, false),
      requireLowercaseCharacters: params.optional('RequireLowercaseCharacters', boolean, false),
      allowUsersToChangePassword: params.optional('AllowUsersToChangePassword', boolean, false),
      maxPasswordAge: params.optional('MaxPasswordAge', integer({ min: 1, max: 1095 }), undefined),
      passwordReusePrevention: params.optional('PasswordReusePrevention', integer({ min: 1, max: 24 }), undefined),
      hardExpiry: params.optional('HardExpiry', boolean, undefined),
    }),
  requires: () => [{ action: 'iam:UpdateAccountPasswordPolicy', resource: '*' }],
  async change({ input: passwordPolicy, account }, edit) {
    putAccount(edit, { ...(await existingAccount(edit, account)), passwordPolicy })
    return undefined
  },
})

/** Goes back to AWS's own policy. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccountPasswordPolicy.html */
export const deleteAccountPasswordPolicy = defineChange({
  action: 'iam:DeleteAccountPasswordPolicy',
  parse: (params) => params.collect({}),
  requires: () => [{ action: 'iam:DeleteAccountPasswordPolicy', resource: '*' }],
  async change({ account }, edit) {
    const body = await existingAccount(edit, account)
    policyOf(body)
    putAccount(edit, { ...body, passwordPolicy: undefined })
    return undefined
  },
})

function policyOf({ id, passwordPolicy }: AccountBody): PasswordPolicy {
  if (passwordPolicy !== undefined) return passwordPolicy
  throw new NoSuchEntity(`The Password Policy with domain name ${id} cannot be found.`)
}

function answered(policy: PasswordPolicy) {
  return {
    MinimumPasswordLength: policy.minimumPasswordLength,
    RequireSymbols: policy.requireSymbols,
    RequireNumbers: policy.requireNumbers,
    RequireUppercaseCharacters: policy.requireUppercaseCharacters,
    RequireLowercaseCharacters: policy.requireLowercaseCharacters,
    AllowUsersToChangePassword: policy.allowUsersToChangePassword,
    ExpirePasswords: policy.maxPasswordAge !== undefined,
    MaxPasswordAge: policy.maxPasswordAge,
    PasswordReusePrevention: policy.passwordReusePrevention,
    HardExpiry: policy.hardExpiry,
  }
}
