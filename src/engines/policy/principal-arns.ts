import { listOf, memberOf, type PolicyDocument, statementsOf } from './policy-document.ts'

/**
 * The ARNs of AWS principals in `Principal` elements, each with the offset at which it first stands: of accounts and
 * sessions, and of users and roles, which AWS resolves to unique ids when it saves a trust policy. A trust policy that
 * names one of another partition, or a user or role that does not exist, is refused.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function principalArnsOf(document: PolicyDocument): ReadonlyMap<string, number> {
  const arns = new Map<string, number>()
  for (const statement of statementsOf(document)) {
    const principal = statement.type === 'object' ? memberOf(statement, 'Principal') : undefined
    const named = principal?.type === 'object' ? memberOf(principal, 'AWS') : undefined
    for (const item of named === undefined ? [] : listOf(named)) {
      if (item.type !== 'string' || !item.value.startsWith('arn:') || arns.has(item.value)) continue
      arns.set(item.value, item.offset)
    }
  }
  return arns
}
