import { listOf, memberOf, type PolicyDocument, statementsOf } from './policy-document.ts'
import { isUserOrRoleArn } from './validation/principals.ts'

/**
 * The user and role ARNs in `Principal` elements, each once: AWS resolves them to unique ids when it saves a trust
 * policy, and refuses the policy when one does not exist.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function principalArnsOf(document: PolicyDocument): readonly string[] {
  const arns = new Set<string>()
  for (const statement of statementsOf(document)) {
    const principal = statement.type === 'object' ? memberOf(statement, 'Principal') : undefined
    const named = principal?.type === 'object' ? memberOf(principal, 'AWS') : undefined
    for (const item of named === undefined ? [] : listOf(named)) {
      if (item.type === 'string' && isUserOrRoleArn(item.value)) arns.add(item.value)
    }
  }
  return [...arns]
}
