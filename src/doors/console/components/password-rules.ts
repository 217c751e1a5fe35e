import { Fault, NoSuchEntity } from '../../../model/index.ts'
import type { IamAnswer } from '../acting.ts'
import { html, type View } from '../html.ts'

const KINDS = [
  ['RequireUppercaseCharacters', 'an uppercase letter'],
  ['RequireLowercaseCharacters', 'a lowercase letter'],
  ['RequireNumbers', 'a digit'],
  ['RequireSymbols', `one of ! @ # $ % ^ & * ( ) _ + - = [ ] { } | '`],
] as const

/**
 * What a new password has to be, as `GetAccountPasswordPolicy` tells.
 * @param policy - or the refusal to tell it: where the account has none of its own, AWS's holds
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
 */
export function passwordRules(policy: IamAnswer | Fault): View {
  const rules = policy instanceof Fault ? withoutPolicy(policy) : rulesOf(policy.part('PasswordPolicy'))
  return html`<p>A new password needs:</p><ul class="rules">${rules.map((rule) => html`<li>${rule}</li>`)}</ul>`
}

function withoutPolicy(refusal: Fault): readonly string[] {
  if (!(refusal instanceof NoSuchEntity))
    return ['what the policy of your account asks for, which you are not permitted to see']
  return [
    'at least 8 characters',
    'three of: an uppercase letter, a lowercase letter, a digit, a symbol',
    'to differ from the number and the alias of your account',
  ]
}

function rulesOf(policy: IamAnswer): readonly string[] {
  const rules = [`at least ${policy.text('MinimumPasswordLength')} characters`]
  for (const [member, says] of KINDS) if (policy.isTrue(member)) rules.push(says)
  const last = policy.text('PasswordReusePrevention')
  if (last !== '') rules.push(last === '1' ? 'to differ from the one before' : `to differ from the last ${last}`)
  const days = policy.text('MaxPasswordAge')
  if (days !== '') rules.push(`to be replaced after ${days} ${days === '1' ? 'day' : 'days'}`)
  return rules
}
