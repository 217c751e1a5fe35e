import { type EpochMillis, epochMillis, type Secret } from '../../model/index.ts'
import type { LoginProfileBody, PasswordPolicy } from './records.ts'

const DAY_MS = 86_400_000
const DEFAULT_LENGTH = 8
const DEFAULT_KINDS = 3

/** The kinds of characters that a policy can require, and what is said when one is missing. */
const KINDS = [
  { rule: 'requireUppercaseCharacters', matches: /[A-Z]/, says: 'Password should have at least one uppercase letter' },
  { rule: 'requireLowercaseCharacters', matches: /[a-z]/, says: 'Password should have at least one lowercase letter' },
  { rule: 'requireNumbers', matches: /[0-9]/, says: 'Password should have at least one number' },
  { rule: 'requireSymbols', matches: /[!@#$%^&*()_+\-=[\]{}|']/, says: 'Password should have at least one symbol' },
] as const

/**
 * What is wrong with a password, in AWS's words; `undefined` when nothing is.
 * @param policy - the account's; left out, AWS's own holds: eight characters of three kinds, and not the account's name
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
 */
export function passwordViolation(
  password: Secret,
  policy: PasswordPolicy | undefined,
  accountNames: readonly (string | undefined)[],
): string | undefined {
  const text = password.reveal()
  const least = policy?.minimumPasswordLength ?? DEFAULT_LENGTH
  const violations: string[] = []
  if (text.length < least) violations.push(`Password should have a minimum length of ${least}`)
  const missing = KINDS.filter(({ matches }) => !matches.test(text))
  if (policy !== undefined) {
    for (const { rule, says } of missing) if (policy[rule]) violations.push(says)
  } else {
    const more = DEFAULT_KINDS - (KINDS.length - missing.length)
    if (more > 0) {
      const list = missing.map(({ says }) => says).join(', ')
      violations.push(`Password should meet ${more} more of the following requirements: ${list}`)
    }
    // In which words AWS says this is not documented.
    if (accountNames.includes(text)) violations.push('Password should not be identical to the account name')
  }
  return violations.length === 0 ? undefined : violations.join(', ')
}

/** When a password has to be replaced; `undefined` when it need not. */
export function passwordExpiry(
  { changedAt }: Pick<LoginProfileBody, 'changedAt'>,
  policy: PasswordPolicy | undefined,
): EpochMillis | undefined {
  const days = policy?.maxPasswordAge
  return days === undefined ? undefined : epochMillis(changedAt + days * DAY_MS)
}
