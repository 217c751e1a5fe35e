import { type JsonObject, memberOf } from '../policy-document.ts'
import { refuse } from './refuse.ts'
import { textsOf } from './statements.ts'

const NOT_OF_THIS_TYPE = 'The provided policy document does not meet the requirements of the specified policy type.'

/**
 * Checks what sets a resource control policy apart: it only takes away, from everybody, and never all actions at once.
 * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html
 */
export function checkResourceControl(statements: readonly JsonObject[]): void {
  for (const statement of statements) {
    const effect = memberOf(statement, 'Effect')
    if (effect?.type !== 'string' || effect.value !== 'Deny') refuse(NOT_OF_THIS_TYPE, effect ?? statement)
    const principal = memberOf(statement, 'Principal')
    if (principal?.type !== 'string' || principal.value !== '*') refuse(NOT_OF_THIS_TYPE, principal ?? statement)
    const notAction = memberOf(statement, 'NotAction')
    if (notAction !== undefined) refuse(NOT_OF_THIS_TYPE, notAction)
    for (const action of textsOf(memberOf(statement, 'Action'))) {
      if (/^[*?:]+$/.test(action.value)) refuse(NOT_OF_THIS_TYPE, action)
    }
  }
}
